#include <algorithm>
#include <array>
#include <string_view>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/features/summary/features.hpp"

namespace facelex {
namespace {

constexpr std::array<std::string_view, 6> known_groups = {"statistics", "activations",  "kinematics",
                                                          "asymmetry",  "expressivity", "diversity"};
constexpr const char* groups_hint =
    "known are statistics, activations, kinematics, asymmetry, expressivity, diversity";

void check_numbers(const std::string& name, const std::vector<std::string>& texts, Bounds bounds) {
  if (texts.empty()) throw usage_error(name + ": none given", "separate numbers by commas");
  std::vector<double> seen;
  for (const std::string& text : texts) {
    const auto number = parse_double(text);
    if (!number || !bounds.contains(*number))
      throw usage_error(name + ": " + in_quotes(text) + " is no number " + bounds.text());
    if (std::find(seen.begin(), seen.end(), *number) != seen.end())
      throw usage_error(std::string(name).append(": ").append(text).append(" stands twice"));
    seen.push_back(*number);
  }
}

}  // namespace

void SummaryOptions::describe(OptionList& options) {
  options
      .texts("groups", groups,
             "Which figures: statistics, activations, kinematics, asymmetry, expressivity, diversity; "
             "kinematics takes the head's pose and "
             "landmarks, asymmetry units with a side in their name")
      .texts("quantiles", quantiles, "Quantiles of statistics, 0 to 1")
      .number("active-above", active_above, Bounds::at_least(0),
              "A unit is active where its magnitude is larger, in the unit of the codes")
      .number("shortest", shortest, Bounds::at_least(0),
              "Seconds that an activation lasts at least; shorter ones do not count")
      .texts("scales", scales, "Time scales of peaks in seconds: about how long a movement lasts")
      .choice("peaks", peaks, {{"up", Peaks::up}, {"down", Peaks::down}, {"both", Peaks::both}},
              "Which peaks count: up, down, or both where codes have either sign")
      .number("least-peak", least_peak, Bounds::at_least(0),
              "By how much a peak stands out of its surroundings at least, in the unit of the codes")
      .flag("points", points,
            "Kinematics of each landmark instead of means over eyes, brows, nose, mouth, jaw")
      .number("window", window, Bounds::above(0), "Seconds of the windows in which smoothness is taken");
}

void SummaryOptions::check() const {
  if (groups.empty()) throw usage_error("groups: none given", groups_hint);
  for (const std::string& group : groups)
    if (std::find(known_groups.begin(), known_groups.end(), group) == known_groups.end())
      throw usage_error("groups: unknown group " + in_quotes(group), groups_hint);
  for (const std::string& group : groups)
    if (std::count(groups.begin(), groups.end(), group) > 1)
      throw usage_error("groups: " + group + " stands twice");
  check_numbers("quantiles", quantiles, Bounds::between(0, 1));
  check_numbers("scales", scales, Bounds::above(0));
  const auto least = [](const char* name, double value) {
    if (!(value >= 0)) throw usage_error(std::string(name) + ": " + number_text(value) + " is not ≥ 0");
  };
  least("active-above", active_above);
  least("shortest", shortest);
  least("least-peak", least_peak);
  if (!(window > 0)) throw usage_error("window: " + number_text(window) + " is not > 0");
}

bool SummaryOptions::has(const std::string& group) const {
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

std::vector<double> SummaryOptions::numbers(const std::vector<std::string>& texts) {
  std::vector<double> numbers;
  numbers.reserve(texts.size());
  for (const std::string& text : texts) numbers.push_back(parse_double(text).value());
  return numbers;
}

}  // namespace facelex
