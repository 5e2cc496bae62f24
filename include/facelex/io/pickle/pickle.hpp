#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace facelex {

/// A value of a Python pickle, as data: nothing of it is ever called.
struct PickleValue {
  enum class Type {
    none,
    boolean,
    integer,
    number,
    text,   ///< str, unicode
    bytes,  ///< bytes, and the str of Python 2
    list,
    tuple,
    dict,
    array,   ///< numpy.ndarray
    object,  ///< an instance of a class that is not known here
    global   ///< a class or a function, by its name
  };

  Type type = Type::none;
  std::int64_t integer = 0;  ///< integer, boolean (0 or 1)
  double number = 0;
  std::string_view text;                  ///< text (UTF-8), bytes; an array's numbers as they lie in memory
  std::vector<const PickleValue*> items;  ///< list, tuple; dict: key, value, key, value …; array of objects
  std::string class_name;                 ///< global, object: "module.name"; array: its type, "f8", "O8"
  const PickleValue* state = nullptr;  ///< object: its __dict__ or what else it was built from; may be null
  std::vector<std::int64_t> shape;     ///< array
  bool fortran_order = false;          ///< array: the first index runs fastest

  /// The value at that key of a dict, or of an object's dict; null when there is none.
  const PickleValue* find(std::string_view key) const;
  /// Whether it is a text, or bytes, equal to `word`.
  bool equals(std::string_view word) const;
};

/// A pickle of protocol 0 to 5 that was read: a tree (or any graph) of values that live as long as it does.
///
/// Understood are dicts, lists, tuples, numbers, texts, bytes, NumPy's arrays and scalars, and instances of
/// classes as {class, state}; of PyTorch's checkpoints the tensors, as objects of the function that rebuilds
/// them with its arguments as state, and their storages, as objects "persistent" with their names as state. Throws Error (data) that names file and byte: another opcode, a function to be
/// called, a stack or memo that is used wrongly, sizes that do not fit the file or an array's shape, more
/// values than 2 million, decoded texts longer than the file.
class Pickle {
 public:
  /// A file, or one of NumPy's (.npy) whose array of objects is pickled after the header.
  explicit Pickle(const std::filesystem::path& file);
  /// The bytes of one; `name` is what errors call them.
  Pickle(std::string bytes, const std::string& name);
  Pickle(const Pickle&) = delete;
  Pickle& operator=(const Pickle&) = delete;

  const PickleValue& root() const { return *root_; }

 private:
  friend class PickleReader;
  std::string bytes_;
  std::deque<PickleValue> values_;
  std::deque<std::string> decoded_;
  const PickleValue* root_ = nullptr;
};

/// The numbers of an array in C order, of f4, f8, i4, i8, u4 or b1. Throws Error (data) at `place` for
/// anything else.
std::vector<double> pickle_numbers(const PickleValue& array, const std::string& place);

}  // namespace facelex
