#pragma once

#include <CLI/Formatter.hpp>
#include <CLI/Option.hpp>
#include <string>
#include <vector>

namespace facelex::cli {

/// The first sentence of the command's description.
std::string summary_of(const CLI::App& app);
/// "-o, --output PATH"
std::string option_heading(const CLI::Option& option);
/// The headings of a command's options in the order of the page: its own first, those of every command last.
std::vector<std::string> option_groups(const CLI::App& app);

/// --help on 100 columns: what the command does, how it is called, its options by heading, an example.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
  std::string make_usage(const CLI::App* app, std::string name) const override;
};

}  // namespace facelex::cli
