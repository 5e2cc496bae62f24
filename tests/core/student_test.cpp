#include "facelex/core/student.hpp"

#include <gtest/gtest.h>

namespace facelex {
namespace {

TEST(Student, BoundsAreThoseOfTheTables) {
  // scipy.stats.t.ppf(0.5 + share / 2, degrees) of SciPy 1.10.1
  struct Case {
    double share;
    int degrees;
    double t;
  };
  for (const Case& one :
       {Case{.95, 1, 12.706204736432095}, Case{.95, 2, 4.302652729911275}, Case{.95, 3, 3.182446305284263},
        Case{.95, 9, 2.2621571627409915}, Case{.99, 10, 3.169272667175838},
        Case{.95, 100, 1.9839715184496334}, Case{.5, 5, .7266868437979397}})
    EXPECT_NEAR(student_bound(one.share, one.degrees), one.t, 1e-10) << one.degrees;
  for (int degrees = 1; degrees < 60; ++degrees)
    EXPECT_NEAR(student_within(student_bound(.9, degrees), degrees), .9, 1e-12) << degrees;
}

}  // namespace
}  // namespace facelex
