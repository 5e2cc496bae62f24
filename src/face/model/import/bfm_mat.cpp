#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "bfm_files.hpp"
#include "io/input_file.hpp"
#include "parts.hpp"

// The layout: "MAT-File Format", The MathWorks, R2019b, chapter "Level 5 MAT-File Format".

namespace facelex {
namespace {

constexpr std::uint64_t mat_header_bytes = 128, mat_tag_bytes = 8;
constexpr std::uint32_t mat_matrix = 14, mat_compressed = 15;
constexpr std::uint32_t first_class_of_numbers = 6, last_class_of_numbers = 15, complex_flag = 0x0800;
/// What stands before the numbers of a matrix: flags, sizes, name.
constexpr std::uint64_t longest_matrix_head = 4096;

template <class T>
double mat_number(const char* bytes) {
  T value{};
  std::memcpy(&value, bytes, sizeof value);
  return static_cast<double>(value);
}

struct MatNumberType {
  std::uint32_t code;
  std::size_t size;
  double (*number)(const char*);
};
constexpr std::array<MatNumberType, 10> mat_number_types = {{{1, 1, mat_number<std::int8_t>},
                                                             {2, 1, mat_number<std::uint8_t>},
                                                             {3, 2, mat_number<std::int16_t>},
                                                             {4, 2, mat_number<std::uint16_t>},
                                                             {5, 4, mat_number<std::int32_t>},
                                                             {6, 4, mat_number<std::uint32_t>},
                                                             {7, 4, mat_number<float>},
                                                             {9, 8, mat_number<double>},
                                                             {12, 8, mat_number<std::int64_t>},
                                                             {13, 8, mat_number<std::uint64_t>}}};

/// Null for what is not a type of numbers.
const MatNumberType* mat_number_type(std::uint32_t code) {
  const auto* const found = std::find_if(mat_number_types.begin(), mat_number_types.end(),
                                         [&](const MatNumberType& known) { return known.code == code; });
  return found == mat_number_types.end() ? nullptr : found;
}

/// A part of a file: a type, a size, bytes.
struct MatElement {
  std::uint32_t type = 0;
  std::uint64_t begin = 0, size = 0;  ///< of its bytes, in the file
};

/// The parts of a matrix, one after another, from its bytes or the first of them.
class MatParts {
 public:
  MatParts(std::string_view bytes, const std::filesystem::path& file) : bytes_(bytes), file_(file) {}

  struct Part {
    std::uint32_t type;
    std::string_view bytes;
  };
  Part next() {
    Part part{word(), {}};
    std::uint64_t size = part.type >> 16;  // up to four bytes stand in the tag itself
    if (size > 0) {
      part.type &= 0xffff;
      if (size > 4) refuse();
      part.bytes = take(4).substr(0, size);
    } else {
      size = word();
      part.bytes = take(size);
      at_ = std::min<std::size_t>(bytes_.size(), (at_ + 7) / 8 * 8);
    }
    return part;
  }
  [[noreturn]] void refuse() const { throw bad_import(file_, "a variable is damaged", "the file was cut?"); }

 private:
  std::uint32_t word() {
    std::uint32_t value = 0;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size() - at_) refuse();
    const std::string_view taken = bytes_.substr(at_, size);
    at_ += size;
    return taken;
  }

  std::string_view bytes_;
  const std::filesystem::path& file_;
  std::size_t at_ = 0;
};

/// What stands before the numbers of a matrix.
struct MatHead {
  std::uint32_t flags = 0;
  std::vector<std::int32_t> sizes;
  std::string name;
};

MatHead head_of(MatParts& parts) {
  MatHead head;
  const auto flags = parts.next(), sizes = parts.next(), name = parts.next();
  if (flags.bytes.size() != 8 || sizes.bytes.size() % 4 != 0) parts.refuse();
  std::memcpy(&head.flags, flags.bytes.data(), sizeof head.flags);
  head.sizes.resize(sizes.bytes.size() / 4);
  if (!head.sizes.empty()) std::memcpy(head.sizes.data(), sizes.bytes.data(), sizes.bytes.size());
  head.name = name.bytes;
  return head;
}

/// At most `most` bytes of what was compressed; fewer where it ends or is damaged.
std::string inflated(const std::string& compressed, std::uint64_t max_numbers) {
  constexpr std::uint64_t step = 1U << 30;
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) throw std::bad_alloc();
  std::string bytes(max_numbers, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::uint64_t made = 0;
  int state = Z_OK;
  while (state == Z_OK && made < max_numbers) {
    stream.next_out = reinterpret_cast<Bytef*>(bytes.data() + made);
    const auto room = static_cast<uInt>(std::min(step, max_numbers - made));
    stream.avail_out = room;
    state = inflate(&stream, Z_NO_FLUSH);
    made += room - stream.avail_out;
  }
  inflateEnd(&stream);
  if (state == Z_MEM_ERROR) throw std::bad_alloc();
  bytes.resize(made);
  return bytes;
}

}  // namespace

