#include "facelex/features/summary/kinematics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "facelex/core/ordered_sum.hpp"
#include "facelex/features/summary/signal_activity.hpp"

namespace facelex {
namespace {

using Eigen::Index;

struct Mean {
  double sum = 0, count = 0;
  void add(const Eigen::VectorXd& values) {
    sum += ordered_sum(values.data(), values.size());
    count += static_cast<double>(values.size());
  }
  double value() const { return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN(); }
};

/// The first `count` rows become the count − 1 differences of neighbours, per second.
void differentiate(RowMatrix& rows, Index count, double fps) {
  for (Index t = 0; t + 1 < count; ++t) rows.row(t) = (rows.row(t + 1) - rows.row(t)) * fps;
}

/// The angles without jumps of a whole turn.
RowMatrix unwrapped(RowMatrix angles) {
  constexpr double turn = 2 * std::numbers::pi;
  for (Index d = 0; d < angles.cols(); ++d)
    for (Index t = 1; t < angles.rows(); ++t)
      angles(t, d) -= turn * std::round((angles(t, d) - angles(t - 1, d)) / turn);
  return angles;
}

void add_smoothness(const Eigen::VectorXd& speed, const Eigen::VectorXd& jerk, double fps, Index frames,
                    Mean& mean) {
  const double duration = static_cast<double>(frames - 1) / fps;
  for (Index first = 0; first + frames <= speed.size() + 1; first += frames) {
    const double peak = speed.segment(first, frames - 1).maxCoeff();
    const double squares = ordered_squares(jerk.data() + first, frames - 3, 0.0) / fps;
    if (peak > 0 && squares > 0)
      mean.add(Eigen::VectorXd::Constant(1, -std::log(std::pow(duration, 3) / (peak * peak) * squares)));
  }
}

}  // namespace

Kinematics kinematics(const Eigen::Ref<const RowMatrix>& positions, double fps, double window, bool angles) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Mean speeds, accelerations, jerks, smoothness;
  Eigen::RowVectorXd low = Eigen::RowVectorXd::Constant(positions.cols(), infinity), high = -low;
  const Index frames = std::max<Index>(4, std::lround(window * fps));
  Eigen::RowVectorXd before;
  for (const auto& [first, last] : common_stretches(positions)) {
    RowMatrix rows = positions.middleRows(first, last - first);
    if (angles) {
      rows = unwrapped(std::move(rows));
      if (before.size() > 0)  // the range does not grow by a turn after a gap
        for (Index d = 0; d < rows.cols(); ++d)
          rows.col(d).array() -=
              2 * std::numbers::pi * std::round((rows(0, d) - before[d]) / (2 * std::numbers::pi));
    }
    before = rows.row(rows.rows() - 1);
    low = low.cwiseMin(rows.colwise().minCoeff());
    high = high.cwiseMax(rows.colwise().maxCoeff());
    if (rows.rows() < 2) continue;
    const Index count = rows.rows();
    differentiate(rows, count, fps);
    const Eigen::VectorXd speed = rows.topRows(count - 1).rowwise().norm();
    speeds.add(speed);
    if (count < 3) continue;
    differentiate(rows, count - 1, fps);
    accelerations.add(rows.topRows(count - 2).rowwise().norm());
    if (count < 4) continue;
    differentiate(rows, count - 2, fps);
    const Eigen::VectorXd jerk = rows.topRows(count - 3).rowwise().norm();
    jerks.add(jerk);
    add_smoothness(speed, jerk, fps, frames, smoothness);
  }
  Kinematics made;
  made.range = before.size() > 0 ? (high - low).norm() : std::numeric_limits<double>::quiet_NaN();
  made.path = speeds.count > 0 ? speeds.sum / fps : std::numeric_limits<double>::quiet_NaN();
  made.speed = speeds.value();
  made.acceleration = accelerations.value();
  made.jerk = jerks.value();
  made.smoothness = smoothness.value();
  return made;
}

}  // namespace facelex
