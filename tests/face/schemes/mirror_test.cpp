#include "facelex/face/schemes/mirror.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "facelex/core/random.hpp"
#include "facelex/face/schemes/features.hpp"
#include "facelex/face/schemes/signal_columns.hpp"

namespace facelex {
namespace {

std::vector<Column> named(const std::vector<std::string>& names) {
  std::vector<Column> columns;
  for (const auto& name : names) columns.push_back({name, "", ""});
  return columns;
}

std::vector<int> all_points() {
  std::vector<int> points;
  for (int i = 0; i < 68; ++i) points.push_back(i);
  return points;
}

TEST(MirrorTest, PointsAreTheirMirrorImagesMirrorImage) {
  for (int i = 0; i < 68; ++i) {
    const int other = mirrored_points[static_cast<std::size_t>(i)];
    EXPECT_EQ(mirrored_points[static_cast<std::size_t>(other)], i);
  }
  for (const int midline : {8, 27, 30, 33, 51, 57, 62, 66})
    EXPECT_EQ(mirrored_points[static_cast<std::size_t>(midline)], midline);
}

TEST(MirrorTest, AFeaturesMirrorImageIsAFeature) {
  for (const auto division :
       {FeatureDivision::facial_basis, FeatureDivision::split_mouth, FeatureDivision::dfecs}) {
    const auto features = facial_features(division);
    for (const auto& feature : features) {
      std::vector<int> image;
      for (const int point : feature.points)
        image.push_back(mirrored_points[static_cast<std::size_t>(point)]);
      std::sort(image.begin(), image.end());
      EXPECT_TRUE(std::any_of(features.begin(), features.end(), [&](const auto& other) {
        return other.points == image;
      })) << feature.name;
    }
  }
}

TEST(MirrorTest, MovementsToTheSideChangeTheirSign) {
  const auto columns = displacement_columns(all_points());
  const auto mirror = column_mirror(columns);
  ASSERT_TRUE(mirror);
  // The right brow's outer end goes out, up and back; the left one's then does.
  RowMatrix right = RowMatrix::Zero(1, 204);
  right(0, 17) = -3;
  right(0, 68 + 17) = -2;
  right(0, 136 + 17) = 1;
  RowMatrix left = RowMatrix::Zero(1, 204);
  left(0, 26) = 3;
  left(0, 68 + 26) = -2;
  left(0, 136 + 26) = 1;
  EXPECT_EQ(mirror->mirrored(right), left);
}

TEST(MirrorTest, TwiceIsNothing) {
  const auto mirror = column_mirror(displacement_columns(all_points()));
  ASSERT_TRUE(mirror);
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Random random(seed);
    RowMatrix rows(3, 204);
    for (double& value : rows.reshaped()) value = random.normal();
    EXPECT_NE(mirror->mirrored(rows), rows);
    EXPECT_EQ(mirror->mirrored(mirror->mirrored(rows)), rows);
  }
}

TEST(MirrorTest, NamedCoefficientsHaveSides) {
  const auto units = column_mirror(named({"e_AU12_L", "e_AU25", "e_AU12_R"}));
  ASSERT_TRUE(units);
  EXPECT_EQ(units->other, (std::vector<Eigen::Index>{2, 1, 0}));
  EXPECT_TRUE((units->sign.array() == 1).all());
  const auto blendshapes = column_mirror(named({"jawLeft", "jawOpen", "jawRight"}));
  ASSERT_TRUE(blendshapes);
  EXPECT_EQ(blendshapes->other, (std::vector<Eigen::Index>{2, 1, 0}));
}

TEST(MirrorTest, WhatIsNotKnownIsNotGuessed) {
  EXPECT_FALSE(column_mirror(named({"e_0", "e_1", "e_2"}))) << "statistical modes";
  EXPECT_FALSE(column_mirror(named({"dx_17", "dy_17"}))) << "one side alone";
  EXPECT_FALSE(column_mirror(named({"e_AU12_L", "e_AU25"})));
  EXPECT_FALSE(column_mirror({}));
}

TEST(MirrorTest, ColumnsOfPoints) {
  EXPECT_EQ(point_column("dZ_4")->axis, 'Z');
  EXPECT_EQ(point_column("dx_67")->point, 67);
  for (const char* name : {"dx_68", "dx_", "dx_-1", "dw_3", "e_17", "p_17", "dx_1a", "x_17", ""})
    EXPECT_FALSE(point_column(name)) << name;
}

}  // namespace
}  // namespace facelex