struct MatlabFile::State {
  std::filesystem::path path;
  InputFile file;
  std::uint64_t size = 0;

  explicit State(const std::filesystem::path& name) : path(name), file(name) {
    const auto known = file.size();
    if (!known) throw bad_import(path, "is not a regular file");
    size = *known;
    std::array<char, mat_header_bytes> header{};
    if (size < header.size()) throw bad_import(path, "is not a MATLAB v5 file, or was cut");
    file.read_at(0, header.data(), header.size());
    const std::string_view text(header.data(), header.size());
    if (!text.starts_with("MATLAB 5.0") || !text.ends_with(std::string_view("\0\1IM", 4)))
      throw bad_import(path, "is not a MATLAB v5 file of a little-endian machine",
                       "save it in MATLAB with -v7 or -v6");
  }

  std::string bytes_of(const MatElement& element, std::uint64_t max_numbers) {
    std::string bytes(std::min(element.size, max_numbers), '\0');
    file.read_at(element.begin, bytes.data(), bytes.size());
    return bytes;
  }

  /// The element at that byte of the file; nothing at its end.
  std::optional<MatElement> element_at(std::uint64_t at) {
    if (at >= size) return {};
    std::array<std::uint32_t, 2> tag{};
    if (size - at < sizeof tag) throw bad_import(path, "ends within a variable", "the file was cut");
    file.read_at(at, tag.data(), sizeof tag);
    const MatElement element{tag[0], at + sizeof tag, tag[1]};
    if (element.size > size - element.begin)
      throw bad_import(path, "ends within a variable", "the file was cut");
    return element;
  }

  /// The bytes of a matrix behind its tag, or the first of them; empty for what is none.
  std::string matrix_bytes(const MatElement& element, bool whole) {
    if (element.type == mat_matrix)
      return bytes_of(element, whole ? element.size : std::min(element.size, longest_matrix_head));
    if (element.type != mat_compressed) return {};
    const std::string compressed = bytes_of(element, element.size);
    std::string bytes = inflated(compressed, whole ? mat_tag_bytes : mat_tag_bytes + longest_matrix_head);
    std::array<std::uint32_t, 2> tag{};
    if (bytes.size() < sizeof tag) throw bad_import(path, "a variable is damaged", "the file was cut?");
    std::memcpy(tag.data(), bytes.data(), sizeof tag);
    if (tag[0] != mat_matrix) return {};
    if (whole) {
      if (tag[1] / max_compression > compressed.size())
        throw bad_import(
            path, "a variable claims " + std::to_string(tag[1]) + " bytes, more than the file can hold");
      bytes = inflated(compressed, mat_tag_bytes + tag[1]);
    }
    return bytes.erase(0, mat_tag_bytes);
  }
};

MatlabFile::MatlabFile(const std::filesystem::path& file) : state_(std::make_unique<State>(file)) {}

MatlabFile::~MatlabFile() = default;

template <class T>
Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> MatlabFile::read(const std::string& name) const {
  const auto& file = state_->path;
  for (std::uint64_t at = mat_header_bytes; const auto element = state_->element_at(at);) {
    at = element->begin + element->size;
    const std::string begin = state_->matrix_bytes(*element, false);
    if (begin.empty()) continue;
    MatParts first_parts(begin, file);
    if (head_of(first_parts).name != name) continue;

    const std::string bytes = state_->matrix_bytes(*element, true);
    MatParts parts(bytes, file);
    const MatHead head = head_of(parts);
    const std::string what = "variable " + in_quotes(name);
    const std::uint32_t kind = head.flags & 0xff;
    if (kind < first_class_of_numbers || kind > last_class_of_numbers)
      throw bad_import(file, what + " does not hold numbers");
    if (head.sizes.size() != 2 || (head.flags & complex_flag) != 0 || head.sizes[0] < 0 || head.sizes[1] < 0)
      throw bad_import(file, what + " is not a matrix of real numbers");
    const auto numbers = parts.next();
    const MatNumberType* const type = mat_number_type(numbers.type);
    const auto rows = static_cast<std::uint64_t>(head.sizes[0]),
               cols = static_cast<std::uint64_t>(head.sizes[1]);
    if (!type || rows * cols != numbers.bytes.size() / type->size || numbers.bytes.size() % type->size != 0)
      throw bad_import(file,
                       what + " claims " + std::to_string(rows) + "×" + std::to_string(cols) +
                           " numbers, which are not its " + std::to_string(numbers.bytes.size()) + " bytes",
                       "the file was cut or is damaged");
    Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> values(head.sizes[0], head.sizes[1]);
    const char* from = numbers.bytes.data();
    for (T& value : values.reshaped()) {
      value = static_cast<T>(type->number(from));
      from += type->size;
    }
    return values;
  }
  throw bad_import(file, "has no variable " + in_quotes(name));
}

Eigen::MatrixXd MatlabFile::matrix(const std::string& name) const {
  return read<double>(name);
}

Eigen::MatrixXf MatlabFile::small_matrix(const std::string& name) const {
  return read<float>(name);
}

}  // namespace facelex
