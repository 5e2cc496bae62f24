#include "facelex/pipeline/option_names.hpp"

#include <algorithm>

namespace facelex {

std::string argument_of(const Option& option, const std::string& prefix) {
  const bool on = option.type == Option::Type::flag && option.default_value == Json(true);
  return std::string("--") + (on ? "no-" : "") + prefix + option.name;
}

std::string as_called_here(std::string text, const OptionList& list, const std::string& prefix) {
  const auto goes_on = [](char c) { return c == '-' || (c >= 'a' && c <= 'z'); };
  // What an options struct's check() says begins with the field: "surrogates: 5 cannot give …".
  const std::size_t colon = text.find(':');
  if (const Option* field = colon == std::string::npos ? nullptr : list.find(text.substr(0, colon)))
    text.replace(0, colon, argument_of(*field, prefix));
  std::size_t at = 0;
  while ((at = text.find("--", at)) != std::string::npos) {
    const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = std::find_if_not(begin, text.end(), goes_on);
    const Option* option = prefix.empty() ? nullptr : list.find(std::string(begin + 2, end));
    const std::string name = option ? argument_of(*option, prefix) : std::string(begin, end);
    text.replace(begin, end, name);
    at += name.size();
  }
  return text;
}

}  // namespace facelex
