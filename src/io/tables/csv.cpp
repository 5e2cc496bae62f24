#include "facelex/io/tables/csv.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "facelex/core/text.hpp"
#include "io/input_file.hpp"

namespace facelex {
namespace {

constexpr std::size_t chunk = std::size_t{1} << 20;
constexpr std::size_t longest_line = std::size_t{64} << 20;

bool has_open_quote(const char* begin, const char* end, bool open) {
  while ((begin = static_cast<const char*>(std::memchr(begin, '"', static_cast<std::size_t>(end - begin))))) {
    open = !open;
    ++begin;
  }
  return open;
}

}  // namespace

struct CsvLines::State {
  InputFile file;
  std::vector<char> buffer = std::vector<char>(chunk + 1);
  std::size_t begin = 0, end = 0;  // the bytes of the buffer that are still to be given out
  bool at_end = false, complete = true, first = true;
  long long number = 0, next_number = 1;

  explicit State(const std::filesystem::path& path) : file(path) {}

  /// Reads more bytes after those in the buffer. One byte is always left free after them.
  void fill() {
    if (begin > 0) {
      std::memmove(buffer.data(), buffer.data() + begin, end - begin);
      end -= begin;
      begin = 0;
    }
    if (end + 1 + chunk / 2 > buffer.size()) {
      if (buffer.size() > longest_line)
        throw data_error({file.name(), next_number, {}}, "is longer than 64 MiB",
                         "this is not a table of text, or a quote in it never closes");
      buffer.resize(2 * buffer.size());
    }
    const std::size_t got = file.read(buffer.data() + end, buffer.size() - 1 - end);
    end += got;
    at_end = got == 0;
  }

  void skip_byte_order_mark() {
    while (!at_end && end - begin < 3) fill();
    const std::string_view head(buffer.data() + begin, std::min<std::size_t>(3, end - begin));
    if (head.starts_with("\xef\xbb\xbf")) begin += 3;
    if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff"))
      throw data_error({file.name(), 0, {}}, "is written in UTF-16", "save it as UTF-8");
  }
};

CsvLines::CsvLines(const std::filesystem::path& file) : state_(std::make_unique<State>(file)) {}
CsvLines::~CsvLines() = default;
CsvLines::CsvLines(CsvLines&&) noexcept = default;
CsvLines& CsvLines::operator=(CsvLines&&) noexcept = default;

bool CsvLines::next(std::string_view& line) {
  State& s = *state_;
  if (std::exchange(s.first, false)) s.skip_byte_order_mark();
  std::size_t searched = 0;  // bytes from s.begin that hold no end of this line
  bool quote_open = false;
  long long newlines_in_quotes = 0;
  for (;;) {
    const char* const from = s.buffer.data() + s.begin + searched;
    const std::size_t bytes = s.end - s.begin - searched;
    const auto* newline = static_cast<const char*>(std::memchr(from, '\n', bytes));
    quote_open = has_open_quote(from, newline ? newline : from + bytes, quote_open);
    if (newline && quote_open) {
      searched += static_cast<std::size_t>(newline + 1 - from);
      ++newlines_in_quotes;
      continue;
    }
    if (newline) {
      const char* const begin = s.buffer.data() + s.begin;
      line = {begin, static_cast<std::size_t>(newline - begin)};
      s.begin += line.size() + 1;
      s.complete = true;
      break;
    }
    searched += bytes;
    s.fill();
    if (!s.at_end) continue;
    if (s.begin == s.end) return false;
    if (quote_open) throw data_error({s.file.name(), s.next_number, {}}, "has a quote that never closes");
    s.buffer[s.end] = '\n';
    line = {s.buffer.data() + s.begin, s.end - s.begin};
    s.begin = s.end;
    s.complete = false;
    break;
  }
  if (line.ends_with('\r')) line.remove_suffix(1);
  s.number = s.next_number;
  s.next_number += 1 + newlines_in_quotes;
  return true;
}

long long CsvLines::number() const {
  return state_->number;
}

bool CsvLines::complete() const {
  return state_->complete;
}

Place CsvLines::place(std::string column) const {
  return {state_->file.name(), state_->number, std::move(column)};
}

const char* csv_field_end(const char* begin, const char* end) {
  const char* c = begin;
  while (c != end && (*c == ' ' || *c == '\t')) ++c;
  if (c != end && *c == '"') {
    bool open = true;
    for (++c; c != end && (open || *c != ','); ++c)
      if (*c == '"') open = !open;
    return c;
  }
  const auto* comma = static_cast<const char*>(std::memchr(c, ',', static_cast<std::size_t>(end - c)));
  return comma ? comma : end;
}

std::string csv_field_text(std::string_view field, const Place& place) {
  field = trimmed(field);
  if (!field.starts_with('"')) return std::string(field);
  std::string text;
  for (std::size_t i = 1; i < field.size(); ++i) {
    if (field[i] != '"') {
      text += field[i];
    } else if (i + 1 < field.size() && field[i + 1] == '"') {
      text += field[++i];
    } else if (i + 1 == field.size()) {
      return text;
    } else {
      break;
    }
  }
  throw data_error(place, in_quotes(field) + " is not a field in quotes",
                   "a quote within it is written twice");
}

std::size_t csv_field_count(std::string_view line) {
  const char *c = line.data(), *const end = c + line.size();
  for (std::size_t count = 1;; ++count) {
    c = csv_field_end(c, end);
    if (c == end) return count;
    ++c;
  }
}

std::vector<std::string> csv_fields(std::string_view line, const Place& place) {
  std::vector<std::string> fields;
  const char *c = line.data(), *const end = c + line.size();
  for (;; ++c) {
    const char* const field_end = csv_field_end(c, end);
    fields.push_back(csv_field_text({c, static_cast<std::size_t>(field_end - c)}, place));
    c = field_end;
    if (c == end) return fields;
  }
}

std::string csv_field(std::string_view text) {
  const bool plain =
      text.find_first_of(",\"\n\r") == std::string_view::npos && trimmed(text).size() == text.size();
  if (plain) return std::string(text);
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
}

}  // namespace facelex
