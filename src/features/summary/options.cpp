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
    "known: statistics, activations, kinematics, asymmetry, expressivity, diversity";

void require_each_once(const char* name, std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  if (const auto twice = std::adjacent_find(numbers.begin(), numbers.end()); twice != numbers.end())
    throw option_error(name, number_text(*twice) + " occurs twice");
}

}  // namespace

void SummaryOptions::describe(OptionList& options) {
  options
      .texts("groups", groups,
             "Which figures: statistics, activations, kinematics, asymmetry, expressivity, diversity; "
             "kinematics takes the head's pose and "
             "landmarks, asymmetry units with a side in their name")
      .numbers("quantiles", quantiles, Bounds::between(0, 1), "Quantiles of statistics, 0 to 1")
      .number("active-above", active_above, Bounds::at_least(0),
              "A unit is active where its magnitude is larger, in the unit of the codes")
      .number("shortest", shortest, Bounds::at_least(0),
              "Seconds that an activation lasts at least; shorter ones do not count")
      .numbers("scales", scales, Bounds::above(0),
               "Time scales of peaks in seconds: about how long a movement lasts")
      .choice("peaks", peaks, {{"up", Peaks::up}, {"down", Peaks::down}, {"both", Peaks::both}},
              "Which peaks count: up, down, or both where codes have either sign")
      .number("least-peak", least_peak, Bounds::at_least(0),
              "By how much a peak stands out of its surroundings at least, in the unit of the codes")
      .flag("points", points,
            "Kinematics of each landmark instead of means over eyes, brows, nose, mouth, jaw")
      .number("window", window, Bounds::above(0), "Seconds of the windows in which smoothness is taken");
}

void SummaryOptions::check() const {
  check_bounds(*this);
  if (groups.empty()) throw option_error("groups", "none given", groups_hint);
  for (const std::string& group : groups)
    if (std::find(known_groups.begin(), known_groups.end(), group) == known_groups.end())
      throw option_error("groups", "unknown group " + in_quotes(group), groups_hint);
  for (const std::string& group : groups)
    if (std::count(groups.begin(), groups.end(), group) > 1)
      throw option_error("groups", group + " occurs twice");
  require_each_once("quantiles", quantiles);
  require_each_once("scales", scales);
}

bool SummaryOptions::has(const std::string& group) const {
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

}  // namespace facelex
