#include "facelex/core/false_discovery.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace facelex {
namespace {

constexpr double no_p = std::numeric_limits<double>::quiet_NaN();

TEST(BenjaminiHochberg, TheTableOfTheirPaper) {
  // Benjamini & Hochberg 1995, 3.1; q as R's p.adjust gives them.
  const std::vector<double> p = {.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
                                 .0459, .3240, .4262, .5719, .6528, .7590, 1};
  const std::vector<double> q = {.0015,           .003,           .0095,           .035625,        .0603,
                                 .0298 * 15 / 7,  .0298 * 15 / 7, .0645,           .0765,          .486,
                                 .4262 * 15 / 11, .714875,        .6528 * 15 / 13, .759 * 15 / 14, 1};
  const auto got = benjamini_hochberg(p);
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(got[i], q[i], 1e-12) << i;
  const auto mixed = benjamini_hochberg({no_p, .04, .01, no_p});
  EXPECT_TRUE(std::isnan(mixed[0]) && std::isnan(mixed[3]));
  EXPECT_DOUBLE_EQ(mixed[1], .04);
  EXPECT_DOUBLE_EQ(mixed[2], .02);
}

}  // namespace
}  // namespace facelex
