#pragma once

#include <string>

#include "facelex/core/error.hpp"
#include "facelex/core/options.hpp"

namespace facelex {

/// What the option is called on the command line of a command that gives its struct's options this prefix:
/// --wcc-window (`prefix` "wcc-"), --no-frontalize (a flag that is on by default).
std::string argument_of(const Option& option, const std::string& prefix);

/// A module's text with the options of `list` by the names that they have in this command: an algorithm says
/// --window, where features all calls it --wcc-window (`prefix` "wcc-"); and what it says of a field alone
/// ("window: 0.05 s …") is of that option.
std::string as_called_here(std::string text, const OptionList& list, const std::string& prefix);

/// What `work` gives; an Error that it throws names its options as they are called here.
template <class Function>
auto with_names_here(const OptionList& list, const std::string& prefix, const Function& work) {
  try {
    return work();
  } catch (const Error& error) {
    throw Error(error.kind(), as_called_here(error.what(), list, prefix));
  }
}

}  // namespace facelex
