#include "facelex/face/pose/rotation.hpp"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>

namespace facelex {

Eigen::Matrix3d rotation_from_angles(const Eigen::Vector3d& angles_rad) {
  const Eigen::Array3d c = angles_rad.array().cos();
  const Eigen::Array3d s = angles_rad.array().sin();
  Eigen::Matrix3d r;
  r << c(1) * c(2), -c(1) * s(2), s(1),                                                  //
      c(0) * s(2) + s(0) * s(1) * c(2), c(0) * c(2) - s(0) * s(1) * s(2), -s(0) * c(1),  //
      s(0) * s(2) - c(0) * s(1) * c(2), s(0) * c(2) + c(0) * s(1) * s(2), c(0) * c(1);
  return r;
}

Eigen::Vector3d angles_from_rotation(const Eigen::Matrix3d& rotation) {
  // |cos a₁| from the elements that hold it keeps a₁ exact near ±π/2, where asin loses half its digits.
  const double cosine = std::hypot(rotation(0, 0), rotation(0, 1));
  const double yaw = std::atan2(rotation(0, 2), cosine);
  if (cosine < 1e-12) return {std::atan2(rotation(2, 1), rotation(1, 1)), yaw, 0};
  return {std::atan2(-rotation(1, 2), rotation(2, 2)), yaw, std::atan2(-rotation(0, 1), rotation(0, 0))};
}

Eigen::Matrix3d rotation_from_vector(const Eigen::Vector3d& vector_rad) {
  const double angle = vector_rad.norm();
  if (angle == 0) return Eigen::Matrix3d::Identity();
  return Eigen::AngleAxisd(angle, vector_rad / angle).toRotationMatrix();
}

double angle_between(const Eigen::Matrix3d& a, const Eigen::Matrix3d& b) {
  // ‖a − b‖ = 2√2·sin(θ/2): exact for small angles, unlike the trace.
  return 2 * std::asin(std::min(1.0, (a - b).norm() / std::sqrt(8.0)));
}

}  // namespace facelex
