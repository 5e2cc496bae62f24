#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

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

/// Every error that facelex throws. The message says what is wrong, where, with which value, what was
/// expected and what to do next, in one line.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}

  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

/// An error of kind data: "<place>: <what>[; <remedy>]".
Error data_error(const Place& place, std::string_view what, std::string_view remedy = {});
/// An error of kind usage: "<what>[; <remedy>]".
Error usage_error(std::string_view what, std::string_view remedy = {});
/// An error of kind environment: "<what>[; <remedy>]".
Error environment_error(std::string_view what, std::string_view remedy = {});
/// An error from errno, of kind data, or environment when nothing can be written (disk full, quota,
/// read-only, a file larger than may be):
/// "<file>: cannot <action>: No such file or directory".
Error system_error(std::string_view file, std::string_view action, int error_number);

/// The value as it may stand in a message: quoted, control characters escaped, cut after 40 characters.
std::string in_quotes(std::string_view value);

}  // namespace facelex
