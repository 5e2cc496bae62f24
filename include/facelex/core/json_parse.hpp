#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "facelex/core/json.hpp"

namespace facelex {

/// Why a text is not a JSON that is read; in one short line.
class JsonError : public std::runtime_error {
 public:
  explicit JsonError(const std::string& message, long long line = 0)
      : std::runtime_error(message), line_(line) {}
  long long line() const { return line_; }  ///< from 1; 0 where it is not known

 private:
  long long line_;
};

/// JSON text that may hold anything, even what was made to harm. Throws JsonError for bad syntax, bytes after
/// the value (a NUL byte among them), nesting deeper than 64, an object that has a name twice or more than
/// 20,000 names, a number that no double holds (1e999), and a text with a NUL character, of which a path
/// would keep only the beginning.
Json parse_json(std::string_view text);

}  // namespace facelex
