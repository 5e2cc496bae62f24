#include "facelex/pipeline/sidecar_text.hpp"

#include <filesystem>

#include "facelex/core/text.hpp"

namespace facelex {

std::string argument_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const Json& item : value)
    text += (text.empty() ? "" : ",") +
            (item.is_number_float() ? number_text(item.get<double>()) : argument_text(item));
  return text;
}

std::string shell_word(const std::string& word) {
  return word.find_first_of(" '\"$&|;()<>") == std::string::npos ? word : "'" + word + "'";
}

std::string last_part(const std::filesystem::path& path) {
  const auto whole = std::filesystem::absolute(path).lexically_normal();
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

std::string command_text(const std::string& words, const OptionList& list, const std::string& input) {
  std::string text = "facelex " + words + (input.empty() ? "" : " " + input);
  const Json changed = list.changed();
  for (const auto& [name, value] : changed.items()) {
    if (value.is_boolean()) {
      text += value.get<bool>() ? " --" + name : " --no-" + name;
      continue;
    }
    std::string argument = argument_text(value);
    // A path stands with its last part alone: where it lay is nobody's business.
    if (argument.starts_with('/')) argument = std::filesystem::path(argument).filename().string();
    text += " --" + name + " " + shell_word(argument);
  }
  return text;
}

Provenance provenance_of(const std::string& words, const OptionList& list, const std::string& input) {
  Provenance made;
  made.identity.stage = words;
  made.identity.options = portable_options(list);
  made.command = command_text(words, list, input);
  return made;
}

Json portable_options(const OptionList& list) {
  Json options = list.to_json();
  for (auto& value : options)
    if (value.is_string() && value.get<std::string>().starts_with('/'))
      value = std::filesystem::path(value.get<std::string>()).filename().string();
  return options;
}

}  // namespace facelex
