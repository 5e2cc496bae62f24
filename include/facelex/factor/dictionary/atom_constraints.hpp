#pragma once

#include <Eigen/Core>
#include <vector>

#include "facelex/core/matrix.hpp"

namespace facelex {

/// What a dictionary must obey besides ‖w_k‖ ≤ 1. With no field set there are no constraints.
struct AtomConstraints {
  /// The reflection P of the D columns, its own inverse: (wP)_d = reflection_sign[d] · w_{reflected[d]}.
  /// Empty when there are no ties.
  std::vector<Eigen::Index> reflected;
  Eigen::RowVectorXd reflection_sign;  ///< D, of ±1
  /// K: atom twin[k] is the mirror image w_k·P of atom k, and the other way round; twin[k] = k: w_k = w_k·P.
  /// Empty: no ties. The set of atoms is closed under P, so a sample and its mirror image cost the same.
  std::vector<Eigen::Index> twin;
  /// γ ≥ 0: the objective gains γ·Σ_{i<j}(w_i·w_j)², in the unit of the objective.
  double coherence = 0;

  bool tied() const { return !twin.empty(); }
  bool any() const { return tied() || coherence > 0; }

  /// w·P.
  Eigen::RowVectorXd mirrored(const Eigen::RowVectorXd& atom) const;
  /// After atom k was given another value: makes it symmetric if it must be, or else makes its twin its
  /// mirror image.
  void tie(Eigen::Index k, RowMatrix& atoms) const;
  /// tie for all atoms, in their order.
  void tie(RowMatrix& atoms) const;
  /// γ·Σ_{i<j}(w_i·w_j)².
  double penalty(const RowMatrix& atoms) const;

  /// Throws Error (usage) unless the fields fit K atoms of D values: sizes, inverses, signs, γ.
  void check(Eigen::Index atoms, Eigen::Index dimensions) const;
};

}  // namespace facelex
