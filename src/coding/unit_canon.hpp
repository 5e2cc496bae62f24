#pragma once

#include <Eigen/Core>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "unit_statistics.hpp"

namespace facelex {

/// Brings K×D atoms and their T×K codes into one of the 2^K·K! equivalent forms: each unit's polarity is such
/// that most of Σz² lies where z > 0 (as much on both sides: the largest entry of the atom is positive), and
/// units stand by decreasing mean |z| (paper 000, IV-B; equal ones by their entries). Returns their use.
///
/// twin: K, as in AtomConstraints, or empty; follows the units. Mirror images are negated together and stand
/// together, by the mean of their mean |z|, the one that is used more before the other.
std::vector<UnitUse> make_canonical(RowMatrix& atoms, RowMatrix& codes, std::vector<Eigen::Index>& twin);

}  // namespace facelex
