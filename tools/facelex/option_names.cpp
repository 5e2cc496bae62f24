#include "option_names.hpp"

#include <algorithm>

namespace facelex::cli {

std::string as_called_here(std::string text, const OptionList& list, const std::string& prefix) {
  if (prefix.empty()) return text;
  const auto goes_on = [](char c) { return c == '-' || (c >= 'a' && c <= 'z'); };
  // What an options struct's check() says begins with the field: "surrogates: 5 cannot give …".
  const std::size_t colon = text.find(':');
  if (colon != std::string::npos && list.find(text.substr(0, colon))) text.insert(0, "--");
  std::size_t at = 0;
  while ((at = text.find("--", at)) != std::string::npos) {
    at += 2;
    const auto end = std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), goes_on);
    if (list.find(std::string(text.begin() + static_cast<std::ptrdiff_t>(at), end))) text.insert(at, prefix);
  }
  return text;
}

}  // namespace facelex::cli
