#pragma once

#include <Eigen/Core>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/factor/dictionary/atom_constraints.hpp"

namespace facelex {

/// One Gauss–Seidel pass of the dictionary update, given A = ZᵀZ (`products`, K×K) and B = ZᵀX (`samples`,
/// K×D), which lowers −⟨B, W⟩ + ½⟨A, WWᵀ⟩ + constraints.penalty(W) over ‖w_k‖ ≤ 1 atom by atom:
///   without constraints  w_k += (B_k − A_k·W) / A_kk, projected: the minimiser;
///   ties                 an atom and its twin together, at their minimiser: symmetric and antisymmetric part
///                        have their own curvature, and one multiplier brings the norm to 1;
///   coherence            projected gradient steps, whose length is safe: the objective never rises.
/// Atoms obey the ties on entry and on return. Returns the atoms that no sample uses (A_kk ≤ 1e-6, their
/// twin's too), in ascending order; it leaves them alone. With a coherence penalty none is returned: an atom
/// that the penalty has taken out of use would only come back to be taken out again; it moves away from the
/// others.
std::vector<Eigen::Index> update_atoms(const Eigen::MatrixXd& products, const RowMatrix& samples,
                                       RowMatrix& atoms, const AtomConstraints& constraints = {});

}  // namespace facelex
