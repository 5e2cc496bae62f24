#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <vector>

#include "facelex/compare/code_moments.hpp"
#include "facelex/core/matrix.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// A figure with the interval in which it lies at 95 % of confidence.
struct Estimate {
  double value = 0;
  double low = 0, high = 0;  ///< NaN when there are too few parts to tell
};

/// Draws of parts (subjects) with replacement, so that all systems are judged by the same draws.
class PartDraws {
 public:
  /// draws ≥ 0; the same for the same numbers and seed.
  PartDraws(std::size_t parts, int draws, std::uint64_t seed);

  /// The share of variance explained of paper 001, 3.4, pooled over all frames: 1 − Σ‖x − x̂‖² / Σ‖x‖², with
  /// ‖x‖ about zero, the neutral face; the interval goes from the 2.5th to the 97.5th percentile over the
  /// draws. NaN when nothing moves; no interval with fewer than two parts or no draws. Requires one error for
  /// each part.
  Estimate variance_explained(const std::vector<PartError>& parts) const;

 private:
  std::vector<std::vector<std::uint32_t>> counts_;  // of each draw, how often each part was drawn
};

/// K units w_k as the rows of `movements`, T samples x − m. residual[k] = Σ‖x − m − x̂‖² with at most
/// k = 0 … `max_units` codes ≠ 0 in each frame; max_units ≤ K.
///
/// Which units a frame takes is what sparse coding would take: those of its lasso path
/// (factor/lasso/path.hpp; paper 001, equation 4; units brought to length 1) at the last point with at most
/// k. Their codes are then of least squares. The path's own codes are shrunk by its penalty, which would make
/// sparse systems worse than orthogonal ones: refitted, all are judged alike, and for orthogonal units these
/// are the k largest projections. `positive`: codes ≥ 0. Throws what lasso_path throws.
Eigen::VectorXd residual_by_active_units(const RowMatrix& samples, const RowMatrix& movements,
                                         Eigen::Index max_units, bool positive, const Work& work = {});

}  // namespace facelex
