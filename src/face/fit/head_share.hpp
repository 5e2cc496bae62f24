#pragma once

#include <Eigen/Core>

namespace facelex {

/// How much of each signal's variance over the frames of a person is linear in the head's pitch, yaw and roll:
/// R² of the regression on the three. What really moves together with the head is in it too; a face that keeps
/// still should have none. Frames are added one after the other, in bounded memory; sums are about the first
/// frame, so that nothing is lost where a signal hardly moves.
class HeadShare {
 public:
  /// `angles_rad`: pitch, yaw, roll. `signals`: as many at each call.
  void add(const Eigen::Vector3d& angles_rad, const Eigen::RowVectorXd& signals);
  /// 0 … 1 for each signal; 0 for one that does not move and for all when there are fewer than ten frames.
  Eigen::VectorXd shares() const;

 private:
  static constexpr Eigen::Index min_frames = 10;

  Eigen::Index frames_ = 0;
  Eigen::Vector3d first_angles_ = Eigen::Vector3d::Zero(), angles_ = Eigen::Vector3d::Zero();
  Eigen::Matrix3d squares_ = Eigen::Matrix3d::Zero();
  Eigen::RowVectorXd first_, sum_, square_;
  Eigen::Matrix<double, 3, Eigen::Dynamic> products_;
};

}  // namespace facelex
