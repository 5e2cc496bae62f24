#include "facelex/io/pickle/pickle.hpp"

#include <bit>
#include <charconv>
#include <cstring>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "io/input_file.hpp"
#include "reader.hpp"

static_assert(std::endian::native == std::endian::little,
              "pickles are little-endian and are read as they lie");

namespace facelex {
namespace {

constexpr std::size_t max_values = 2'000'000;
constexpr std::size_t deepest_stack = 4 * max_values;
constexpr unsigned newest_protocol = 5;

std::string hexadecimal(unsigned char byte) {
  constexpr const char* digits = "0123456789abcdef";
  return {'0', 'x', digits[byte >> 4], digits[byte & 15]};
}

/// Where the pickle begins: after the header of a .npy file.
std::uint64_t pickle_begin(const std::string& bytes) {
  constexpr std::string_view npy = "\x93NUMPY";
  constexpr std::size_t version_1_length = 10;
  if (!bytes.starts_with(npy) || bytes.size() < version_1_length || bytes[npy.size()] != 1) return 0;
  std::uint16_t length = 0;
  std::memcpy(&length, bytes.data() + 8, sizeof length);
  return version_1_length + length;
}

void append_utf8(std::string& text, std::uint32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += {static_cast<char>(0xc0 | code >> 6), static_cast<char>(0x80 | (code & 0x3f))};
  } else if (code < 0x10000) {
    text += {static_cast<char>(0xe0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3f)),
             static_cast<char>(0x80 | (code & 0x3f))};
  } else {
    text += {static_cast<char>(0xf0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 0x3f)),
             static_cast<char>(0x80 | (code >> 6 & 0x3f)), static_cast<char>(0x80 | (code & 0x3f))};
  }
}

/// The number of `digits` hexadecimal digits at `at`, or −1.
int hexadecimal_at(std::string_view text, std::size_t at, std::size_t digits) {
  int code = 0;
  if (text.size() < at + digits) return -1;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + digits, code, 16);
  return error == std::errc() && end == text.data() + at + digits && code >= 0 ? code : -1;
}

}  // namespace

const PickleValue* PickleValue::find(std::string_view key) const {
  const PickleValue* dict = type == Type::object ? state : this;
  if (!dict || dict->type != Type::dict) return nullptr;
  // The last one counts, as in Python.
  for (std::size_t i = dict->items.size(); i >= 2; i -= 2)
    if (dict->items[i - 2]->equals(key)) return dict->items[i - 1];
  return nullptr;
}

bool PickleValue::equals(std::string_view word) const {
  return (type == Type::text || type == Type::bytes) && text == word;
}

Pickle::Pickle(const std::filesystem::path& path) {
  InputFile file(path);
  const auto size = file.size();
  if (!size)
    throw data_error({file.name(), 0, {}}, "is not a regular file", "a pickle is not read from a pipe");
  bytes_.resize(*size);
  file.read_at(0, bytes_.data(), bytes_.size());
  root_ = PickleReader(*this, file.name(), pickle_begin(bytes_)).read();
}

Pickle::Pickle(std::string bytes, const std::string& name) : bytes_(std::move(bytes)) {
  root_ = PickleReader(*this, name, 0).read();
}

PickleReader::PickleReader(Pickle& pickle, std::string file, std::uint64_t begin)
    : pickle_(pickle), file_(std::move(file)), at_(begin) {}

void PickleReader::refuse(const std::string& what, const std::string& remedy) const {
  throw data_error({file_, 0, {}}, "byte " + std::to_string(opcode_at_) + " of the pickle: " + what, remedy);
}

const PickleValue* PickleReader::read() {
  constexpr unsigned char stop = '.';
  for (;;) {
    opcode_at_ = at_;
    const auto opcode = static_cast<unsigned char>(take(1)[0]);
    if (opcode == stop) break;
    if (!step(opcode))
      refuse("opcode " + hexadecimal(opcode) + " is not read",
             "expected a pickle of dicts, lists, texts, numbers and NumPy arrays");
  }
  if (stack_.size() != 1 || !marks_.empty())
    refuse("it ends with " + std::to_string(stack_.size()) + " values instead of one");
  return stack_[0];
}

bool PickleReader::step(unsigned char opcode) {
  return constant(opcode) || number(opcode) || text(opcode) || memo(opcode) || container(opcode) ||
         fill(opcode) || construction(opcode);
}

std::string_view PickleReader::take(std::uint64_t size) {
  const std::uint64_t left = at_ <= pickle_.bytes_.size() ? pickle_.bytes_.size() - at_ : 0;
  if (size > left)
    refuse("needs " + std::to_string(size) + " bytes, " + std::to_string(left) + " are left",
           "the file was cut, is damaged or is not a pickle");
  const std::string_view bytes(pickle_.bytes_.data() + at_, size);
  at_ += size;
  return bytes;
}

