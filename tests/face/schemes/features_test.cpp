#include "facelex/face/schemes/features.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace facelex {
namespace {

/// The number of the point that a point becomes when the face is seen in a mirror.
int mirrored_point(int point) {
  if (point <= 16) return 16 - point;
  if (point <= 26) return 43 - point;
  if (point <= 30) return point;
  if (point <= 35) return 66 - point;
  static const std::map<int, int> rest = {
      {36, 45}, {37, 44}, {38, 43}, {39, 42}, {40, 47}, {41, 46}, {42, 39}, {43, 38},
      {44, 37}, {45, 36}, {46, 41}, {47, 40}, {48, 54}, {49, 53}, {50, 52}, {51, 51},
      {52, 50}, {53, 49}, {54, 48}, {55, 59}, {56, 58}, {57, 57}, {58, 56}, {59, 55},
      {60, 64}, {61, 63}, {62, 62}, {63, 61}, {64, 60}, {65, 67}, {66, 66}, {67, 65}};
  return rest.at(point);
}

std::vector<std::string> names(FeatureDivision division) {
  std::vector<std::string> result;
  for (const auto& feature : facial_features(division)) result.push_back(feature.name);
  return result;
}

TEST(Features, NamesInOrder) {
  EXPECT_EQ(names(FeatureDivision::facial_basis),
            (std::vector<std::string>{"LB", "RB", "NO", "LE", "RE", "MO"}));
  EXPECT_EQ(names(FeatureDivision::split_mouth),
            (std::vector<std::string>{"LB", "RB", "NO", "LE", "RE", "UL", "LL"}));
  EXPECT_EQ(names(FeatureDivision::dfecs),
            (std::vector<std::string>{"LB", "RB", "LE", "RE", "NO", "MO", "JA"}));
}

TEST(Features, PartitionThePoints) {
  for (const auto division :
       {FeatureDivision::facial_basis, FeatureDivision::split_mouth, FeatureDivision::dfecs}) {
    std::set<int> seen;
    std::size_t count = 0;
    for (const auto& feature : facial_features(division)) {
      EXPECT_TRUE(std::is_sorted(feature.points.begin(), feature.points.end())) << feature.name;
      seen.insert(feature.points.begin(), feature.points.end());
      count += feature.points.size();
    }
    const int first = division == FeatureDivision::dfecs ? 0 : 17;
    EXPECT_EQ(seen.size(), count) << "a point in two features";
    EXPECT_EQ(static_cast<int>(count), 68 - first);
    EXPECT_EQ(*seen.begin(), first);
    EXPECT_EQ(*seen.rbegin(), 67);
  }
}

TEST(Features, LeftAndRightAreMirrorImages) {
  const std::map<std::string, std::string> mirror = {{"LB", "RB"}, {"RB", "LB"}, {"LE", "RE"},
                                                     {"RE", "LE"}, {"NO", "NO"}, {"MO", "MO"},
                                                     {"UL", "UL"}, {"LL", "LL"}, {"JA", "JA"}};
  for (const auto division :
       {FeatureDivision::facial_basis, FeatureDivision::split_mouth, FeatureDivision::dfecs}) {
    const auto features = facial_features(division);
    for (const auto& feature : features) {
      std::vector<int> reflected;
      for (const int point : feature.points) reflected.push_back(mirrored_point(point));
      std::sort(reflected.begin(), reflected.end());
      const auto other = std::find_if(features.begin(), features.end(), [&](const FacialFeature& f) {
        return f.name == mirror.at(feature.name);
      });
      ASSERT_NE(other, features.end());
      EXPECT_EQ(reflected, other->points) << feature.name;
    }
  }
}

TEST(Features, LeftBrowIsTheSubjects) {
  EXPECT_EQ(facial_features(FeatureDivision::dfecs)[0].points, (std::vector<int>{22, 23, 24, 25, 26}));
}

TEST(Features, ColumnsOfAFeatureInTheSignalsOrder) {
  const FacialFeature feature{"LB", "left brow", {22, 23}};
  const std::vector<Column> columns = {
      {"dx_22", "", ""}, {"dx_2", "", ""},  {"dy_23", "", ""},  {"dZ_22", "", ""},        {"LB-22", "", ""},
      {"_22", "", ""},   {"dx_", "", ""},   {"dx_22b", "", ""}, {"gaze_0_x", "", ""},     {"d1_22", "", ""},
      {"x_222", "", ""}, {"x_+22", "", ""}, {"dx_22 ", "", ""}, {"x_99999999999", "", ""}};
  EXPECT_EQ(feature_columns(feature, columns), (std::vector<Eigen::Index>{0, 2, 3}));
  EXPECT_TRUE(feature_columns(feature, {{"token-1", "", ""}}).empty());
  EXPECT_TRUE(feature_columns(feature, {}).empty());
}

}  // namespace
}  // namespace facelex
