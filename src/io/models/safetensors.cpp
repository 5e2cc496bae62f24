#include "facelex/io/models/safetensors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <stdexcept>

#include "facelex/core/error.hpp"
#include "facelex/core/json_parse.hpp"
#include "facelex/io/atomic_file.hpp"
#include "io/input_file.hpp"
#include "io/json_text.hpp"

static_assert(std::endian::native == std::endian::little,
              "tensors are little-endian and are read as they lie");

namespace facelex {
namespace {

constexpr std::uint64_t longest_safetensors_header = 100'000'000;  // as the reference implementation has it
constexpr std::size_t max_tensor_dimensions = 8;
constexpr const char* metadata_name = "__metadata__";

struct TypeInfo {
  Tensor::Type type;
  std::string_view name;
  std::size_t size;
};
constexpr std::array<TypeInfo, 5> types = {{{Tensor::Type::f64, "F64", 8},
                                            {Tensor::Type::f32, "F32", 4},
                                            {Tensor::Type::i64, "I64", 8},
                                            {Tensor::Type::i32, "I32", 4},
                                            {Tensor::Type::u8, "U8", 1}}};

const TypeInfo& info_of(Tensor::Type type) {
  return *std::find_if(types.begin(), types.end(), [&](const TypeInfo& info) { return info.type == type; });
}

/// Product of the sizes times the element's, or nothing when it does not fit 63 bits.
std::optional<std::uint64_t> extent(const std::vector<std::int64_t>& shape, std::size_t item) {
  std::uint64_t bytes = item;
  for (const auto size : shape) {
    constexpr std::uint64_t limit = std::uint64_t{1} << 62;
    const auto factor = static_cast<std::uint64_t>(size);
    if (factor > limit || (factor > 0 && bytes > limit / factor)) return {};
    bytes *= factor;
  }
  return bytes;
}

struct Entry {
  std::string name;
  Tensor::Type type = Tensor::Type::f64;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

/// A file that lies in memory, with the functions of InputFile.
class BytesInMemory {
 public:
  BytesInMemory(std::span<const std::byte> bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}
  const std::string& name() const { return name_; }
  std::optional<std::uint64_t> size() const { return bytes_.size(); }
  void read_at(std::uint64_t offset, void* target, std::size_t count) const {
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), count, static_cast<std::byte*>(target));
  }

 private:
  std::span<const std::byte> bytes_;
  std::string name_;
};

template <class Source>
class Reader {
 public:
  explicit Reader(Source& source) : file_(source) {}

  Safetensors read() {
    const Json header = read_header();
    Safetensors content;
    std::vector<Entry> entries;
    for (const auto& [name, value] : header.items()) {
      if (name == metadata_name) {
        content.metadata = metadata_from(value);
      } else {
        entries.push_back(entry_from(name, value));
      }
    }
    check_layout(entries);
    for (const auto& entry : entries) {
      Tensor tensor{entry.type, entry.shape, std::vector<std::byte>(entry.end - entry.begin)};
      file_.read_at(data_begin_ + entry.begin, tensor.bytes.data(), tensor.bytes.size());
      content.tensors.emplace(entry.name, std::move(tensor));
    }
    return content;
  }

 private:
  [[noreturn]] void refuse(const std::string& what, std::string_view remedy = {}) const {
    throw data_error({file_.name(), 0, {}}, what, remedy);
  }

  Json read_header() {
    const auto size = file_.size();
    if (!size) refuse("is not a regular file", "a model cannot be read from a pipe");
    std::uint64_t length = 0;
    if (*size < sizeof length) refuse("is too short for a model file (safetensors)");
    file_.read_at(0, &length, sizeof length);
    if (length > longest_safetensors_header || length > *size - sizeof length)
      refuse("is not a safetensors file, or was cut: its first 8 bytes announce a header of " +
             std::to_string(length) + " bytes, but the file has " + std::to_string(*size));
    data_begin_ = sizeof length + length;
    data_size_ = *size - data_begin_;
    std::string text(length, '\0');
    file_.read_at(sizeof length, text.data(), text.size());
    if (!text.starts_with('{')) refuse("is not a safetensors file: its header is not a JSON object");
    try {
      return parse_json(text);
    } catch (const JsonError& error) {
      refuse(std::string("its header is not valid JSON: ") + error.what(), "the file is damaged");
    }
  }

  std::map<std::string, std::string> metadata_from(const Json& value) const {
    std::map<std::string, std::string> metadata;
    if (!value.is_object()) refuse("__metadata__ is not an object");
    for (const auto& [key, text] : value.items()) {
      if (!text.is_string()) refuse("__metadata__ " + in_quotes(key) + " is not a text");
      metadata[key] = text.template get<std::string>();
    }
    return metadata;
  }

