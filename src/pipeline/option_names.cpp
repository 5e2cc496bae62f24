#include "facelex/pipeline/option_names.hpp"

#include <map>
#include <utility>

namespace facelex {

std::string argument_of(const Option& option, const std::string& prefix) {
  const bool on = option.type == Option::Type::flag && option.default_value == Json(true);
  return std::string("--") + (on ? "no-" : "") + prefix + option.name;
}

std::string argument_of(const std::string& name) {
  return "--" + name;
}

FieldNames names_here(const OptionList& list, const std::string& prefix) {
  std::map<std::string, std::string> arguments;
  for (const Option& option : list.options()) arguments[option.name] = argument_of(option, prefix);
  return [arguments = std::move(arguments)](const std::string& name) {
    const auto found = arguments.find(name);
    return found == arguments.end() ? std::string() : found->second;
  };
}

}  // namespace facelex
