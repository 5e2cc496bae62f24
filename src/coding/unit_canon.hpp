#pragma once

#include <string>
#include <vector>

#include "facelex/core/json.hpp"
#include "facelex/core/matrix.hpp"

namespace facelex {

/// How a unit is used by the frames that it was learnt from.
struct UnitUse {
  double mean_magnitude = 0;  ///< mean |z| over all frames
  double share_active = 0;    ///< share of the frames where z ≠ 0
  double share_positive = 0;  ///< Σ over z > 0 of z², of Σz²; 0 when never active
  bool turned = false;        ///< atom and codes have the opposite sign of what was learnt

  Json json() const;
};

/// Brings K×D atoms and their T×K codes into one of the 2^K·K! equivalent forms: each unit's polarity is such
/// that most of Σz² lies where z > 0 (as much on both sides: the largest entry of the atom is positive), and
/// units stand by falling mean |z| (paper 000, IV-B; equal ones by their entries). Returns their use.
std::vector<UnitUse> make_canonical(RowMatrix& atoms, RowMatrix& codes);

}  // namespace facelex
