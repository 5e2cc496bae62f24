#pragma once

#include <Eigen/Core>
#include <array>
#include <vector>

#include "facelex/coding/linear/linear_model.hpp"
#include "facelex/core/json.hpp"
#include "facelex/core/matrix.hpp"

namespace facelex {

/// How a unit is used by the frames that it was learnt from.
struct UnitUse {
  static constexpr std::array<double, 7> quantile_levels = {0.005, 0.025, 0.25, 0.5, 0.75, 0.975, 0.995};

  double mean_magnitude = 0;                               ///< mean |z| over all frames
  double mean = 0, sd = 0;                                 ///< of z over all frames; sd with divisor T
  std::array<double, quantile_levels.size()> quantiles{};  ///< of z, linear between ranks as numpy's
  double share_active = 0;                                 ///< share of the frames where z ≠ 0
  double share_positive = 0;   ///< Σ over z > 0 of z², of Σz²; 0 when never active
  bool negated = false;        ///< atom and codes have the opposite sign of what was learnt
  Eigen::Index learnt_as = 0;  ///< position among the atoms before they were ordered; not in json()

  Json json() const;
};

/// The use that T codes of one unit show.
UnitUse use_of_codes(const Eigen::Ref<const Eigen::VectorXd, 0, Eigen::InnerStride<>>& codes);

/// What a unit's atom is like among those of its group: {"nearest": name of the unit whose atom is most
/// alike, "coherence": |cos| with it} (neither when it is alone), and of the atom's energy Σw² the shares
/// that move points of the subject's left and right half, {"energy_left", "energy_right"}; the rest is the
/// midline's.
Json likeness_of_unit(const LinearModel& model, const UnitGroup& group, Eigen::Index unit);

}  // namespace facelex
