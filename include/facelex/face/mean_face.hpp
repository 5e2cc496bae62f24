#pragma once

#include <Eigen/Core>

namespace facelex {

/// The 68 points of iBUG in space, a row per point, in millimetres: x to image-right (the subject's left), y
/// down, z away from the camera.
using Landmarks3d = Eigen::Matrix<double, 68, 3>;

/// A neutral adult face of average size, looking into the camera; mirror-symmetric in x to the last bit. The
/// origin is the mean of its points, as in OpenFace, so that translations compare. Built from published
/// anthropometric distances: the table and its sources are in mean_face.cpp.
const Landmarks3d& mean_face_mm();

}  // namespace facelex
