#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "facelex/core/random.hpp"
#include "facelex/simulate/behaviour.hpp"

namespace facelex {

/// One movement of one column of the expression.
struct UnitEvent {
  Eigen::Index unit = 0;  ///< which coefficient
  double onset_s = 0;     ///< may lie before the recording's begin
  double amplitude = 0;
  double rise_s = 0, hold_s = 0, fall_s = 0;

  double end_s() const { return onset_s + rise_s + hold_s + fall_s; }
  /// 0 … amplitude; continuous with its first derivative.
  double at(double time_s) const;
};

/// Everything that a subject does between 0 and `seconds`, in the order in which it is drawn; the same for
/// the same state of `random`.
std::vector<UnitEvent> draw_events(const Behaviour& subject, const std::vector<std::string>& model_units,
                                   double seconds, Random& random);

/// The coefficients over time (T×K): overlapping events of a unit join to at most its limit, without a kink:
/// limit·(1 − Π(1 − aᵢ/limit)).
Eigen::MatrixXd expression_course(const std::vector<UnitEvent>& events, const Eigen::VectorXd& times_s,
                                  const Eigen::VectorXd& limits);

/// Head pose over time, T×6: translation from the subject's place in mm, then pitch, yaw, roll in radians.
/// Each column is a sum of sines with random phases and frequencies, smooth to any order.
Eigen::MatrixXd head_course(const HeadBehaviour& head, const Eigen::VectorXd& times_s, Random& random);

}  // namespace facelex
