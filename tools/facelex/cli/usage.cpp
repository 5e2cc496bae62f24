#include "usage.hpp"

#include <algorithm>

#include "facelex/core/error.hpp"
#include "facelex/core/options.hpp"

namespace facelex::cli {
namespace {

std::vector<const CLI::App*> commands_below(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string names_of_commands(const CLI::App& app) {
  std::string names;
  for (const CLI::App* command : commands_below(app))
    if (!command->get_group().empty()) names += (names.empty() ? "" : ", ") + command->get_name();
  return names;
}

/// The command of the line, as far as its words are commands; its own words with it.
std::pair<const CLI::App*, std::string> command_of(const CLI::App& program) {
  const CLI::App* app = &program;
  std::string words = program.get_name();
  while (true) {
    const auto below = app->get_subcommands();
    if (below.empty()) return {app, words};
    app = below.front();
    words += " " + app->get_name();
  }
}

/// Of words that the command does not take: what is an option's name, or a word too many.
std::string unexpected_text(const CLI::App& app, const std::vector<std::string>& words) {
  const auto option =
      std::find_if(words.begin(), words.end(), [](const auto& word) { return word.starts_with('-'); });
  if (option == words.end())
    return "unexpected argument " + in_quotes(words.empty() ? "" : words.front()) +
           "; a name with spaces needs quotes";
  const std::string name = option->substr(0, option->find('='));
  std::vector<std::string> known;
  for (const CLI::Option* one : app.get_options())
    for (const std::string& text : one->get_lnames()) known.push_back("--" + text);
  const auto nearest = nearest_word(name, known);
  return "unknown option " + in_quotes(name) + (nearest ? "; did you mean '" + *nearest + "'?" : "");
}

/// CLI11's "--preset: 1 required NAME missing" and "--output: At Most 1 required but received 2".
std::string mismatch_text(const std::string& text) {
  const std::string option = text.substr(0, text.find(':'));
  if (text.ends_with(" missing")) return option + " needs a value";
  if (text.find("At Most 1 required") != std::string::npos) return option + " is given more than once";
  return text;
}

}  // namespace

std::string unknown_command(const CLI::App& program, int argc, char** argv) {
  const CLI::App* app = &program;
  std::string words = program.get_name();
  for (int i = 1; i < argc; ++i) {
    const auto commands = commands_below(*app);
    if (commands.empty() || argv[i][0] == '-') return {};
    const std::string word = argv[i];
    const CLI::App* found = nullptr;
    std::vector<std::string> known;
    for (const CLI::App* command : commands) {
      if (command->get_name() == word) found = command;
      if (!command->get_group().empty()) known.push_back(command->get_name());
    }
    if (!found) {
      const auto nearest = nearest_word(word, known);
      return words + ": unknown command " + in_quotes(word) + "; " +
             (nearest ? "did you mean '" + *nearest + "'?" : "known: " + names_of_commands(*app));
    }
    app = found;
    words += " " + word;
  }
  return {};
}

std::string usage_problem(const CLI::App& program, const CLI::ParseError& error) {
  const auto [app, words] = command_of(program);
  std::string text = error.what();
  const auto is = [&](CLI::ExitCodes code) { return error.get_exit_code() == static_cast<int>(code); };
  const std::vector<std::string> unknown = program.remaining(true);
  // A misspelt option leaves the right one missing: what was typed is what the user looks for.
  const bool misspelt =
      is(CLI::ExitCodes::RequiredError) &&
      std::any_of(unknown.begin(), unknown.end(), [](const auto& word) { return word.starts_with('-'); });
  if (is(CLI::ExitCodes::ExtrasError) || misspelt)
    text = unexpected_text(*app, unknown);
  else if (is(CLI::ExitCodes::ArgumentMismatch))
    text = mismatch_text(text);
  else if (!commands_below(*app).empty())
    text = "which one: " + names_of_commands(*app) + "?";
  return words + ": " + text + (text.ends_with('?') ? " See " : "; see ") + words + " --help";
}

}  // namespace facelex::cli
