#pragma once

#include <CLI/App.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "facelex/core/message.hpp"
#include "facelex/core/options.hpp"

namespace facelex::cli {

/// The options structs of one command: declared on its command line, and set from its configuration and from
/// what was given there.
class CommandOptions {
 public:
  /// Declares every option of the list under a heading of --help. The struct that it describes must outlive
  /// this. `section`: its object in the configuration, and the prefix of its names on the command line
  /// (--extract-quality); empty for the top level.
  void add(CLI::App& app, const std::string& heading, OptionList list, const std::string& section);
  /// Sets the structs from `configuration`, which stood in `file`, and then from the command line, which
  /// wins. Throws Error (usage) for a bad value or a name that no struct knows; `command` has the help.
  void apply(const CLI::App& app, const Json& configuration, const std::string& file,
             const std::string& command);
  /// What the fields of modules are called in this command. A name that several structs share says nothing of
  /// whose it is: who knows that says it (with_names_here); it and what no struct has stand as --name.
  FieldNames names() const;

 private:
  struct Group {
    OptionList list;
    std::string section;
    std::map<std::string, std::string> given;  ///< texts from the command line, by option name

    std::string prefix() const { return section.empty() ? "" : section + "-"; }
    /// The option's name on the command line.
    std::string argument(const Option& option) const;
  };
  std::vector<std::unique_ptr<Group>> groups_;
};

}  // namespace facelex::cli
