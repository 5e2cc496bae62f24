#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "facelex/core/message.hpp"

namespace facelex {

/// What an error means for the command that meets it; decides the exit status.
enum class ErrorKind {
  data,         ///< One input is bad; others may be good. Exit status 1.
  usage,        ///< A wrong option, configuration or combination of inputs. Exit status 2.
  environment,  ///< A missing model file, library or permission: nothing can work. Exit status 3.
  interrupted   ///< The user stopped the command. Exit status 130.
};

/// Where in a file something is wrong. Empty and zero parts are left out of the text.
struct Place {
  std::string file{};    ///< as the user named it
  long long row = 0;     ///< 1-based line of a text file, the header being line 1; 0 when it does not apply
  std::string column{};  ///< name of the column or field

  /// "a.csv: line 7, column y_3"
  std::string text() const;
};

/// What an error consists of. It is rendered as "<place>: <field>: <what>[; <remedy>]", in one line; what is
/// not known is left out.
struct ErrorParts {
  ErrorKind kind = ErrorKind::data;
  Place place{};
  Field field{};     ///< the option whose value is wrong; no name: it is not one option's
  Message what{};    ///< what is wrong: the value, and what was expected
  Message remedy{};  ///< what to do next
};

/// Every error that facelex throws. what() is the sentence; whoever needs a part takes the part. Who catches
/// it completes what the thrower could not know (the file, the names of options) and throws the result.
class Error : public std::runtime_error {
 public:
  explicit Error(ErrorParts parts);
  Error(ErrorKind kind, Message what) : Error(ErrorParts{kind, {}, {}, std::move(what), {}}) {}

  ErrorKind kind() const { return parts_.kind; }
  const Place& place() const { return parts_.place; }
  const Field& field() const { return parts_.field; }
  const ErrorParts& parts() const { return parts_; }
  /// The whole sentence, its fields yet to be named.
  Message message() const;

  /// The same of another kind.
  Error of_kind(ErrorKind kind) const;
  /// The same with what this place knows and the error's does not; an error of another file stays as it is.
  /// In a file an option is a key: of an error with a file no edge changes the field's name.
  Error with_place(const Place& place) const;
  /// The same with the remedy, where it has none.
  Error with_remedy(const Message& remedy) const;
  /// The same with its fields called as `names` says.
  Error named(const FieldNames& names) const;

 private:
  ErrorParts parts_;
};

/// An error of kind data: "<place>: <what>[; <remedy>]".
Error data_error(Place place, Message what, Message remedy = {});
/// An error of kind usage: "<what>[; <remedy>]".
Error usage_error(Message what, Message remedy = {});
/// An error of kind usage about the value of one option: "<field>: <what>[; <remedy>]".
Error option_error(std::string field, Message what, Message remedy = {});
/// An error of kind environment: "<what>[; <remedy>]".
Error environment_error(Message what, Message remedy = {});
/// An error from errno, of kind data, or environment when nothing can be written (disk full, quota,
/// read-only, a file that is too large): "<file>: cannot <action>: No such file or directory".
Error system_error(std::string_view file, std::string_view action, int error_number);

/// What `work` gives; an error of kind data that it throws without a file is of `file`.
template <class Function>
auto in_file(const std::string& file, const Function& work) {
  try {
    return work();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;
    throw error.with_place({file, 0, {}});
  }
}

/// The value as it may stand in a message: quoted, control characters escaped, cut after 40 characters.
std::string in_quotes(std::string_view value);

}  // namespace facelex
