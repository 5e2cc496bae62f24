#include <algorithm>
#include <array>
#include <cstring>

#include "facelex/core/error.hpp"
#include "reader.hpp"

namespace facelex {
namespace {

constexpr std::size_t max_dimensions = 32;  // as NumPy had it for long
constexpr std::uint64_t max_shared = 8'000'000;
constexpr const char* dtype_class = "numpy.dtype";
constexpr const char* array_class = "numpy.ndarray";

template <class T>
double number_at(const char* bytes) {
  T value{};
  std::memcpy(&value, bytes, sizeof value);
  return static_cast<double>(value);
}

struct Item {
  std::string_view name;
  std::size_t size;
  PickleValue::Type scalar;
  double (*number)(const char*);
};
constexpr std::array<Item, 6> item_types = {{{"f8", 8, PickleValue::Type::number, number_at<double>},
                                             {"f4", 4, PickleValue::Type::number, number_at<float>},
                                             {"i8", 8, PickleValue::Type::integer, number_at<std::int64_t>},
                                             {"i4", 4, PickleValue::Type::integer, number_at<std::int32_t>},
                                             {"u4", 4, PickleValue::Type::integer, number_at<std::uint32_t>},
                                             {"b1", 1, PickleValue::Type::boolean, number_at<std::uint8_t>}}};

const Item* item_of(std::string_view type) {
  const auto found =
      std::find_if(item_types.begin(), item_types.end(), [&](const Item& item) { return item.name == type; });
  return found == item_types.end() ? nullptr : &*found;
}

/// "_reconstruct" of "numpy.core.multiarray._reconstruct" or, since NumPy 2, "numpy._core.multiarray…".
std::string numpy_function(const std::string& name) {
  for (const std::string_view package : {"numpy.core.", "numpy._core."})
    if (name.starts_with(package)) return name.substr(package.size());
  return name;
}

}  // namespace

std::size_t pickle_item_size(std::string_view type) {
  const Item* item = item_of(type);
  return item ? item->size : 0;
}

void PickleReader::reduce() {
  const Value &arguments = pop(), &function = pop();
  if (function.type != Type::global || arguments.type != Type::tuple) refuse("calls what is not a function");
  const auto& items = arguments.items;
  if (reduce_numpy(numpy_function(function.class_name), arguments)) return;
  const std::string& name = function.class_name;
  if ((name == "copy_reg._reconstructor" || name == "copyreg._reconstructor") && items.size() == 3) {
    instance(*items[0]);
  } else if (name == "_codecs.encode" && items.size() == 2) {
    encode(*items[0], *items[1]);
  } else if (name == "__builtin__.bytes" && items.empty()) {
    push(Type::bytes);  // how protocols before 3 have an empty one
  } else if (name == "collections.OrderedDict" && items.empty()) {
    push(Type::dict);
  } else if (name == "torch._utils._rebuild_tensor_v2" || name == "torch._utils._rebuild_parameter") {
    Value& tensor = push(Type::object);
    tensor.class_name = name;
    tensor.state = &arguments;
  } else {
    refuse("calls " + in_quotes(name) + " with " + std::to_string(items.size()) + " arguments",
           "only data are read from a pickle, nothing is called");
  }
}

bool PickleReader::reduce_numpy(const std::string& function, const Value& arguments) {
  const auto& items = arguments.items;
  if (function == "multiarray._reconstruct" && items.size() == 3) {
    if (items[0]->class_name != array_class || items[0]->type != Type::global)
      refuse("makes an array of the class " + in_quotes(items[0]->class_name));
    push(Type::array);
  } else if (function == "multiarray.scalar" && items.size() == 2) {
    make_scalar(*items[0], *items[1]);
  } else if (function == "numeric._frombuffer" && items.size() == 4) {
    array_from_buffer(arguments);
  } else if (function == dtype_class && !items.empty()) {
    if (items[0]->type != Type::text && items[0]->type != Type::bytes) refuse("a dtype without a name");
    Value& type = push(Type::object);
    type.class_name = dtype_class;
    type.text = items[0]->text;
  } else {
    return false;
  }
  return true;
}

/// "f8" of the dtype's name "f8" or "<f8".
void PickleReader::set_array_type(Value& array, const Value& type) {
  if (type.type != Type::object || type.class_name != dtype_class) refuse("an array without a dtype");
  std::string_view name = type.text;
  // What __setstate__ of the dtype gave: (3, '<', …).
  const bool big = type.state && type.state->items.size() > 1 && type.state->items[1]->equals(">");
  if (big || name.starts_with('>')) refuse("numbers that are big-endian", "save the array little-endian");
  if (name.starts_with('<') || name.starts_with('|') || name.starts_with('=')) name.remove_prefix(1);
  array.class_name = name;
}

void PickleReader::make_scalar(const Value& type, const Value& bytes) {
  Value holder;
  set_array_type(holder, type);
  const Item* item = item_of(holder.class_name);
  if (!item)
    refuse("a number of the type " + in_quotes(holder.class_name), "f4, f8, i4, i8, u4, b1 are read");
  if (bytes.type != Type::bytes || bytes.text.size() != item->size)
    refuse("a number of the type " + holder.class_name + " without its " + std::to_string(item->size) +
           " bytes");
  Value& value = push(item->scalar);
  value.number = item->number(bytes.text.data());
  if (holder.class_name == "i8") {
    std::memcpy(&value.integer, bytes.text.data(), sizeof value.integer);
  } else if (item->scalar != Type::number) {
    value.integer = static_cast<std::int64_t>(value.number);
  }
}

void PickleReader::set_shape(Value& array, const Value& shape) {
  if (shape.type != Type::tuple || shape.items.size() > max_dimensions) refuse("an array without a shape");
  array.shape.clear();
  for (const Value* size : shape.items) {
    if (size->type != Type::integer || size->integer < 0) refuse("an array with a size that is not a number");
    array.shape.push_back(size->integer);
  }
}

void PickleReader::check_array_size(const Value& array) {
  const std::size_t item = pickle_item_size(array.class_name);
  if (item == 0 && !array.class_name.starts_with('O')) return;  // kept, but its numbers are not read
  const std::uint64_t held = item > 0 ? array.text.size() / item : array.items.size();
  std::uint64_t count = 1;
  for (const auto size : array.shape) {
    const auto factor = static_cast<std::uint64_t>(size);
    // Above `held` it can only become right again by a 0.
    count = factor > 0 && count > held / factor ? held + 1 : count * factor;
  }
  if (count != held || (item > 0 && array.text.size() % item != 0))
    refuse("an array whose shape is not that of its " +
           (item > 0 ? std::to_string(array.text.size()) + " bytes" : std::to_string(held) + " values"));
}

void PickleReader::set_array_state(Value& array, const Value& state) {
  // (version, shape, dtype, Fortran order, bytes or list of values)
  if (state.type != Type::tuple || state.items.size() != 5) refuse("an array without its state");
  if (!array.class_name.empty()) refuse("an array that is set twice");
  set_shape(array, *state.items[1]);
  set_array_type(array, *state.items[2]);
  array.fortran_order = state.items[3]->integer != 0;
  const Value& data = *state.items[4];
  // Many arrays may share one list, and each keeps its own copy.
  copied_ += data.items.size();
  if (copied_ > max_shared) refuse("arrays that share more values than any model has");
  if (data.type == Type::list) {
    array.items = data.items;
  } else if (data.type == Type::bytes) {
    array.text = data.text;
  } else {
    refuse("an array without its bytes");
  }
  check_array_size(array);
}

void PickleReader::array_from_buffer(const Value& arguments) {
  const auto& items = arguments.items;
  if (items[0]->type != Type::bytes) refuse("an array without its bytes");
  Value& array = push(Type::array);
  array.text = items[0]->text;
  set_array_type(array, *items[1]);
  set_shape(array, *items[2]);
  array.fortran_order = items[3]->equals("F");
  check_array_size(array);
}

void PickleReader::encode(const Value& text, const Value& encoding) {
  if (text.type != Type::text || (!encoding.equals("latin1") && !encoding.equals("latin-1")))
    refuse("encodes what is not text, or not in latin1");
  std::string bytes;
  for (std::size_t i = 0; i < text.text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text.text[i]);
    if (lead < 0x80) {
      bytes += static_cast<char>(lead);
      continue;
    }
    const auto next = i + 1 < text.text.size() ? static_cast<unsigned char>(text.text[++i]) : 0;
    if ((lead != 0xc2 && lead != 0xc3) || (next & 0xc0) != 0x80) refuse("a text that is not latin1");
    bytes += static_cast<char>((lead & 0x03) << 6 | (next & 0x3f));
  }
  push_text(Type::bytes, decoded(std::move(bytes)));
}

