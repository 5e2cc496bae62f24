#include "facelex/features/summary/signal_activity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "facelex/core/ordered_sum.hpp"

namespace facelex {
namespace {

using Eigen::Index;

constexpr double no_activity = std::numeric_limits<double>::quiet_NaN();

template <class Present>
std::vector<Stretch> runs_of(Index rows, const Present& present) {
  std::vector<Stretch> found;
  for (Index t = 0; t < rows; ++t) {
    if (!present(t)) continue;
    if (!found.empty() && found.back().second == t)
      ++found.back().second;
    else
      found.emplace_back(t, t + 1);
  }
  return found;
}

}  // namespace

std::vector<Stretch> stretches(const Eigen::Ref<const Eigen::VectorXd>& signal) {
  return runs_of(signal.size(), [&](Index t) { return !std::isnan(signal[t]); });
}

std::vector<Stretch> common_stretches(const Eigen::Ref<const RowMatrix>& signals) {
  return runs_of(signals.rows(), [&](Index t) { return !signals.row(t).hasNaN(); });
}

Activations activations(const Eigen::Ref<const Eigen::VectorXd>& signal, double fps, double threshold,
                        double shortest) {
  double seen = 0, active = 0, runs = 0, whole = 0, whole_frames = 0, peaks = 0;
  const double min_frames = shortest * fps - 1e-9;
  for (const auto& [first, last] : stretches(signal)) {
    seen += static_cast<double>(last - first);
    for (Index t = first; t < last; ++t) {
      if (!(std::abs(signal[t]) > threshold)) continue;
      Index end = t;
      double peak = 0;
      for (; end < last && std::abs(signal[end]) > threshold; ++end)
        peak = std::max(peak, std::abs(signal[end]));
      const bool cut = t == first || end == last;
      const auto frames = static_cast<double>(end - t);
      if (cut || frames >= min_frames) {
        active += frames;
        runs += 1;
        peaks += peak;
        whole += cut ? 0 : 1;
        whole_frames += cut ? 0 : frames;
      }
      t = end;
    }
  }
  if (seen == 0) return {no_activity, no_activity, no_activity, no_activity};
  return {active / seen, 60 * fps * runs / seen, whole > 0 ? whole_frames / whole / fps : no_activity,
          runs > 0 ? peaks / runs : no_activity};
}

SideDifference side_difference(const Eigen::Ref<const Eigen::VectorXd>& left,
                               const Eigen::Ref<const Eigen::VectorXd>& right) {
  double l = 0, r = 0, difference = 0, n = 0;
  for (Index t = 0; t < left.size(); ++t) {
    if (std::isnan(left[t]) || std::isnan(right[t])) continue;
    l += left[t];
    r += right[t];
    difference += std::abs(left[t] - right[t]);
    n += 1;
  }
  SideDifference made{no_activity, no_activity, no_activity};
  if (l + r > 0) made.laterality = (l - r) / (l + r);
  if (l + r > 0) made.difference = difference / (l + r);
  double ll = 0, rr = 0, lr = 0;
  bool left_moves = false, right_moves = false;
  Index before = -1;
  for (Index t = 0; t < left.size(); ++t) {
    if (std::isnan(left[t]) || std::isnan(right[t])) continue;
    const double a = left[t] - l / n, b = right[t] - r / n;
    ll += a * a;
    rr += b * b;
    lr += a * b;
    left_moves = left_moves || (before >= 0 && left[t] != left[before]);
    right_moves = right_moves || (before >= 0 && right[t] != right[before]);
    before = t;
  }
  if (left_moves && right_moves && ll > 0 && rr > 0)
    made.correlation = std::clamp(lr / std::sqrt(ll) / std::sqrt(rr), -1.0, 1.0);
  return made;
}

double evenness(const Eigen::Ref<const Eigen::VectorXd>& weights) {
  const double total = ordered_sum(weights.data(), weights.size());
  if (weights.size() < 2 || !(total > 0)) return no_activity;
  double entropy = 0;
  for (const double weight : weights)
    if (weight > 0) entropy -= weight / total * std::log(weight / total);
  return std::clamp(entropy / std::log(static_cast<double>(weights.size())), 0.0, 1.0);
}

}  // namespace facelex
