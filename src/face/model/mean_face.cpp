#include "facelex/face/model/mean_face.hpp"

#include "facelex/face/builtin/anatomical_face.hpp"

namespace facelex {
namespace {

Landmarks3d landmarks_of_built_in_face() {
  const MorphableModel& model = built_in_face();
  Landmarks3d face;
  for (Eigen::Index point = 0; point < face.rows(); ++point)
    face.row(point) = model.mean.row(model.landmarks[static_cast<std::size_t>(point)]).cast<double>();
  return face;
}

}  // namespace

const Landmarks3d& mean_face_mm() {
  static const Landmarks3d face = landmarks_of_built_in_face();
  return face;
}

}  // namespace facelex
