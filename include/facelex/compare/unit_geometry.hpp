#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>

#include "facelex/coding/coding_system.hpp"
#include "facelex/core/matrix.hpp"
#include "facelex/face/schemes/mirror.hpp"

namespace facelex {

/// How the units of a system move the signal, in the signal's unit.
struct UnitMovements {
  RowMatrix movements;      ///< K×D: w_k = decode(e_k) − decode(0)
  Eigen::RowVectorXd rest;  ///< D: m = decode(0)
};
/// Nothing when decoded codes are not m + Σ_k z_k·w_k (tokens, networks): several random codes are tried.
std::optional<UnitMovements> unit_movements(const CodingSystem& system);

/// Whether a frame may have codes below 0: the system codes the opposite of each unit's movement.
bool has_signed_codes(const CodingSystem& system, const UnitMovements& units);

/// cos of every row of a (K×D) and every row of b (L×D): K×L. Rows of zeros have 0 with every other.
Eigen::MatrixXd cosines(const RowMatrix& a, const RowMatrix& b);

/// |cos| over the pairs of different units that move: how much units resemble one another.
struct Coherence {
  double largest = 0;
  double mean = 0;
};
/// Nothing when fewer than two units move.
std::optional<Coherence> coherence(const RowMatrix& movements);

/// Where a unit has its energy Σ_d w_d².
struct UnitPlace {
  std::string feature;  ///< the facial feature with most of it ("LB"); empty for a unit that does not move
  double share = 0;     ///< of its energy on that feature and on the feature's mirror image; 0 … 1
};
/// Features are those of FeatureDivision::dfecs: brows, eyes, nose, lips, jaw line. Nothing when no column is
/// a point of the face.
std::optional<std::vector<UnitPlace>> unit_places(const RowMatrix& movements,
                                                  const std::vector<Column>& columns);

/// K: how like the mirror image of each unit is to the unit most like it (perhaps itself): max_j cos(M·w_k,
/// w_j), or max_j |cos| with either_sign. 1: the lexicon says on one side of the face what it says on the
/// other. 0 for a unit that does not move.
Eigen::VectorXd mirror_likeness(const RowMatrix& movements, const ColumnMirror& mirror, bool either_sign);

/// K: the cosine (or |cos|) of each unit of one lexicon and its partner in the other (L×D), partners chosen
/// one to one so that their sum is maximal (assignment.hpp). 0 for a unit without partner.
Eigen::VectorXd matched_likeness(const RowMatrix& movements, const RowMatrix& others, bool either_sign);

}  // namespace facelex
