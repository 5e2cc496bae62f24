#pragma once

#include <Eigen/Core>
#include <vector>

#include "facelex/core/matrix.hpp"

namespace facelex {

/// One Gauss–Seidel pass of the dictionary update, given A = ZᵀZ (`products`, K×K) and B = ZᵀX (`samples`,
/// K×D): each atom with A_kk > 1e-6 moves by (B_k − A_k·W) / A_kk and is projected to ‖w_k‖ ≤ 1. Returns the
/// atoms that no sample uses (A_kk ≤ 1e-6), in rising order; it leaves them alone.
std::vector<Eigen::Index> update_atoms(const Eigen::MatrixXd& products, const RowMatrix& samples,
                                       RowMatrix& atoms);

}  // namespace facelex
