#pragma once

#include <cstdint>
#include <vector>

#include "facelex/coding/training_data.hpp"
#include "facelex/compare/unit_geometry.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// What a linear system explains of recordings with a budget of units, and with one of ‖z‖₁ (paper 001, 3.4,
/// figures 5 and 7, supplementary figure 2). Shares, 1 being everything. The codes are those of each frame's
/// lasso path (factor/lasso/path.hpp), non-negative where the system's are.
struct VarianceCurves {
  std::int64_t frames = 0;
  std::int64_t moving = 0;  ///< frames that are not zero: those of the means
  /// K+1: with at most k = 0 … K units of each frame. Pooled: 1 − Σ‖x − x̂‖²/Σ‖x‖²; mean: the mean over frames
  /// of 1 − ‖x − x̂‖²/‖x‖². The two differ much for the same codes: in the pooled form large movements weigh
  /// more.
  std::vector<double> pooled_by_units, mean_by_units;
  std::vector<double> l1;  ///< budgets, in the unit of the signal
  std::vector<double> pooled_by_l1, mean_by_l1;
};

/// Systems of any scale compare: units are brought to length 1 in the signal's own unit, so a budget means
/// the same for all. The data's columns must be among the system's (those that several systems share, for
/// instance); units are cut to them, and those of which nothing remains are left out. A point that a
/// recording lacks (zero in all its rows) is zero when coding, as in the paper, and left out of both sums.
///
/// positive: codes ≥ 0. l1: rising, > 0. The same bytes whatever work.threads. Throws Error (data) when the
/// data has a column that the system does not have, or nothing moves.
VarianceCurves variance_curves(const UnitMovements& units, const std::vector<Column>& input_columns,
                               bool positive, const TrainingData& data, const std::vector<double>& l1,
                               const Work& work = {});

/// 10^(i/per_decade) · low, up to high: budgets that stand evenly on a logarithmic axis. Requires 0 < low ≤
/// high, per_decade ≥ 1.
std::vector<double> logarithmic_budgets(double low, double high, int per_decade);

}  // namespace facelex
