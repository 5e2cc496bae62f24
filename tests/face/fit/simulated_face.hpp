#pragma once

#include <Eigen/LU>
#include <cmath>

#include "facelex/core/random.hpp"
#include "facelex/face/model/mean_face.hpp"
#include "facelex/face/pose/camera.hpp"
#include "facelex/face/pose/rotation.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"

namespace facelex::test {

/// A face that differs from the mean face by `spread_mm` per coordinate, seen in pixels by a camera before
/// it.
inline Landmarks68 simulated_face(Random& random, double spread_mm) {
  const Camera camera = openface_camera(1280, 720);
  const Eigen::Matrix3d rotation =
      rotation_from_angles({random.uniform(-0.3, 0.3), random.uniform(-0.5, 0.5), random.uniform(-0.5, 0.5)});
  const Eigen::Vector3d translation(random.uniform(-200, 200), random.uniform(-100, 100),
                                    random.uniform(400, 1200));
  Landmarks68 points;
  for (Eigen::Index i = 0; i < 68; ++i) {
    const Eigen::Vector3d moved =
        mean_face_mm().row(i).transpose() +
        spread_mm * Eigen::Vector3d(random.normal(), random.normal(), random.normal());
    points.row(i) = camera.project(rotation * moved + translation).transpose();
  }
  return points;
}

/// A non-singular affine map of the plane.
struct PlaneMap {
  Eigen::Matrix2d map;
  Eigen::Vector2d shift;

  Landmarks68 operator()(const Landmarks68& points) const {
    return (points * map.transpose()).rowwise() + shift.transpose();
  }
};

/// Translation, scale, rotation and shear at random, perhaps with a reflection.
inline PlaneMap random_plane_map(Random& random) {
  PlaneMap result;
  do {
    for (Eigen::Index i = 0; i < 4; ++i) result.map.data()[i] = random.uniform(-3, 3);
  } while (std::abs(result.map.determinant()) < 0.3);
  result.shift = {random.uniform(-2000, 2000), random.uniform(-2000, 2000)};
  return result;
}

}  // namespace facelex::test
