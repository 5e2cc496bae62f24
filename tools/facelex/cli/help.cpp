#include "help.hpp"

#include <CLI/App.hpp>
#include <algorithm>

namespace facelex::cli {
namespace {

constexpr std::size_t page_width = 100;
constexpr std::size_t name_width = 30;

/// Characters as a terminal shows them: UTF-8 continuation bytes take no room.
std::size_t shown_width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// The text broken into lines, each begun with `indent` spaces but the first.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::string result, line;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    at = end + 1;
    if (!line.empty() && indent + shown_width(line) + 1 + shown_width(word) > page_width) {
      result += line + "\n" + std::string(indent, ' ');
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return result + line + "\n";
}

std::string entry(const std::string& name, const std::string& text) {
  std::string line = "  " + name;
  const std::size_t width = shown_width(line);
  line += width < name_width ? std::string(name_width - width, ' ') : "\n" + std::string(name_width, ' ');
  return line + wrapped(text, name_width);
}

}  // namespace

std::string summary_of(const CLI::App& app) {
  const std::string description = app.get_description();
  return description.substr(0, description.find(". "));
}

std::string option_heading(const CLI::Option& option) {
  std::string name = option.get_name(option.get_positional(), true);
  std::string spaced;
  for (const char c : name) spaced += c == ',' ? std::string(", ") : std::string(1, c);
  if (const auto brace = spaced.find('{'); brace != std::string::npos) spaced.resize(brace);
  if (!option.get_positional() && !option.get_type_name().empty()) spaced += " " + option.get_type_name();
  return spaced;
}

std::vector<std::string> option_groups(const CLI::App& app) {
  std::vector<std::string> groups;
  for (const CLI::Option* option : app.get_options())
    if (!option->get_group().empty() &&
        std::find(groups.begin(), groups.end(), option->get_group()) == groups.end())
      groups.push_back(option->get_group());
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto& a, const auto& b) { return (a == "General") < (b == "General"); });
  return groups;
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const {
  std::string text = wrapped(app->get_description(), 0) + "\n" + make_usage(app, std::move(name));
  const auto commands = app->get_subcommands([](const CLI::App* sub) { return !sub->get_group().empty(); });
  if (!commands.empty()) text += "\nCommands:\n";
  for (const CLI::App* command : commands) text += entry(command->get_name(), summary_of(*command));
  for (const std::string& group : option_groups(*app)) {
    text += "\n" + (group == "Options" ? "General" : group) + ":\n";
    for (const CLI::Option* option : app->get_options())
      if (option->get_group() == group)
        text += entry(option_heading(*option),
                      option->get_description() + (option->get_required() ? " (required)" : ""));
  }
  const std::string footer = app->get_footer();
  return footer.empty() ? text : text + "\n" + footer + "\n";
}

std::string HelpFormatter::make_usage(const CLI::App* app, std::string name) const {
  std::string words = app->get_name();
  for (const CLI::App* parent = app->get_parent(); parent; parent = parent->get_parent())
    words.insert(0, parent->get_name() + " ");
  if (words.empty()) words = std::move(name);
  std::string text = "Usage: " + words;
  if (!app->get_subcommands([](const CLI::App*) { return true; }).empty()) return text + " COMMAND ...\n";
  for (const CLI::Option* option : app->get_options())
    if (option->get_required() && !option->get_positional())
      text += " " + option->get_name() + " " + option->get_type_name();
  text += " [options]";
  for (const CLI::Option* option : app->get_options())
    if (option->get_positional()) text += " " + option->get_type_name();
  return text + "\n";
}

}  // namespace facelex::cli
