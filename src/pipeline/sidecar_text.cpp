#include "facelex/pipeline/sidecar_text.hpp"

#include <filesystem>

namespace facelex {

std::string command_text(const std::string& words, const OptionList& list) {
  std::string text = "facelex " + words + " {}";
  const Json changed = list.changed();
  for (const auto& [name, value] : changed.items()) {
    if (value.is_boolean()) {
      text += value.get<bool>() ? " --" + name : " --no-" + name;
      continue;
    }
    std::string argument;
    if (value.is_array()) {
      for (const auto& item : value) argument += (argument.empty() ? "" : ",") + item.get<std::string>();
    } else {
      argument = value.is_string() ? value.get<std::string>() : value.dump();
    }
    // A path stands with its last part alone: where it lay is nobody's business.
    if (argument.starts_with('/')) argument = std::filesystem::path(argument).filename().string();
    text += " --" + name + " " +
            (argument.find_first_of(" '\"$&|;()<>") == std::string::npos ? argument : "'" + argument + "'");
  }
  return text;
}

Json portable_options(const OptionList& list) {
  Json options = list.to_json();
  for (auto& value : options)
    if (value.is_string() && value.get<std::string>().starts_with('/'))
      value = std::filesystem::path(value.get<std::string>()).filename().string();
  return options;
}

}  // namespace facelex
