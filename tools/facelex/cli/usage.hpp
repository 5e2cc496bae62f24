#pragma once

#include <CLI/App.hpp>
#include <string>

namespace facelex::cli {

/// "facelex: unknown command 'standardise'; did you mean 'standardize'?" when a word stands where a command
/// should and is none, which CLI11 would call a missing one; else empty.
std::string unknown_command(const CLI::App& program, int argc, char** argv);

/// What is wrong with a command line that could not be read, in one line that names the command: the option
/// that is none, with the nearest one, or the word too many.
std::string usage_problem(const CLI::App& program, const CLI::ParseError& error);

}  // namespace facelex::cli
