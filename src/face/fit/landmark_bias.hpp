#pragma once

#include <Eigen/Core>
#include <string>

#include "facelex/core/json.hpp"
#include "facelex/face/pose/camera.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"

namespace facelex {

/// How far a landmark detector is off in the mean, depending on how the head is turned: it knows how landmarks lie in
/// pictures, not on faces. Measured on filmed people whose landmarks are known (tools/experiments/landmark_bias.sh).
class LandmarkBias {
 public:
  /// That of the model of Debian's libdlib-data, which facelex carries (data/landmark_bias.json).
  static const LandmarkBias& of_dlib_cascade();
  explicit LandmarkBias(const Json& table);

  /// SHA-256 of the landmark model that errs so.
  const std::string& landmark_model_digest() const { return digest_; }
  /// What is left of the errors in each direction beside what stays with a person, mm. It lasts: frames near in time err
  /// alike.
  double noise_mm() const { return noise_mm_; }
  /// Points without the error that goes with their head pose (estimate_head_pose); as they are where there is none.
  Landmarks68 corrected(const Landmarks68& points_px, const Camera& camera) const;

 private:
  static constexpr Eigen::Index terms = 6;

  std::string digest_;
  double noise_mm_ = 0;
  double max_yaw_ = 0, max_pitch_ = 0;  ///< rad; farther turned heads are taken for heads turned so far
  /// mm to image-right and down on a head without roll, by 1, yaw, pitch, yaw², yaw·pitch, pitch².
  Eigen::Matrix<double, 68, terms> x_, y_;
};

}  // namespace facelex
