#include "facelex/io/recording.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_set>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

constexpr std::array<std::pair<SignalKind, std::string_view>, 9> kinds = {{
    {SignalKind::landmarks, "landmarks"},
    {SignalKind::keypoint_motion, "keypoint-motion"},
    {SignalKind::displacement, "displacement"},
    {SignalKind::expression, "expression"},
    {SignalKind::observables, "observables"},
    {SignalKind::fit, "fit"},
    {SignalKind::coefficients, "coefficients"},
    {SignalKind::tokens, "tokens"},
    {SignalKind::other, "other"},
}};

/// The 51 blendshapes that ARKit and MediaPipe share; the sided ones end in "Left" and "Right" or "_L" and
/// "_R".
constexpr std::array<std::string_view, 18> sided_blendshapes = {
    "browDown",       "browOuterUp", "cheekSquint", "eyeBlink",     "eyeLookDown",  "eyeLookIn",
    "eyeLookOut",     "eyeLookUp",   "eyeSquint",   "eyeWide",      "mouthDimple",  "mouthFrown",
    "mouthLowerDown", "mouthPress",  "mouthSmile",  "mouthStretch", "mouthUpperUp", "noseSneer"};
constexpr std::array<std::string_view, 15> single_blendshapes = {
    "browInnerUp", "cheekPuff",      "jawForward",     "jawLeft",         "jawOpen",
    "jawRight",    "mouthClose",     "mouthFunnel",    "mouthLeft",       "mouthPucker",
    "mouthRight",  "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper"};

bool is_number_after(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix) || name.size() == prefix.size()) return false;
  return name.find_first_not_of("0123456789", prefix.size()) == std::string_view::npos;
}

bool any_numbered(const std::vector<std::string>& names, std::string_view prefix) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return is_number_after(name, prefix); });
}

bool all_blendshapes(const std::vector<std::string>& names) {
  const std::unordered_set<std::string_view> known(names.begin(), names.end());
  const auto has = [&](std::string_view name, std::string_view side) {
    return known.count(std::string(name).append(side)) > 0;
  };
  return std::all_of(single_blendshapes.begin(), single_blendshapes.end(),
                     [&](std::string_view name) { return has(name, ""); }) &&
         std::all_of(sided_blendshapes.begin(), sided_blendshapes.end(), [&](std::string_view name) {
           return (has(name, "Left") && has(name, "Right")) || (has(name, "_L") && has(name, "_R"));
         });
}

}  // namespace

std::string_view kind_name(SignalKind kind) {
  for (const auto& [value, name] : kinds)
    if (value == kind) return name;
  return "other";
}

SignalKind kind_from_name(std::string_view name) {
  std::string known;
  for (const auto& [value, text] : kinds) {
    if (text == name) return value;
    known.append(known.empty() ? "" : ", ").append(text);
  }
  throw data_error({}, in_quotes(name) + " is not a kind of signals", "known: " + known);
}

SignalKind kind_from_columns(const std::vector<std::string>& names) {
  if (any_numbered(names, "x_") && any_numbered(names, "y_")) return SignalKind::landmarks;
  if (any_numbered(names, "dx_") && any_numbered(names, "dy_")) return SignalKind::keypoint_motion;
  const bool coefficients = std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return name.starts_with("e_") && name.size() > 2;
  });
  if (any_numbered(names, "dX_") && any_numbered(names, "dY_") && any_numbered(names, "dZ_"))
    return coefficients ? SignalKind::fit : SignalKind::displacement;
  if (coefficients || all_blendshapes(names)) return SignalKind::expression;
  const bool only_stages = std::all_of(names.begin(), names.end(),
                                       [](const std::string& name) { return is_number_after(name, "q"); });
  if (!names.empty() && only_stages) return SignalKind::tokens;
  return SignalKind::other;
}

bool gives(SignalKind held, SignalKind wanted) {
  return held == wanted ||
         (held == SignalKind::fit && (wanted == SignalKind::displacement ||
                                      wanted == SignalKind::expression || wanted == SignalKind::observables));
}

Eigen::Index Recording::column(std::string_view wanted) const {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].name == wanted) return static_cast<Eigen::Index>(i);
  return -1;
}

std::vector<std::vector<Eigen::Index>> faces_of(const std::vector<Frame>& frames) {
  if (frames.empty()) return {};
  std::vector<std::int64_t> numbers;
  numbers.reserve(frames.size());
  for (const auto& frame : frames) numbers.push_back(frame.number);
  std::sort(numbers.begin(), numbers.end());
  std::vector<std::vector<Eigen::Index>> groups;
  if (std::adjacent_find(numbers.begin(), numbers.end()) == numbers.end()) {
    groups.emplace_back();
    groups[0].reserve(frames.size());
    for (std::size_t i = 0; i < frames.size(); ++i) groups[0].push_back(static_cast<Eigen::Index>(i));
    return groups;
  }
  std::map<int, std::size_t> group_of_face;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].face_id < 0) continue;
    const auto [group, is_new] = group_of_face.try_emplace(frames[i].face_id, groups.size());
    if (is_new) groups.emplace_back();
    groups[group->second].push_back(static_cast<Eigen::Index>(i));
  }
  return groups;
}

}  // namespace facelex
