#include "facelex/core/student.hpp"

#include <gtest/gtest.h>

namespace facelex {
namespace {

TEST(Student, BoundsAreThoseOfTheTables) {
  // Roots of 1 - scipy.special.betainc(degrees / 2, 1 / 2, degrees / (degrees + t²)) - share, SciPy 1.10.1;
  // its t.ppf has nine digits.
  struct Case {
    double share;
    int degrees;
    double t;
  };
  for (const Case& one :
       {Case{.95, 1, 12.706204736174696}, Case{.95, 2, 4.302652729749462}, Case{.95, 3, 3.182446305283709},
        Case{.95, 9, 2.2621571627982053}, Case{.99, 10, 3.16927267261695}, Case{.95, 100, 1.9839715185235545},
        Case{.5, 5, .7266868438004227}})
    EXPECT_NEAR(student_bound(one.share, one.degrees), one.t, 1e-10) << one.degrees;
  for (int degrees = 1; degrees < 60; ++degrees)
    EXPECT_NEAR(student_within(student_bound(.9, degrees), degrees), .9, 1e-12) << degrees;
}

}  // namespace
}  // namespace facelex
