#include "facelex/io/tables/npy.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <utility>
#include <vector>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "io/input_file.hpp"
#include "reader.hpp"

static_assert(std::endian::native == std::endian::little, "files are little-endian and are read as they lie");

namespace facelex {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::uint64_t longest_header = 1 << 20;

struct Header {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
};

/// Reads the header, the text of a Python dictionary: {'descr': '<f8', 'fortran_order': False, 'shape': (3,
/// 4), }
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Header parse() {
    Header header;
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !std::exchange(has_descr, true)) {
        if (peek() == '[')
          throw data_error({file_, 0, {}}, "holds records of several fields",
                           "expected an array of float32 or float64");
        header.descr = quoted();
      } else if (key == "fortran_order" && !std::exchange(has_order, true)) {
        header.fortran_order = boolean();
      } else if (key == "shape" && !std::exchange(has_shape, true)) {
        header.shape = tuple();
      } else {
        refuse();
      }
      if (!accept(',') && peek() != '}') refuse();
    }
    if (!has_descr || !has_order || !has_shape) refuse();
    return header;
  }

 private:
  [[noreturn]] void refuse() const {
    throw data_error({file_, 0, {}}, "has a NumPy header that cannot be read: " + in_quotes(text_));
  }
  char peek() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) refuse();
  }
  std::string quoted() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') refuse();
    const auto end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) refuse();
    std::string word(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return word;
  }
  bool boolean() {
    peek();
    for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true}, {"False", false}}) {
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      return value;
    }
    refuse();
  }
  std::vector<std::uint64_t> tuple() {
    std::vector<std::uint64_t> sizes;
    expect('(');
    while (!accept(')')) {
      peek();
      std::uint64_t size = 0;
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), size);
      if (error != std::errc() || sizes.size() == 32) refuse();
      at_ = static_cast<std::size_t>(end - text_.data());
      accept('L');  // Python 2 wrote long integers so
      sizes.push_back(size);
      if (!accept(',') && peek() != ')') refuse();
    }
    return sizes;
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
};

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text;
  for (const auto size : shape) text += (text.empty() ? "" : "×") + std::to_string(size);
  return shape.empty() ? "a single number" : text;
}

}  // namespace

struct NpyFile::State {
  InputFile file;
  std::uint64_t data_begin = 0, rows = 0, cols = 0;
  std::size_t item = 8;
  bool fortran_order = false;
  std::vector<char> buffer;

  explicit State(const std::filesystem::path& path) : file(path) {
    const auto size = file.size();
    if (!size)
      throw data_error({file.name(), 0, {}}, "is not a regular file",
                       "a .npy file cannot be read from a pipe");
    const Header header = read_header(*size);
    fortran_order = header.fortran_order;
    if (header.descr != "<f8" && header.descr != "<f4")
      throw data_error({file.name(), 0, {}}, "has elements of type " + in_quotes(header.descr),
                       header.descr.find('O') != std::string::npos
                           ? "an array of Python objects is not read; save float64"
                           : "expected '<f8' or '<f4': save it with .astype('<f8')");
    item = header.descr == "<f8" ? 8 : 4;
    if (header.shape.empty() || header.shape.size() > 2)
      throw data_error({file.name(), 0, {}}, "has the shape " + shape_text(header.shape),
                       "expected frames × signals");
    rows = header.shape[0];
    cols = header.shape.size() == 2 ? header.shape[1] : 1;
    check_size(header, *size - data_begin);
  }