std::string_view PickleReader::line() {
  const auto end = pickle_.bytes_.find('\n', at_);
  if (end == std::string::npos) refuse("a line that does not end", "the file was cut or is not a pickle");
  const std::string_view text = take(end - at_);
  ++at_;
  return text;
}

template <class T>
T PickleReader::little_endian() {
  T value{};
  std::memcpy(&value, take(sizeof value).data(), sizeof value);
  return value;
}

PickleValue& PickleReader::make(Type type) {
  if (pickle_.values_.size() >= max_values)
    refuse("has more than " + std::to_string(max_values) + " values", "no model is as large");
  PickleValue& value = pickle_.values_.emplace_back();
  value.type = type;
  return value;
}

PickleValue& PickleReader::push(Type type) {
  PickleValue& value = make(type);
  push(value);
  return value;
}

void PickleReader::push(Value& value) {
  if (stack_.size() >= deepest_stack) refuse("its stack is deeper than " + std::to_string(deepest_stack));
  stack_.push_back(&value);
}

PickleValue& PickleReader::top() {
  if (stack_.empty() || (!marks_.empty() && marks_.back() == stack_.size())) refuse("its stack is empty");
  return *stack_.back();
}

PickleValue& PickleReader::pop() {
  PickleValue& value = top();
  stack_.pop_back();
  return value;
}

std::vector<const PickleValue*> PickleReader::pop_to_mark() {
  if (marks_.empty()) refuse("its stack has no mark");
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<const PickleValue*> items(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  marks_.pop_back();
  return items;
}

std::string_view PickleReader::decoded(std::string text) {
  // A text that is decoded again and again through the memo would fill any memory. Once, protocol 0 makes of
  // a byte ≥ 0x80 two of UTF-8, and of these one of an array.
  constexpr std::uint64_t most_decodings = 3;
  decoded_bytes_ += text.size();
  if (decoded_bytes_ > most_decodings * pickle_.bytes_.size()) refuse("decodes more text than the file has");
  return pickle_.decoded_.emplace_back(std::move(text));
}

bool PickleReader::constant(unsigned char opcode) {
  switch (opcode) {
    case 0x80:  // PROTO
      if (const unsigned protocol = little_endian<std::uint8_t>(); protocol > newest_protocol)
        refuse("is of protocol " + std::to_string(protocol), "protocols 0 to 5 are read");
      return true;
    case 0x95:  // FRAME
      if (const auto size = little_endian<std::uint64_t>(); size > pickle_.bytes_.size() - at_)
        refuse("a frame of " + std::to_string(size) + " bytes, more than are left", "the file was cut");
      return true;
    case 'N':
      push(Type::none);
      return true;
    case 0x88:  // NEWTRUE
    case 0x89:  // NEWFALSE
      push(Type::boolean).integer = opcode == 0x88 ? 1 : 0;
      return true;
    case '(':
      if (marks_.size() >= deepest_stack) refuse("its stack has too many marks");
      marks_.push_back(stack_.size());
      return true;
    case '0':
      if (!marks_.empty() && marks_.back() == stack_.size()) {
        marks_.pop_back();
      } else {
        pop();
      }
      return true;
    case '1':
      pop_to_mark();
      return true;
    case '2':
      push(top());
      return true;
    default:
      return false;
  }
}

void PickleReader::push_integer(std::int64_t value) {
  push(Type::integer).integer = value;
}

void PickleReader::long_integer(std::uint64_t size) {
  const std::string_view bytes = take(size);
  std::int64_t value = 0;
  if (size > sizeof value) refuse("an integer of " + std::to_string(size) + " bytes", "up to 8 are read");
  if (size > 0 && (bytes.back() & 0x80) != 0) value = -1;
  std::memcpy(&value, bytes.data(), size);
  push_integer(value);
}

void PickleReader::text_number(std::string_view text, bool whole) {
  if (whole && (text == "00" || text == "01")) {
    push(Type::boolean).integer = text == "01" ? 1 : 0;
    return;
  }
  if (whole && text.ends_with('L')) text.remove_suffix(1);
  const auto integer = whole ? parse_integer(text) : std::nullopt;
  const auto real = whole ? std::nullopt : parse_double(text);
  if (!integer && !real) refuse(in_quotes(text) + " is not a number");
  if (integer) {
    push_integer(*integer);
  } else {
    push(Type::number).number = *real;
  }
}

bool PickleReader::number(unsigned char opcode) {
  switch (opcode) {
    case 'I':
    case 'L':
      text_number(line(), true);
      return true;
    case 'F':
      text_number(line(), false);
      return true;
    case 'J':
      push_integer(little_endian<std::int32_t>());
      return true;
    case 'K':
      push_integer(little_endian<std::uint8_t>());
      return true;
    case 'M':
      push_integer(little_endian<std::uint16_t>());
      return true;
    case 0x8a:  // LONG1
      long_integer(little_endian<std::uint8_t>());
      return true;
    case 0x8b:  // LONG4
      long_integer(little_endian<std::uint32_t>());
      return true;
    case 'G':  // big-endian, alone of all
      push(Type::number).number = std::bit_cast<double>(__builtin_bswap64(little_endian<std::uint64_t>()));
      return true;
    default:
      return false;
  }
}

void PickleReader::push_text(Type type, std::string_view text) {
  push(type).text = text;
}

/// STRING of protocol 0: Python's repr of a str.
void PickleReader::quoted_text(std::string_view text) {
  if (text.size() < 2 || text.front() != text.back() || (text[0] != '\'' && text[0] != '"'))
    refuse("a text without quotes: " + in_quotes(text));
  text = text.substr(1, text.size() - 2);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      plain += text[i];
      continue;
    }
    constexpr std::string_view letters = "\\'\"ntrabfv", values = "\\'\"\n\t\r\a\b\f\v";
    const auto at = i + 1 < text.size() ? letters.find(text[i + 1]) : std::string_view::npos;
    const int code = i + 1 < text.size() && text[i + 1] == 'x' ? hexadecimal_at(text, i + 2, 2) : -1;
    if (at == std::string_view::npos && code < 0) refuse("a text with a broken escape: " + in_quotes(text));
    plain += code < 0 ? values[at] : static_cast<char>(code);
    i += code < 0 ? 1 : 3;
  }
  push_text(Type::bytes, decoded(std::move(plain)));
}