  Entry entry_from(const std::string& name, const Json& value) const {
    const std::string tensor = "tensor " + in_quotes(name);
    const auto field = [&](const char* key) {
      if (!value.is_object() || !value.contains(key)) refuse(tensor + " has no " + key);
      return value[key];
    };
    const Json dtype = field("dtype"), shape = field("shape"), offsets = field("data_offsets");
    Entry entry{name, {}, {}, 0, 0};
    const auto type =
        std::find_if(types.begin(), types.end(), [&](const TypeInfo& info) { return dtype == info.name; });
    if (type == types.end())
      refuse(tensor + " has elements of type " + in_quotes(json_text(dtype, -1)),
             "F64, F32, I64, I32 and U8 are read");
    entry.type = type->type;
    if (!shape.is_array() || shape.size() > max_tensor_dimensions)
      refuse(tensor + " has a shape that is not a list of sizes");
    for (const auto& size : shape)
      entry.shape.push_back(static_cast<std::int64_t>(whole(size, tensor + ": size")));
    if (!offsets.is_array() || offsets.size() != 2) refuse(tensor + " does not have two data_offsets");
    entry.begin = whole(offsets[0], tensor + ": offset");
    entry.end = whole(offsets[1], tensor + ": offset");
    if (entry.begin > entry.end || entry.end > data_size_)
      refuse(tensor + " lies at bytes " + std::to_string(entry.begin) + " to " + std::to_string(entry.end) +
                 " of " + std::to_string(data_size_),
             "the file was cut or is damaged");
    const auto bytes = extent(entry.shape, type->size);
    if (!bytes || *bytes != entry.end - entry.begin)
      refuse(tensor + " of shape " + in_quotes(json_text(shape, -1)) + " does not fill its " +
             std::to_string(entry.end - entry.begin) + " bytes");
    return entry;
  }

  std::uint64_t whole(const Json& value, const std::string& what) const {
    constexpr std::uint64_t limit = std::uint64_t{1} << 62;
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > limit)
      refuse(what + " " + in_quotes(json_text(value, -1)) + " is not a whole number from 0");
    return value.get<std::uint64_t>();
  }

  void check_layout(std::vector<Entry>& entries) const {
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::uint64_t at = 0;
    for (const auto& entry : entries) {
      if (entry.begin < at) refuse("tensor " + in_quotes(entry.name) + " overlaps the one before it");
      if (entry.begin > at)
        refuse(std::to_string(entry.begin - at) + " bytes before tensor " + in_quotes(entry.name) +
               " belong to none");
      at = entry.end;
    }
    if (at != data_size_) refuse(std::to_string(data_size_ - at) + " bytes at the end belong to no tensor");
  }

  Source& file_;
  std::uint64_t data_begin_ = 0, data_size_ = 0;
};

}  // namespace

std::int64_t Tensor::size() const {
  return static_cast<std::int64_t>(bytes.size() / tensor_item_size(type));
}

std::size_t tensor_item_size(Tensor::Type type) {
  return info_of(type).size;
}

std::string_view tensor_type_name(Tensor::Type type) {
  return info_of(type).name;
}

std::vector<double> tensor_numbers(const Tensor& tensor, const std::string& what) {
  const auto count = static_cast<std::size_t>(tensor.size());
  std::vector<double> numbers(count);
  if (count == 0) return numbers;
  if (tensor.type == Tensor::Type::f64) {
    std::memcpy(numbers.data(), tensor.bytes.data(), tensor.bytes.size());
  } else if (tensor.type == Tensor::Type::f32) {
    std::vector<float> narrow(count);
    std::memcpy(narrow.data(), tensor.bytes.data(), tensor.bytes.size());
    std::copy(narrow.begin(), narrow.end(), numbers.begin());
  } else {
    throw data_error({}, what + " has elements of type " + std::string(tensor_type_name(tensor.type)),
                     "expected F64 or F32");
  }
  return numbers;
}

Safetensors read_safetensors(const std::filesystem::path& file) {
  InputFile input(file);
  return Reader(input).read();
}

Safetensors read_safetensors(std::span<const std::byte> bytes, const std::string& name) {
  BytesInMemory input(bytes, name);
  return Reader(input).read();
}

std::string write_safetensors(const std::filesystem::path& file, const Safetensors& content) {
  Json header = Json::object();
  if (!content.metadata.empty()) header[metadata_name] = content.metadata;
  std::uint64_t at = 0;
  for (const auto& [name, tensor] : content.tensors) {
    const bool sizes_hold =
        std::all_of(tensor.shape.begin(), tensor.shape.end(), [](std::int64_t size) { return size >= 0; });
    const auto bytes = extent(tensor.shape, tensor_item_size(tensor.type));
    if (name == metadata_name || !sizes_hold || bytes != tensor.bytes.size() ||
        tensor.shape.size() > max_tensor_dimensions)
      throw data_error({file.string(), 0, {}}, "tensor " + in_quotes(name) + " has " +
                                                   std::to_string(tensor.bytes.size()) +
                                                   " bytes, which is not what its shape asks for");
    header[name] = {{"dtype", tensor_type_name(tensor.type)},
                    {"shape", tensor.shape},
                    {"data_offsets", {at, at + tensor.bytes.size()}}};
    at += tensor.bytes.size();
  }
  std::string text = json_text(header, -1);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  AtomicFile out(file);
  out.write(&length, sizeof length);
  out.write(text);
  for (const auto& [name, tensor] : content.tensors) out.write(tensor.bytes.data(), tensor.bytes.size());
  return out.commit();
}

}  // namespace facelex
