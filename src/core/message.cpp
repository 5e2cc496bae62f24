#include "facelex/core/message.hpp"

#include <utility>

namespace facelex {

Message::Message(std::string text) {
  if (!text.empty()) pieces_.push_back({std::move(text)});
}

Message::Message(Field field) {
  pieces_.push_back({std::move(field.name), true, std::move(field.shown)});
}

std::string Message::text() const {
  std::string text;
  for (const Piece& piece : pieces_) text += piece.shown.empty() ? piece.text : piece.shown;
  return text;
}

Message Message::named(const FieldNames& names) const {
  Message message = *this;
  if (!names) return message;
  for (Piece& piece : message.pieces_)
    if (piece.is_field && piece.shown.empty()) piece.shown = names(piece.text);
  return message;
}

Message& Message::operator+=(const Message& more) {
  const std::vector<Piece> added = more.pieces_;  // which may be this message's own
  pieces_.insert(pieces_.end(), added.begin(), added.end());
  return *this;
}

}  // namespace facelex
