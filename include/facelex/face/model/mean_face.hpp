#pragma once

#include <Eigen/Core>

namespace facelex {

/// The 68 points of iBUG in space, a row per point, in millimetres: x to image-right (the subject's left), y
/// down, z away from the camera.
using Landmarks3d = Eigen::Matrix<double, 68, 3>;

/// The landmarks of the built-in face's mean (anatomical_face.hpp): a neutral adult of average size, looking
/// into the camera; mirror-symmetric in x to the last bit. The origin is the mean of its points to within
/// 1/1024 mm, as in OpenFace, so that translations compare.
const Landmarks3d& mean_face_mm();

}  // namespace facelex
