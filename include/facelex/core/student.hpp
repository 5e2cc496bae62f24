#pragma once

namespace facelex {

/// P(|T| ≤ t) of Student's t with `degrees` ≥ 1 degrees of freedom, t ≥ 0: the finite series of Abramowitz &
/// Stegun 26.7.3 and 26.7.4.
double student_within(double t, int degrees);
/// The t with P(|T| ≤ t) = share, 0 < share < 1: 2.262 for 0.95 and 9 degrees.
double student_bound(double share, int degrees);

}  // namespace facelex
