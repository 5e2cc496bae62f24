#pragma once

#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <map>
#include <vector>

#include "planar_mesh.hpp"

namespace facelex::detail {

/// The smoothest fields over a triangle mesh that take given values at given vertices: minimise
/// ∫(Δu)² + u²/ℓ⁴, with the cotangent Laplacian and the vertices' areas (linear finite elements).
class SmoothField {
 public:
  /// `vertices` P×3; a mesh in the plane has z = 0.
  SmoothField(const Eigen::MatrixXd& vertices, const std::vector<Triangle>& triangles);

  /// `values`: vertex → value of each of the C fields. `reach_mm`: ℓ; 0: the fields do not die out. Returns
  /// P×C. Requires at least three given vertices, which determine the fields (or a reach).
  Eigen::MatrixXd solve(const std::map<int, Eigen::RowVectorXd>& values, double reach_mm) const;

 private:
  Eigen::SparseMatrix<double> bending_;
  Eigen::VectorXd area_;
};

}  // namespace facelex::detail
