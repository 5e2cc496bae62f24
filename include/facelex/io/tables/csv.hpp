#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "facelex/core/error.hpp"

namespace facelex {

/// The lines of a CSV file (or pipe) one after another, read in chunks: memory is bounded by the longest
/// line. A byte order mark and the ends of lines (LF or CRLF) are taken off; a line goes on after a newline
/// within quotes.
class CsvLines {
 public:
  /// Throws Error (data) when the file cannot be opened.
  explicit CsvLines(const std::filesystem::path& file);
  ~CsvLines();
  CsvLines(CsvLines&&) noexcept;
  CsvLines& operator=(CsvLines&&) noexcept;

  /// The next line; false at the end. It is valid until the next call, and the byte after it can be read and
  /// is '\n' or '\r'. Throws Error (data): cannot read, longer than 64 MiB, a quote that never closes,
  /// UTF-16.
  bool next(std::string_view& line);
  /// 1-based number of the line that `next` gave.
  long long number() const;
  /// Whether that line had its newline: the last line of a cut file has none.
  bool complete() const;
  /// {file, number of the line, column}.
  Place place(std::string column = {}) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The fields of a line with blanks and quotes around them taken off. Throws Error (data) at `place` for text
/// after a closing quote.
std::vector<std::string> csv_fields(std::string_view line, const Place& place);
/// The number of fields of a line.
std::size_t csv_field_count(std::string_view line);
/// The end of the field that begins at `begin`: its comma or `end`; quotes are respected.
const char* csv_field_end(const char* begin, const char* end);
/// One field, given with its blanks and quotes, without them.
std::string csv_field_text(std::string_view field, const Place& place);

/// The text as a field: quoted when it holds a comma, a quote, a line's end, or blanks at its ends.
std::string csv_field(std::string_view text);

}  // namespace facelex
