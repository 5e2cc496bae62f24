#pragma once

#include "facelex/core/matrix.hpp"
#include "facelex/factor/dictionary/atom_constraints.hpp"

namespace facelex {

/// Atoms to begin with, and their ties, for T×D samples of a feature that is its own mirror image under the
/// reflection of `mirror` (whose twins are not looked at). With mirrored samples beside the samples,
/// principal components are symmetric or antisymmetric; as many of the first K as are antisymmetric (at most
/// K/2) make a pair of twins each, together with the symmetric one that moves the same points most; the other
/// atoms are symmetric. Sets mirror.twin.
RowMatrix mirrored_start(const RowMatrix& samples, Eigen::Index atoms, AtomConstraints& mirror);

/// Finds the ties that K×D atoms nearly obey: atoms whose mirror images are most alike one another (|cos|)
/// are twins, any other is its own; sets mirror.twin, turns twins to the same polarity and ties them.
void tie_by_likeness(RowMatrix& atoms, AtomConstraints& mirror);

}  // namespace facelex
