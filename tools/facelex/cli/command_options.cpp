#include "command_options.hpp"

#include "facelex/core/error.hpp"
#include "facelex/pipeline/option_names.hpp"
#include "facelex/pipeline/sidecar_text.hpp"

namespace facelex::cli {

std::string CommandOptions::Group::argument(const Option& option) const {
  return argument_of(option, prefix());
}

void CommandOptions::add(CLI::App& app, const std::string& heading, OptionList list,
                         const std::string& section) {
  auto group = std::make_unique<Group>(Group{std::move(list), section, {}});
  for (const Option& option : group->list.options()) {
    std::string& given = group->given[option.name];
    std::string help = option.help.named(names_here(group->list, group->prefix()))
                           .named([](const std::string& name) { return argument_of(name); })
                           .text();
    const std::string allowed = option.allowed_text();
    const Json& standard = option.default_value;
    const std::string default_text = argument_text(standard);
    if (!allowed.empty()) help += " [" + allowed + "]";
    if (option.type == Option::Type::flag) {
      const bool on = standard.get<bool>();
      app.add_flag(group->argument(option) + (on ? "{false}" : "{true}"), given, on ? "Not: " + help : help)
          ->group(heading);
      continue;
    }
    if (!default_text.empty()) help += " (default " + default_text + ")";
    static const std::map<Option::Type, std::string> types = {
        {Option::Type::integer, "N"},    {Option::Type::number, "X"},    {Option::Type::text, "TEXT"},
        {Option::Type::choice, "NAME"},  {Option::Type::texts, "A,B,…"}, {Option::Type::integers, "N,M,…"},
        {Option::Type::numbers, "X,Y,…"}};
    app.add_option(group->argument(option), given, help)->type_name(types.at(option.type))->group(heading);
  }
  groups_.push_back(std::move(group));
}

void CommandOptions::apply(const CLI::App& app, const Json& configuration, const std::string& file,
                           const std::string& command) {
  // Top-level options may be spread over several structs: each takes its own, and what none knows is an
  // error.
  OptionList top;
  std::vector<std::string> known;
  Json rest = configuration;
  for (auto& group : groups_) {
    if (group->section.empty()) {
      Json own = Json::object();
      for (const Option& option : group->list.options()) {
        known.push_back(option.name);
        if (rest.contains(option.name)) own[option.name] = rest[option.name];
        rest.erase(option.name);
      }
      group->list.from_json(own, file);
    } else {
      known.push_back(group->section);
      if (rest.contains(group->section))
        group->list.from_json(rest[group->section], file + ": " + group->section);
      rest.erase(group->section);
    }
  }
  for (const char* name : {"inputs", "command", "version"}) rest.erase(name);
  if (!rest.empty()) {
    const auto nearest = nearest_word(rest.begin().key(), known);
    throw usage_error(file + ": unknown option " + in_quotes(rest.begin().key()),
                      nearest ? "did you mean '" + *nearest + "'?" : "see " + command + " --help");
  }
  for (auto& group : groups_)
    for (const Option& option : group->list.options())
      if (app.count(group->argument(option)) > 0)
        with_names_here(group->list, group->prefix(), [&] { option.set_text(group->given[option.name]); });
}

FieldNames CommandOptions::names() const {
  std::map<std::string, std::vector<std::string>> arguments;
  for (const auto& group : groups_)
    for (const Option& option : group->list.options())
      arguments[option.name].push_back(group->argument(option));
  return [arguments = std::move(arguments)](const std::string& name) {
    const auto found = arguments.find(name);
    return found != arguments.end() && found->second.size() == 1 ? found->second.front() : argument_of(name);
  };
}

}  // namespace facelex::cli
