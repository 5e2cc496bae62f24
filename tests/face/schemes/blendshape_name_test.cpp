#include "facelex/face/schemes/blendshape_name.hpp"

#include <gtest/gtest.h>

namespace facelex {
namespace {

TEST(BlendshapeKey, IsOneForEverySpelling) {
  EXPECT_EQ(blendshape_key("eyeBlink_L"), blendshape_key("EyeBlinkLeft"));
  EXPECT_EQ(blendshape_key("eye_blink_R"), blendshape_key("eyeBlinkRight"));
  EXPECT_NE(blendshape_key("eyeBlink_L"), blendshape_key("eyeBlink_R"));
  EXPECT_EQ(blendshape_key("jawLeft"), "jawleft") << "a direction";
  EXPECT_EQ(blendshape_key("mouthLeft"), "mouthleft");
}

TEST(BlendshapeKey, ActionUnitsHaveOneSpelling) {
  EXPECT_NE(blendshape_key("AU12_r"), blendshape_key("AU12_R")) << "OpenFace's intensity";
  EXPECT_NE(blendshape_key("AU1_2"), blendshape_key("AU12"));
  EXPECT_EQ(blendshape_key("AU12_L"), "AU12_L");
}

}  // namespace
}  // namespace facelex
