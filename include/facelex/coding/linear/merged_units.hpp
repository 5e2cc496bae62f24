#pragma once

#include <memory>

#include "facelex/coding/linear/observables.hpp"

namespace facelex {

/// Action units of the built-in face's fits, of which those that 68 landmarks cannot tell apart are one: a
/// coding system of sums of the coefficients e_*, m = R·ε, signed, of one frame alone. Their names list what
/// they hold: u_jaw_drop_26_27, u_lip_press_23_24_28, u_eye_closing_43_5_L (AU05 opens what AU43 closes).
/// 1: what the leading unit does at its E intensity, as far as the landmarks show it; a member counts by how
/// much it moves the landmarks the way the leading unit does, (d·d₁)/(d₁·d₁).
std::unique_ptr<Observables> merged_units();

}  // namespace facelex
