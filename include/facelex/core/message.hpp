#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace facelex {

/// An option that a message speaks of. A module knows it by its name in the options struct alone; an edge of
/// the program, such as the command line, says what it is called there.
struct Field {
  std::string name;     ///< as the OptionList has it: "window"
  std::string shown{};  ///< what an edge calls it; empty as long as none has said so

  const std::string& text() const { return shown.empty() ? name : shown; }
};

/// What an edge calls the field of that name; empty: it knows no such field. No function: it knows none.
using FieldNames = std::function<std::string(const std::string& name)>;

/// A sentence, or a part of one, for the user, in pieces of text and fields: "give its rate: " +
/// field("fps"). Nobody looks for names in a finished sentence; an edge gives each field its name there.
class Message {
 public:
  Message() = default;
  Message(const char* text) : Message(std::string(text)) {}
  Message(std::string_view text) : Message(std::string(text)) {}
  Message(std::string text);
  Message(Field field);

  bool empty() const { return pieces_.empty(); }
  /// The sentence, every field by the name that it has so far.
  std::string text() const;
  /// The same message with the fields that `names` knows, and that have no name of an edge yet, called so.
  Message named(const FieldNames& names) const;

  Message& operator+=(const Message& more);
  friend Message operator+(Message begin, const Message& end) { return begin += end; }

 private:
  struct Piece {
    std::string text;  ///< or the name of a field
    bool is_field = false;
    std::string shown{};  ///< Field::shown
  };
  std::vector<Piece> pieces_;
};

/// The option of that name in a message.
inline Message field(std::string name) {
  return Message(Field{std::move(name)});
}

}  // namespace facelex
