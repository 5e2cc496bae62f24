#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>

#include "facelex/core/error.hpp"
#include "facelex/core/ordered_sum.hpp"
#include "facelex/core/quantiles.hpp"
#include "facelex/core/text.hpp"
#include "facelex/features/summary/signal_activity.hpp"
#include "groups.hpp"

namespace facelex {
namespace {

using Eigen::Index;

std::vector<double> values_there(const Eigen::VectorXd& signal) {
  std::vector<double> values;
  for (const double value : signal)
    if (!std::isnan(value)) values.push_back(value);
  return values;
}

struct Sides {
  std::string name, description;
  std::vector<Index> left, right;
};

/// Which sides a unit is of: the pair's name and description, and whether it is the left one.
bool side_of(const std::string& unit, std::string& pair, std::string& description, bool& left) {
  for (const auto& [l, r, both, what] :
       {std::array<const char*, 4>{"LB-", "RB-", "LB|RB", "all units of the brows"},
        std::array<const char*, 4>{"LE-", "RE-", "LE|RE", "all units of the eyes"}}) {
    left = unit.starts_with(l);
    if (!left && !unit.starts_with(r)) continue;
    pair = both;
    description = what;
    return true;
  }
  for (const auto& [l, r] :
       {std::array<std::string_view, 2>{"_L", "_R"}, std::array<std::string_view, 2>{"Left", "Right"}}) {
    left = unit.ends_with(l);
    if (!left && !unit.ends_with(r)) continue;
    pair = unit.substr(0, unit.size() - (left ? l : r).size());
    description = std::string(pair).append(l).append(" and ").append(pair).append(r);
    return !pair.empty();
  }
  return false;
}

Eigen::VectorXd activity_of(const VideoSignals& units, const std::vector<Index>& columns) {
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(units.frames());
  for (const Index column : columns) sum += units.signal(column).cwiseAbs();
  return sum;
}

}  // namespace

void add_statistics(const VideoSignals& units, const SummaryOptions& options, SummaryRow& made) {
  const auto& quantiles = options.quantiles;
  for (Index u = 0; u < units.count(); ++u) {
    const Column& column = units.columns[static_cast<std::size_t>(u)];
    std::vector<double> values = values_there(units.signal(u));
    const double none = std::nan("");
    const auto n = static_cast<double>(values.size());
    const double mean = n > 0 ? ordered_sum(values.data(), std::ssize(values)) / n : none;
    const double sd =
        n > 1 ? std::sqrt(ordered_squares(values.data(), std::ssize(values), mean) / (n - 1)) : none;
    made.add(column.name + " mean", "mean of " + column.name, column.unit, mean);
    made.add(column.name + " sd", "standard deviation (n - 1) of " + column.name, column.unit, sd);
    std::sort(values.begin(), values.end());
    for (const double q : quantiles)
      made.add(column.name + " q" + number_text(q), number_text(q) + " quantile of " + column.name,
               column.unit, quantile_of_sorted(values, q));
  }
}

void add_activations(const VideoSignals& units, const SummaryOptions& options, SummaryRow& made) {
  for (Index u = 0; u < units.count(); ++u) {
    const Column& column = units.columns[static_cast<std::size_t>(u)];
    const Activations found = activations(units.signal(u), units.fps, options.active_above, options.shortest);
    const std::string& name = column.name;
    made.add(name + " active", "share of frames in which " + name + " is active", "", found.share);
    made.add(name + " rate", "activations of " + name + " per minute", "1/min", found.rate);
    made.add(name + " duration", "mean duration of activations of " + name + " seen as a whole", "s",
             found.duration);
    made.add(name + " peak", "mean of the largest magnitude of each activation of " + name, column.unit,
             found.peak);
  }
}

void add_asymmetry(const VideoSignals& units, const std::string& file, SummaryRow& made) {
  std::vector<Sides> pairs;
  std::map<std::string, std::size_t> place;
  for (Index u = 0; u < units.count(); ++u) {
    Sides sides;
    bool left = false;
    if (!side_of(units.columns[static_cast<std::size_t>(u)].name, sides.name, sides.description, left))
      continue;
    const auto [found, is_new] = place.try_emplace(sides.name, pairs.size());
    if (is_new) pairs.push_back(std::move(sides));
    (left ? pairs[found->second].left : pairs[found->second].right).push_back(u);
  }
  Json alone = Json::array();
  bool any = false;
  for (const Sides& sides : pairs) {
    if (sides.left.empty() || sides.right.empty()) {
      for (const Index u : sides.left.empty() ? sides.right : sides.left)
        alone.push_back(units.columns[static_cast<std::size_t>(u)].name);
      continue;
    }
    any = true;
    const SideDifference found =
        side_difference(activity_of(units, sides.left), activity_of(units, sides.right));
    made.add(sides.name + " laterality", "(left - right)/(left + right) of magnitudes, " + sides.description,
             "", found.laterality);
    made.add(sides.name + " difference",
             "sum over frames of |left - right|, divided by that of left + right, " + sides.description, "",
             found.difference);
    made.add(sides.name + " correlation",
             "correlation of the magnitudes left and right, " + sides.description, "", found.correlation);
  }
  if (!any)
    throw data_error({file, 1, {}}, "no unit has a twin on the other side, so there is no asymmetry",
                     "units tell their side by _L and _R, Left and Right, or LB-, RB-, LE-, RE-; leave "
                     "asymmetry out of " +
                         field("groups"));
  if (!alone.empty()) {
    made.add_note(std::to_string(alone.size()) +
                  " units have no twin on the other side (details.without_twin)");
    made.row.details["without_twin"] = std::move(alone);
  }
}

}  // namespace facelex
