#pragma once

#include <cmath>
#include <functional>

#include "facelex/core/random.hpp"
#include "facelex/face/model/mean_face.hpp"
#include "facelex/face/standardize/frontalization.hpp"

// What frontalisations are judged by: the motion that the registration gives after them, on faces that they
// were not learnt from.
namespace facelex::test {

/// The frontal view of landmarks in the standard place.
using Turning = std::function<Landmarks68(const Landmarks68&)>;

inline Turning turning(const Frontalization& frontalization) {
  return [&frontalization](const Landmarks68& points) {
    Landmarks68 frontal;
    frontalization.apply(points, LandmarkScheme::points_68, frontal);
    return frontal;
  };
}

struct MotionError {
  double relative = 0;  ///< root of: squared error of motion over squared true motion
  double correlation = 0;
};

/// Motion from the person's frontal neutral as measured through `turn`, beside the true one of the frontal
/// views; landmarks have errors of `noise` RMS radii.
inline MotionError motion_error(const FaceViews& faces, const Turning& turn, double noise, int views = 400) {
  const auto motion = [](const Landmarks68& face, const Landmarks68& neutral) -> Landmarks68 {
    Landmarks68 a, b;
    register_landmarks(face, LandmarkScheme::points_68, a);
    register_landmarks(neutral, LandmarkScheme::points_68, b);
    return a - b;
  };
  double error = 0, truth = 0, measured = 0, both = 0;
  for (int i = 0; i < views; ++i) {
    const FaceViews::View view = faces.view(static_cast<std::uint64_t>(i));
    Random random = Random(99).stream(static_cast<std::uint64_t>(i));
    const auto seen = [&](const Landmarks68& points) {
      Landmarks68 placed;
      standard_place(points, LandmarkScheme::points_68, placed);
      for (Eigen::Index k = 0; k < placed.size(); ++k) placed.data()[k] += noise * random.normal();
      return turn(placed);
    };
    const Landmarks68 posed = seen(view.posed), rest = seen(view.neutral);
    const Landmarks68 found = motion(posed, rest), wanted = motion(view.frontal, view.neutral);
    error += (found - wanted).squaredNorm();
    truth += wanted.squaredNorm();
    measured += found.squaredNorm();
    both += found.cwiseProduct(wanted).sum();
  }
  return {std::sqrt(error / truth), both / std::sqrt(truth * measured)};
}

/// The mirror image of each iBUG point, told by the symmetry of the mean face.
inline Landmarks68 mirrored_face(const Landmarks68& points) {
  Landmarks68 result;
  for (Eigen::Index i = 0; i < 68; ++i) {
    const Eigen::RowVector3d image = mean_face_mm().row(i).cwiseProduct(Eigen::RowVector3d(-1, 1, 1));
    for (Eigen::Index k = 0; k < 68; ++k)
      if ((mean_face_mm().row(k) - image).norm() < 1e-9) result.row(k) << -points(i, 0), points(i, 1);
  }
  return result;
}

}  // namespace facelex::test