void PickleReader::build() {
  const Value& state = pop();
  Value& target = top();
  if (target.type == Type::array) {
    set_array_state(target, state);
  } else if (target.type == Type::object) {
    target.state = &state;
  } else if (target.type == Type::dict) {
    // Attributes of an OrderedDict, such as the versions of a network's parts, are of no interest.
  } else {
    refuse("sets the state of what is not an object");
  }
}

std::vector<double> pickle_numbers(const PickleValue& array, const std::string& place) {
  const Item* item = item_of(array.class_name);
  if (array.type != PickleValue::Type::array || !item)
    throw data_error({place, 0, {}},
                     "is not an array of numbers" +
                         (array.class_name.empty() ? "" : " but " + in_quotes(array.class_name)),
                     "f4, f8, i4, i8, u4 and b1 are read");
  const std::size_t count = array.text.size() / item->size;
  std::vector<double> numbers(count);
  // The index of each dimension, counted up in C order; `step`: how far it moves in memory.
  const std::size_t dimensions = array.shape.size();
  std::vector<std::size_t> step(dimensions, 1), index(dimensions, 0);
  for (std::size_t i = 1; i < dimensions; ++i) {
    const std::size_t d = array.fortran_order ? i : dimensions - 1 - i;
    const std::size_t faster = array.fortran_order ? d - 1 : d + 1;
    step[d] = step[faster] * static_cast<std::size_t>(array.shape[faster]);
  }
  std::size_t at = 0;
  for (double& number : numbers) {
    number = item->number(array.text.data() + at * item->size);
    for (std::size_t d = dimensions; d-- > 0;) {
      at += step[d];
      if (++index[d] < static_cast<std::size_t>(array.shape[d])) break;
      at -= step[d] * index[d];
      index[d] = 0;
    }
  }
  return numbers;
}

}  // namespace facelex
