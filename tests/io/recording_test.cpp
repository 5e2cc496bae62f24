#include "facelex/io/recording.hpp"

#include <gtest/gtest.h>

#include "test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

using Names = std::vector<std::string>;
using Groups = std::vector<std::vector<Eigen::Index>>;

Recording of_frames(const std::vector<std::pair<std::int64_t, int>>& frames) {
  Recording recording;
  for (const auto& [number, face] : frames) recording.frames.push_back({number, face, 0, 1, true});
  recording.values.resize(static_cast<Eigen::Index>(frames.size()), 1);
  return recording;
}

TEST(SignalKind, NamesReadBack) {
  for (const auto kind :
       {SignalKind::landmarks, SignalKind::keypoint_motion, SignalKind::displacement, SignalKind::expression,
        SignalKind::fit, SignalKind::coefficients, SignalKind::tokens, SignalKind::other})
    EXPECT_EQ(kind_from_name(kind_name(kind)), kind);
  EXPECT_TRUE(says(error_of([] { kind_from_name("mesh"); }), {"'mesh'", "landmarks", "tokens"}));
}

TEST(SignalKind, IsToldByTheNamesOfColumns) {
  EXPECT_EQ(kind_from_columns({"gaze", "x_0", "x_1", "y_0", "y_1"}), SignalKind::landmarks);
  EXPECT_EQ(kind_from_columns({"dx_17", "dx_18", "dy_17", "dy_18"}), SignalKind::keypoint_motion);
  EXPECT_EQ(kind_from_columns({"dX_0", "dY_0", "dZ_0"}), SignalKind::displacement);
  EXPECT_EQ(kind_from_columns({"e_0", "e_1"}), SignalKind::expression);
  EXPECT_EQ(kind_from_columns({"e_AU12_L", "pose_Tx"}), SignalKind::expression);
  EXPECT_EQ(kind_from_columns({"e_AU12_L", "dX_0", "dY_0", "dZ_0"}), SignalKind::fit);
  EXPECT_TRUE(gives(SignalKind::fit, SignalKind::expression));
  EXPECT_TRUE(gives(SignalKind::displacement, SignalKind::displacement));
  EXPECT_FALSE(gives(SignalKind::displacement, SignalKind::fit));
  EXPECT_EQ(kind_from_columns({"q1", "q2"}), SignalKind::tokens);
  EXPECT_EQ(kind_from_columns({"q1", "loudness"}), SignalKind::other);
  EXPECT_EQ(kind_from_columns({"LB-1", "MO-2"}), SignalKind::other);
  EXPECT_EQ(kind_from_columns({"x_0", "x_1"}), SignalKind::other);
  EXPECT_EQ(kind_from_columns({"x_left", "y_left"}), SignalKind::other);
  EXPECT_EQ(kind_from_columns({}), SignalKind::other);
}

TEST(SignalKind, KnowsArkitsBlendshapesInBothSpellings) {
  const Names sided = {"browDown",     "browOuterUp",  "cheekSquint",    "eyeBlink",   "eyeLookDown",
                       "eyeLookIn",    "eyeLookOut",   "eyeLookUp",      "eyeSquint",  "eyeWide",
                       "mouthDimple",  "mouthFrown",   "mouthLowerDown", "mouthPress", "mouthSmile",
                       "mouthStretch", "mouthUpperUp", "noseSneer"};
  Names names = {"browInnerUp",    "cheekPuff",       "jawForward",      "jawLeft",
                 "jawOpen",        "jawRight",        "mouthClose",      "mouthFunnel",
                 "mouthLeft",      "mouthPucker",     "mouthRight",      "mouthRollLower",
                 "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "tongueOut"};
  Names short_names = names;
  for (const auto& name : sided)
    for (const char* side : {"Left", "Right"}) {
      names.push_back(name + side);
      short_names.push_back(name + "_" + side[0]);
    }
  ASSERT_EQ(names.size(), 52u);
  EXPECT_EQ(kind_from_columns(names), SignalKind::expression);
  EXPECT_EQ(kind_from_columns(short_names), SignalKind::expression);
  for (const std::size_t left_out : {0u, 20u, 51u}) {
    Names fewer = names;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(left_out));
    EXPECT_EQ(kind_from_columns(fewer), SignalKind::other) << names[left_out];
  }
}

TEST(Recording, FindsAColumn) {
  Recording recording;
  recording.columns = {{"a", "", ""}, {"b", "", ""}};
  EXPECT_EQ(recording.column("b"), 1);
  EXPECT_EQ(recording.column("c"), -1);
}

TEST(Recording, OneFaceIsOneGroupThoughItsTrackBreaks) {
  EXPECT_EQ(of_frames({{1, 0}, {2, -1}, {3, 4}}).faces(), (Groups{{0, 1, 2}}));
  EXPECT_EQ(of_frames({}).faces(), Groups{});
}

TEST(Recording, SeveralFacesAreGroupsInOrderOfAppearance) {
  EXPECT_EQ(of_frames({{1, 7}, {1, 2}, {2, -1}, {3, 2}, {3, 7}, {4, 9}}).faces(),
            (Groups{{0, 4}, {1, 3}, {5}}));
}

}  // namespace
