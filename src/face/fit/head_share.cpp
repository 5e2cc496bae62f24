#include "head_share.hpp"

#include <Eigen/QR>
#include <algorithm>

namespace facelex {
namespace {

/// Below this, in the signal's own unit squared, it is rounding.
constexpr double min_variance = 1e-16;

}  // namespace

void HeadShare::add(const Eigen::Vector3d& angles_rad, const Eigen::RowVectorXd& signals) {
  if (frames_ == 0) {
    first_angles_ = angles_rad;
    first_ = signals;
    sum_.setZero(signals.size());
    square_.setZero(signals.size());
    products_.setZero(3, signals.size());
  }
  ++frames_;
  const Eigen::Vector3d angles = angles_rad - first_angles_;
  const Eigen::RowVectorXd values = signals - first_;
  angles_ += angles;
  squares_ += angles * angles.transpose();
  sum_ += values;
  square_ += values.cwiseAbs2();
  products_ += angles * values;
}

Eigen::VectorXd HeadShare::shares() const {
  Eigen::VectorXd shares = Eigen::VectorXd::Zero(first_.size());
  if (frames_ < min_frames) return shares;
  const auto count = static_cast<double>(frames_);
  const Eigen::Matrix3d between = squares_ / count - angles_ * angles_.transpose() / (count * count);
  const auto decomposed = between.completeOrthogonalDecomposition();
  for (Eigen::Index k = 0; k < shares.size(); ++k) {
    const double variance = square_[k] / count - sum_[k] * sum_[k] / (count * count);
    if (variance <= min_variance) continue;
    const Eigen::Vector3d with = products_.col(k) / count - angles_ * (sum_[k] / (count * count));
    shares[k] = std::clamp(with.dot(decomposed.solve(with)) / variance, 0.0, 1.0);
  }
  return shares;
}

}  // namespace facelex
