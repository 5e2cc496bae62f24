#include "facelex/core/error.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace facelex {
namespace {

std::string joined(std::string_view what, std::string_view remedy) {
  std::string text(what);
  if (!remedy.empty()) text.append("; ").append(remedy);
  return text;
}

}  // namespace

std::string Place::text() const {
  std::string text = file;
  if (row > 0) text += (text.empty() ? "line " : ": line ") + std::to_string(row);
  if (!column.empty()) text += (text.empty() ? "column " : row > 0 ? ", column " : ": column ") + column;
  return text;
}

Error data_error(const Place& place, std::string_view what, std::string_view remedy) {
  const std::string where = place.text();
  return {ErrorKind::data, (where.empty() ? "" : where + ": ") + joined(what, remedy)};
}

Error usage_error(std::string_view what, std::string_view remedy) {
  return {ErrorKind::usage, joined(what, remedy)};
}

Error environment_error(std::string_view what, std::string_view remedy) {
  return {ErrorKind::environment, joined(what, remedy)};
}

Error system_error(std::string_view file, std::string_view action, int error_number) {
  // EFBIG is the limit of a process (ulimit -f) or of the disk's format: the next file meets it as this one
  // did.
  const bool nothing_can_work =
      error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG || error_number == EROFS;
  std::string text(file);
  text.append(": cannot ").append(action).append(": ").append(std::generic_category().message(error_number));
  return {nothing_can_work ? ErrorKind::environment : ErrorKind::data, text};
}

std::string in_quotes(std::string_view value) {
  constexpr std::size_t longest = 40;
  std::string text = "'";
  for (const char c : value.substr(0, longest)) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned char>(c));
      text += escaped;
    } else {
      text += c;
    }
  }
  text += value.size() > longest ? "…'" : "'";
  return text;
}

}  // namespace facelex
