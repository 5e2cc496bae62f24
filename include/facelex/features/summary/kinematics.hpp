#pragma once

#include <Eigen/Core>

#include "facelex/core/matrix.hpp"

namespace facelex {

/// How a point, or the head, moves. Units are those of its coordinates (mm, px, rad) and seconds.
struct Kinematics {
  double range = 0;         ///< ‖max − min‖ of the coordinates
  double path = 0;          ///< Σ‖Δp‖ over neighbouring frames that are both there
  double speed = 0;         ///< mean ‖Δp‖·fps
  double acceleration = 0;  ///< mean ‖Δ²p‖·fps²
  double jerk = 0;          ///< mean ‖Δ³p‖·fps³
  /// Log dimensionless jerk −ln(T³/v_peak² · ∫‖jerk‖² dt) (Balasubramanian et al. 2015, LDLJ-V), nearer to 0
  /// the smoother. It depends on the duration T, so it is the mean over windows of one duration, laid end to
  /// end in each stretch without missing frames; windows without movement are left out.
  double smoothness = 0;
};

/// `positions`: frames×coordinates, evenly sampled at `fps`, NaN where missing. No difference is taken across
/// a missing frame. `angles`: coordinates are radians, whose differences are taken the short way round.
/// `window`: seconds. A figure is NaN where no stretch is long enough for it (2, 2, 3, 4 frames; range: 1).
Kinematics kinematics(const Eigen::Ref<const RowMatrix>& positions, double fps, double window, bool angles);

}  // namespace facelex
