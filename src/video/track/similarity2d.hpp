#pragma once

#include "facelex/face/schemes/landmark_scheme.hpp"

namespace facelex {

/// Turn, scale and shift in the plane: p ↦ z·p + t with complex z and t.
struct Similarity2d {
  double a = 1, b = 0;  ///< z = a + ib
  double tx = 0, ty = 0;

  Eigen::RowVector2d operator()(double x, double y) const { return {a * x - b * y + tx, b * x + a * y + ty}; }
  double scale() const;
};

/// The least-squares similarity of the points that expressions move little (bridge and base of the nose, eye
/// corners) from one shape to another.
Similarity2d stable_similarity(const Landmarks68& from, const Landmarks68& to);

}  // namespace facelex
