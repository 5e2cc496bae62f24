#pragma once

#include <string>

namespace facelex {

/// A name that blendshapes share however it is spelt: "eyeBlink_L", "EyeBlinkLeft" and "eye_blink_l" have one
/// key. "jawLeft" and "mouthLeft" are directions, not sides, and keep their word. Action units have one
/// spelling, their own: "AU12_R" is a side, OpenFace's "AU12_r" an intensity.
std::string blendshape_key(const std::string& name);

}  // namespace facelex
