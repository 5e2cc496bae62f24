#pragma once

#include <array>

#include "facelex/face/schemes/landmark_scheme.hpp"

namespace facelex {

/// The geometric corrections of paper 001, section 2.1, after frontalisation: an affine registration of the
/// whole face by six anchors that expressions hardly move, then a similarity registration of each part.
///
/// 1. Affine: the least-squares map of the anchors to the template, applied to all points.
///      with a jaw line: 0→(300,900) 16→(1100,900) 27→(700,900) 33→(700,1300) 39→(600,1000) 42→(800,1000)
///      without:         27, 33, 39, 42 as above, 36→(400,1000) 45→(1000,1000)
/// 2. Similarity (rotation, scale, translation), each from two points, applied to the part:
///      right brow and eye (17–21, 36–41) by 36→(400,1000), 39→(600,1000)
///      left brow and eye (22–26, 42–47) by 42→(800,1000), 45→(1000,1000)
///      jaw line (0–16) by 0→(300,1000), 16→(1100,1000)
///    the nose (27–35) is translated by 27→(700,1000); the lips (48–67) stay.
///
/// Template units: the plane is about 1400 wide and high, y down; an eye is 200 wide, the face 800. The
/// result does not change when the picture is translated, scaled, rotated or sheared: any non-singular affine
/// map of the input goes into step 1. Points 27, 36, 39, 42, 45 (and 0, 16) end exactly on their targets.
enum class RegistrationOutcome {
  ok,
  incomplete,  ///< a point of the scheme is missing or infinite
  degenerate   ///< the anchors lie on a line, or the two points of a part coincide
};

/// The anchors of step 1, ascending.
std::array<int, 6> registration_anchors(LandmarkScheme scheme);

/// Distance of the outer eye corners (36 and 45): in template units, and of an adult in mm, which is also
/// that of the published dictionary of Facial Basis. Their ratio takes keypoint motion to millimetres.
inline constexpr double template_eye_distance = 600, adult_eye_distance_mm = 89;

/// Standardises one frame. `registered` gets all 68 points in template units; those that the scheme lacks are
/// zero, as in the paper. Unless the outcome is `ok` its content is not to be used.
RegistrationOutcome register_landmarks(const Landmarks68& points, LandmarkScheme scheme,
                                       Landmarks68& registered);

}  // namespace facelex
