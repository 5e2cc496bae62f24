#pragma once

#include <string>

#include "facelex/core/options.hpp"

namespace facelex {

/// The value of an option as it is given on the command line: "a,b", "0.5".
std::string argument_text(const Json& value);

/// "facelex <words> {} --alpha 0.5": the command line that repeats a stage with these options.
std::string command_text(const std::string& words, const OptionList& list);

/// The options as they stand in a sidecar: absolute paths are cut to their last part.
Json portable_options(const OptionList& list);

}  // namespace facelex