/// UNICODE of protocol 0: Latin-1 with \uXXXX and \UXXXXXXXX.
void PickleReader::raw_unicode(std::string_view text) {
  constexpr int last_code = 0x10ffff;
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool wide = text.substr(i).starts_with("\\U");
    const std::size_t digits = wide ? 8 : 4;
    const bool escaped = wide || text.substr(i).starts_with("\\u");
    const int code = escaped ? hexadecimal_at(text, i + 2, digits) : -1;
    if (escaped && (code < 0 || code > last_code)) refuse("a text with a broken escape: " + in_quotes(text));
    append_utf8(plain, escaped ? static_cast<std::uint32_t>(code) : static_cast<unsigned char>(text[i]));
    if (escaped) i += 1 + digits;
  }
  push_text(Type::text, decoded(std::move(plain)));
}

bool PickleReader::text(unsigned char opcode) {
  switch (opcode) {
    case 'S':
      quoted_text(line());
      return true;
    case 'V':
      raw_unicode(line());
      return true;
    case 'U':
    case 'C':
      push_text(Type::bytes, take(little_endian<std::uint8_t>()));
      return true;
    case 'T':
    case 'B':
      push_text(Type::bytes, take(little_endian<std::uint32_t>()));
      return true;
    case 0x8e:  // BINBYTES8
    case 0x96:  // BYTEARRAY8
      push_text(Type::bytes, take(little_endian<std::uint64_t>()));
      return true;
    case 0x8c:  // SHORT_BINUNICODE
      push_text(Type::text, take(little_endian<std::uint8_t>()));
      return true;
    case 'X':
      push_text(Type::text, take(little_endian<std::uint32_t>()));
      return true;
    case 0x8d:  // BINUNICODE8
      push_text(Type::text, take(little_endian<std::uint64_t>()));
      return true;
    default:
      return false;
  }
}

void PickleReader::remember(std::uint64_t index) {
  memo_[index] = &top();
}

void PickleReader::recall(std::uint64_t index) {
  const auto found = memo_.find(index);
  if (found == memo_.end()) refuse("the memo has no " + std::to_string(index));
  push(*found->second);
}

std::uint64_t PickleReader::memo_number(std::string_view text) {
  const auto index = parse_integer(text);
  if (!index || *index < 0) refuse(in_quotes(text) + " is not a place of the memo");
  return static_cast<std::uint64_t>(*index);
}

bool PickleReader::memo(unsigned char opcode) {
  switch (opcode) {
    case 'p':
      remember(memo_number(line()));
      return true;
    case 'q':
      remember(little_endian<std::uint8_t>());
      return true;
    case 'r':
      remember(little_endian<std::uint32_t>());
      return true;
    case 0x94:  // MEMOIZE
      remember(memo_.size());
      return true;
    case 'g':
      recall(memo_number(line()));
      return true;
    case 'h':
      recall(little_endian<std::uint8_t>());
      return true;
    case 'j':
      recall(little_endian<std::uint32_t>());
      return true;
    default:
      return false;
  }
}

}  // namespace facelex
