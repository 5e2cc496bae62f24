#pragma once

#include <Eigen/Core>
#include <vector>

#include "facelex/core/matrix.hpp"

namespace facelex {

/// Two sets of atoms that became one.
struct AtomMerge {
  std::vector<Eigen::Index> left, right;  ///< atoms, ascending
  /// The smallest |cos| between an atom of one and an atom of the other.
  double likeness = 0;
};

struct MergedAtoms {
  RowMatrix parents;                               ///< P×D, norm 1 where several atoms became one
  std::vector<std::vector<Eigen::Index>> members;  ///< P: the atoms of each parent, ascending
  std::vector<AtomMerge> merges;                   ///< by decreasing likeness
};

/// Agglomerative clustering of K×D atoms by |cos|, complete linkage, as long as the smallest |cos| within a
/// cluster stays ≥ `above`; the first of equal choices. A parent is the direction that keeps most of what its
/// atoms do: the first right singular vector of their directions, each with the weight √energies[k] (Σz² of
/// its codes; not all zero within a cluster, or all count the same), with the polarity of its strongest atom.
/// An atom of zeros is like none.
MergedAtoms merge_alike(const RowMatrix& atoms, const Eigen::VectorXd& energies, double above);

}  // namespace facelex
