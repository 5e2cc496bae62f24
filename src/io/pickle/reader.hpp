#pragma once

#include <unordered_map>

#include "facelex/io/pickle/pickle.hpp"

namespace facelex {

/// The stack machine that a pickle is a program for, without its power: it builds values.
class PickleReader {
 public:
  PickleReader(Pickle& pickle, std::string file, std::uint64_t begin);
  const PickleValue* read();

 private:
  using Value = PickleValue;
  using Type = PickleValue::Type;

  [[noreturn]] void refuse(const std::string& what, const std::string& remedy = {}) const;

  // The bytes.
  std::string_view take(std::uint64_t size);
  std::string_view line();
  template <class T>
  T little_endian();

  // The stack.
  Value& make(Type type);
  Value& push(Type type);
  void push(Value& value);
  Value& top();
  Value& pop();
  std::vector<const Value*> pop_to_mark();
  std::string_view decoded(std::string text);

  // Groups of opcodes; false when it is none of theirs.
  bool step(unsigned char opcode);
  bool constant(unsigned char opcode);
  bool number(unsigned char opcode);
  bool text(unsigned char opcode);
  bool container(unsigned char opcode);
  bool fill(unsigned char opcode);
  bool memo(unsigned char opcode);
  bool construction(unsigned char opcode);

  void push_integer(std::int64_t value);
  void push_text(Type type, std::string_view text);
  void long_integer(std::uint64_t size);
  void text_number(std::string_view text, bool whole);
  void quoted_text(std::string_view text);
  void raw_unicode(std::string_view text);
  void add(Type type, std::vector<const Value*> items);
  void remember(std::uint64_t index);
  void recall(std::uint64_t index);
  std::uint64_t memo_number(std::string_view text);
  void global(std::string_view module, std::string_view name);
  void instance(const Value& class_value);

  // NumPy (io/pickle/numpy.cpp).
  void reduce();
  void build();
  bool reduce_numpy(const std::string& function, const Value& arguments);
  void make_scalar(const Value& type, const Value& bytes);
  void array_from_buffer(const Value& arguments);
  void set_array_type(Value& array, const Value& type);
  void set_array_state(Value& array, const Value& state);
  void set_shape(Value& array, const Value& shape);
  void check_array_size(const Value& array);
  void encode(const Value& text, const Value& encoding);

  Pickle& pickle_;
  std::string file_;
  std::uint64_t at_, opcode_at_ = 0;
  std::vector<Value*> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, Value*> memo_;
  std::uint64_t decoded_bytes_ = 0;
  std::uint64_t copied_ = 0;  ///< values of lists that became arrays
};

/// Bytes of a number of that type ("f8"), or 0 for a type that is not read.
std::size_t pickle_item_size(std::string_view type);

}  // namespace facelex
