#include "facelex/core/quantiles.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace facelex {
namespace {

TEST(Quantiles, LieBetweenRanksInEqualSteps) {
  EXPECT_EQ(quantile_of({3, 1, 2}, 0.25), 1.5);
  EXPECT_EQ(quantile_of({3, 1, 2}, 0), 1);
  EXPECT_EQ(quantile_of({3, 1, 2}, 1), 3);
  EXPECT_EQ(quantile_of({4, 1, 3, 2}, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(quantile_of({10, 20, 40, 80, 160}, 0.9), 128);  // numpy.quantile
}

TEST(Quantiles, OfOneValueAreThatValueAndOfNoneMissing) {
  for (const double p : {0.0, 0.3, 1.0}) {
    EXPECT_EQ(quantile_of({7}, p), 7);
    EXPECT_TRUE(std::isnan(quantile_of({}, p)));
  }
}

}  // namespace
}  // namespace facelex
