#pragma once

#include <filesystem>
#include <string>

#include "facelex/core/options.hpp"
#include "facelex/provenance/identity.hpp"

namespace facelex {

/// The value of an option as it is given on the command line: "a,b", "0.5".
std::string argument_text(const Json& value);

/// A word of a command line as a shell reads it: in quotes where it has to be.
std::string shell_word(const std::string& word);

/// A path as a sidecar names it: its last part, as where it lies is nobody's business.
std::string last_part(const std::filesystem::path& path);

/// "facelex <words> <input> --alpha 0.5": the command line that repeats a stage with these options; by
/// default {} stands for the input, which an empty one leaves out.
std::string command_text(const std::string& words, const OptionList& list, const std::string& input = "{}");

/// What a file is made of that a command of these words and options makes, but for its inputs and models.
Provenance provenance_of(const std::string& words, const OptionList& list, const std::string& input = "{}");

/// The options as they stand in a sidecar: absolute paths are cut to their last part.
Json portable_options(const OptionList& list);

}  // namespace facelex