  Header read_header(std::uint64_t size) {
    std::array<unsigned char, 12> head{};
    if (size < 10) throw data_error({file.name(), 0, {}}, "is too short for a .npy file");
    file.read_at(0, head.data(), 10);
    if (std::memcmp(head.data(), magic.data(), magic.size()) != 0)
      throw data_error({file.name(), 0, {}}, "is not a NumPy array: it does not begin with \\x93NUMPY");
    const int version = head[6];
    if (version < 1 || version > 3)
      throw data_error({file.name(), 0, {}}, "has version " + std::to_string(version) + " of the .npy format",
                       "versions 1 to 3 are known");
    std::uint64_t length = head[8] + (std::uint64_t{head[9]} << 8);
    data_begin = 10;
    if (version > 1) {
      if (size < 12) throw data_error({file.name(), 0, {}}, "is too short for a .npy file");
      file.read_at(10, head.data() + 10, 2);
      length += (std::uint64_t{head[10]} << 16) + (std::uint64_t{head[11]} << 24);
      data_begin = 12;
    }
    if (length > size - data_begin || length > longest_header)
      throw data_error({file.name(), 0, {}}, "has a header of " + std::to_string(length) +
                                                 " bytes in a file of " + std::to_string(size));
    std::string text(length, '\0');
    file.read_at(data_begin, text.data(), text.size());
    data_begin += length;
    return HeaderParser(text, file.name()).parse();
  }

  void check_size(const Header& header, std::uint64_t data_size) const {
    const std::uint64_t max_count = data_size / item;
    const bool too_many = rows > 0 && cols > 0 && (rows > max_count || cols > max_count / rows);
    if (too_many || rows * cols * item != data_size)
      throw data_error({file.name(), 0, {}},
                       "the header says " + shape_text(header.shape) + " numbers of " + std::to_string(item) +
                           " bytes, but " + std::to_string(data_size) + " bytes of data follow",
                       "the file was cut or is damaged");
    // Without data any number of rows would fit.
    if (cols == 0 || rows > (std::uint64_t{1} << 53) || cols > (std::uint64_t{1} << 53))
      throw data_error({file.name(), 0, {}}, "has the shape " + shape_text(header.shape),
                       "expected frames × signals");
  }

  /// `count` numbers from element `first` of the file to `to`, `stride` apart.
  void read_run(std::uint64_t first, std::uint64_t count, double* to, std::ptrdiff_t stride) {
    if (item == 8 && stride == 1) {
      file.read_at(data_begin + first * 8, to, count * 8);
      return;
    }
    buffer.resize(count * item);
    file.read_at(data_begin + first * item, buffer.data(), buffer.size());
    for (std::uint64_t i = 0; i < count; ++i) {
      if (item == 8) {
        std::memcpy(to, buffer.data() + 8 * i, 8);
      } else {
        float value;
        std::memcpy(&value, buffer.data() + 4 * i, 4);
        *to = static_cast<double>(value);
      }
      to += stride;
    }
  }
};

NpyFile::NpyFile(const std::filesystem::path& file) : state_(std::make_unique<State>(file)) {}
NpyFile::~NpyFile() = default;
NpyFile::NpyFile(NpyFile&&) noexcept = default;
NpyFile& NpyFile::operator=(NpyFile&&) noexcept = default;

Eigen::Index NpyFile::rows() const {
  return static_cast<Eigen::Index>(state_->rows);
}

Eigen::Index NpyFile::cols() const {
  return static_cast<Eigen::Index>(state_->cols);
}

void NpyFile::read(Eigen::Index first, Eigen::Index count, RowMatrix& values) {
  State& s = *state_;
  resize_block(values, count, cols());
  const auto from = static_cast<std::uint64_t>(first), n = static_cast<std::uint64_t>(count);
  if (values.size() == 0) return;
  if (!s.fortran_order) return s.read_run(from * s.cols, n * s.cols, values.data(), 1);
  for (std::uint64_t column = 0; column < s.cols; ++column)
    s.read_run(column * s.rows + from, n, values.data() + column, static_cast<std::ptrdiff_t>(s.cols));
}

RowMatrix read_npy(const std::filesystem::path& file) {
  NpyFile array(file);
  RowMatrix values;
  array.read(0, array.rows(), values);
  return values;
}

std::string npy_header(std::int64_t rows, std::int64_t cols) {
  constexpr std::size_t size = 128, length = size - 10;
  std::string dictionary = "{'descr': '<f8', 'fortran_order': False, 'shape': (" + std::to_string(rows) +
                           ", " + std::to_string(cols) + "), }";
  dictionary.resize(length - 1, ' ');
  std::string header(magic);
  header.append("\x01\x00", 2).append({static_cast<char>(length), '\0'});
  return header + dictionary + '\n';
}

}  // namespace facelex
