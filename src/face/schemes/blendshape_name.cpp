#include "facelex/face/schemes/blendshape_name.hpp"

#include <string_view>
#include <utility>

namespace facelex {

namespace {

/// "AU12_R", "AU12_r": OpenFace's _r is an intensity, not a side.
bool is_action_unit(const std::string& name) {
  return name.size() > 2 && name.starts_with("AU") && name[2] >= '0' && name[2] <= '9';
}

}  // namespace

std::string blendshape_key(const std::string& name) {
  if (is_action_unit(name)) return name;
  std::string key;
  for (const char c : name)
    if (c != '_' && c != '-' && c != ' ') key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const auto& [side, letter] : {std::pair{"left", 'l'}, {"right", 'r'}}) {
    const std::string_view ending = side;
    // "jawLeft" is a direction, not a side.
    if (key.size() > ending.size() && key.ends_with(ending) && !key.starts_with("jaw") &&
        key != "mouth" + std::string(ending))
      key.replace(key.size() - ending.size(), ending.size(), 1, letter);
  }
  return key;
}

}  // namespace facelex
