#include "facelex/features/tokens/features.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "facelex/core/error.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

constexpr const char* header = "frame,face_id,timestamp,confidence,success,q0,q1\n";

class TokenFeatures : public ::testing::Test {
 protected:
  VideoFeatures features(const std::string& rows) const {
    return token_features({{folder.write("a.csv", header + rows), "a"}}, options);
  }
  test::TemporaryFolder folder;
  TokenFeatureOptions options{4, true, true, 0, false};
};

TEST_F(TokenFeatures, CountedByHand) {
  // Frame 3 has no face; frame 5 is not in the file.
  const auto made = features(
      "1,0,0,1,1,0,2\n2,0,0.1,1,1,0,1\n3,0,0.2,0,0,,\n4,0,0.3,1,1,0,1\n6,0,0.5,1,1,0,1\n7,0,0.6,1,1,3,1\n");
  ASSERT_EQ(made.columns.size(), 4U + 16 + 4);
  const auto& v = made.rows.at(0).values;
  EXPECT_DOUBLE_EQ(v[0], 4 / 10.0);
  EXPECT_DOUBLE_EQ(v[1], 4 / 10.0);
  EXPECT_DOUBLE_EQ(v[2], 1 / 10.0);
  EXPECT_DOUBLE_EQ(v[3], 1 / 10.0);
  // Successions 1→2 and 6→7: 0>0, 0>3 in the first stage, 2>1, 1>1 in the second.
  EXPECT_EQ(made.columns[4 + 3].name, "token-0>3");
  for (std::size_t k = 0; k < 16; ++k)
    EXPECT_DOUBLE_EQ(v[4 + k], k == 0 || k == 3 || k == 9 || k == 5 ? 0.25 : 0) << k;
  // Runs of 0: two frames, one, one.
  EXPECT_EQ(made.columns[20].name, "token-0 dwell");
  EXPECT_NEAR(v[20], 4 / 3.0 / 10, 1e-12);
  EXPECT_NEAR(v[21], 4 / 3.0 / 10, 1e-12);
  EXPECT_NEAR(v[23], 0.1, 1e-12);
  EXPECT_EQ(made.rows[0].details["frames"], 5);
}

TEST_F(TokenFeatures, OptionsAddColumns) {
  const std::string rows = "1,0,,1,1,0,2\n2,0,,1,1,2,1\n";
  EXPECT_THROW(features(rows), Error) << "no time stamps";
  options.fps = 25;
  EXPECT_NEAR(features(rows).rows[0].values[20], 0.04, 1e-12);
  EXPECT_TRUE(std::isnan(features(rows).rows[0].values[23])) << "never came";
  options.dwell = false;
  EXPECT_THROW(features(rows), Error) << "counts know no time";
  options.fps = 0;
  EXPECT_EQ(features(rows).columns.size(), 20U);
  options.bigrams = false;
  EXPECT_EQ(features(rows).columns.size(), 4U);
  options.codes = 5;
  EXPECT_EQ(features(rows).columns.size(), 5U);
}

TEST_F(TokenFeatures, TimeStampsThatAreWrongCanBeIgnored) {
  const std::string rows = "1,0,0,1,1,0,2\n2,0,0.001,1,1,0,1\n";
  options.fps = 25;
  EXPECT_NEAR(features(rows).rows[0].values[20], 0.002, 1e-12);
  options.ignore_timestamps = true;
  EXPECT_NEAR(features(rows).rows[0].values[20], 0.08, 1e-12);
  options.fps = 0;
  EXPECT_THROW(options.check(), Error);
}

TEST_F(TokenFeatures, WhatIsNoTokenIsNamed) {
  const auto problem = [&](const std::string& rows) -> std::string {
    try {
      features(rows);
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  };
  EXPECT_NE(problem("1,0,0,1,1,0,4\n").find("frame 1: 4 is not a token 0"), std::string::npos);
  EXPECT_NE(problem("1,0,0,1,1,0,0.5\n").find("0.5 is not a token"), std::string::npos);
  EXPECT_NE(problem("1,0,0,0,0,,\n").find("no frame has tokens"), std::string::npos);
  folder.write("b.csv", "frame,e_x\n1,1\n");
  EXPECT_THROW(token_features({{folder / "b.csv", "b"}}, options), Error);
  options.codes = 0;
  EXPECT_NE(problem("1,0,0,1,1,0,0\n").find("codes 64"), std::string::npos);
}

}  // namespace
}  // namespace facelex
