#include "facelex/core/error.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace facelex {
namespace {

Message rendered(const ErrorParts& parts) {
  Message message(parts.place.text());
  const auto begin = [&](const Message& part) {
    if (!message.empty()) message += ": ";
    message += part;
  };
  if (!parts.field.name.empty()) begin(parts.field);
  begin(parts.what);
  if (!parts.remedy.empty()) message += "; " + parts.remedy;
  return message;
}

}  // namespace

Error::Error(ErrorParts parts) : std::runtime_error(rendered(parts).text()), parts_(std::move(parts)) {}

Message Error::message() const {
  return rendered(parts_);
}

Error Error::of_kind(ErrorKind kind) const {
  ErrorParts parts = parts_;
  parts.kind = kind;
  return Error(std::move(parts));
}

Error Error::with_place(const Place& place) const {
  ErrorParts parts = parts_;
  Place& own = parts.place;
  if (!own.file.empty() && own.file != place.file) return *this;
  own.file = place.file;
  if (own.row == 0) own.row = place.row;
  if (own.column.empty()) own.column = place.column;
  return Error(std::move(parts));
}

Error Error::with_remedy(const Message& remedy) const {
  ErrorParts parts = parts_;
  if (parts.remedy.empty()) parts.remedy = remedy;
  return Error(std::move(parts));
}

Error Error::named(const FieldNames& names) const {
  if (!names) return *this;
  ErrorParts parts = parts_;
  if (parts.place.file.empty() && !parts.field.name.empty() && parts.field.shown.empty())
    parts.field.shown = names(parts.field.name);
  parts.what = parts.what.named(names);
  parts.remedy = parts.remedy.named(names);
  return Error(std::move(parts));
}

std::string Place::text() const {
  std::string text = file;
  if (row > 0) text += (text.empty() ? "line " : ": line ") + std::to_string(row);
  if (!column.empty()) text += (text.empty() ? "column " : row > 0 ? ", column " : ": column ") + column;
  return text;
}

Error data_error(Place place, Message what, Message remedy) {
  return Error({ErrorKind::data, std::move(place), {}, std::move(what), std::move(remedy)});
}

Error usage_error(Message what, Message remedy) {
  return Error({ErrorKind::usage, {}, {}, std::move(what), std::move(remedy)});
}

Error option_error(std::string field, Message what, Message remedy) {
  return Error({ErrorKind::usage, {}, {std::move(field)}, std::move(what), std::move(remedy)});
}

Error environment_error(Message what, Message remedy) {
  return Error({ErrorKind::environment, {}, {}, std::move(what), std::move(remedy)});
}

Error system_error(std::string_view file, std::string_view action, int error_number) {
  // EFBIG is the limit of a process (ulimit -f) or of the disk's format: the next file meets it as this one
  // did.
  const bool nothing_can_work =
      error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG || error_number == EROFS;
  std::string what("cannot ");
  what.append(action).append(": ").append(std::generic_category().message(error_number));
  return Error({nothing_can_work ? ErrorKind::environment : ErrorKind::data,
                {std::string(file), 0, {}},
                {},
                what,
                {}});
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
