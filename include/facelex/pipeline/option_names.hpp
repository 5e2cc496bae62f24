#pragma once

#include <string>

#include "facelex/core/error.hpp"
#include "facelex/core/options.hpp"

namespace facelex {

/// What the option is called on the command line of a command that gives its struct's options this prefix:
/// --wcc-window (`prefix` "wcc-"), --no-frontalize (a flag that is on by default).
std::string argument_of(const Option& option, const std::string& prefix);

/// What a field is called on a command line whose options nobody knows better: "--fps".
std::string argument_of(const std::string& name);

/// The fields of `list` by the names that they have in this command: an algorithm knows a window, which
/// features all calls --wcc-window (`prefix` "wcc-").
FieldNames names_here(const OptionList& list, const std::string& prefix);

/// What `work` gives; an Error that it throws names its options as they are called here.
template <class Function>
auto with_names_here(const OptionList& list, const std::string& prefix, const Function& work) {
  try {
    return work();
  } catch (const Error& error) {
    throw error.named(names_here(list, prefix));
  }
}

}  // namespace facelex
