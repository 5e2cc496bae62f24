#include "facelex/core/ordered_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "facelex/core/random.hpp"

namespace facelex {
namespace {

template <class Number>
class OrderedSums : public testing::Test {};
using Numbers = testing::Types<float, double>;
TYPED_TEST_SUITE(OrderedSums, Numbers);

TYPED_TEST(OrderedSums, AreTheSameAtEveryAddress) {
  for (const std::ptrdiff_t count : {0, 1, 7, 8, 9, 31, 250, 1003}) {
    Random random(static_cast<std::uint64_t>(count));
    std::vector<TypeParam> values(static_cast<std::size_t>(count));
    for (TypeParam& value : values) value = static_cast<TypeParam>(random.normal());
    const TypeParam sum = ordered_sum(values.data(), count);
    const TypeParam squares = ordered_squares(values.data(), count, TypeParam{3});
    for (std::size_t shift = 1; shift < 64 / sizeof(TypeParam); ++shift) {
      std::vector<TypeParam> moved(shift + values.size());
      std::copy(values.begin(), values.end(), moved.begin() + static_cast<std::ptrdiff_t>(shift));
      EXPECT_EQ(ordered_sum(moved.data() + shift, count), sum) << count << " " << shift;
      EXPECT_EQ(ordered_squares(moved.data() + shift, count, TypeParam{3}), squares) << count << " " << shift;
    }
    double expected = 0, expected_squares = 0;
    for (const TypeParam value : values) {
      expected += static_cast<double>(value);
      expected_squares += std::pow(static_cast<double>(value) - 3, 2);
    }
    const double rounding = sizeof(TypeParam) == sizeof(float) ? 1e-6 : 1e-14;
    EXPECT_NEAR(static_cast<double>(sum), expected, rounding * static_cast<double>(count));
    EXPECT_NEAR(static_cast<double>(squares), expected_squares, 30 * rounding * static_cast<double>(count));
  }
}

TYPED_TEST(OrderedSums, AddInTheOrderThatTheHeaderSays) {
  // Powers of two that are lost or kept by the order of the additions.
  const TypeParam large =
      sizeof(TypeParam) == sizeof(float) ? TypeParam{1 << 25} : std::ldexp(TypeParam{1}, 54);
  const std::vector<TypeParam> values = {large, 1, 0, 1, -large, 1, 0, 1, 0};
  EXPECT_EQ(ordered_sum(values.data(), 9), TypeParam{4});
  const std::vector<TypeParam> lost = {large, 1, 0, 0, 0, 0, 0, 0, -large};
  EXPECT_EQ(ordered_sum(lost.data(), 9), TypeParam{1});
  const std::vector<TypeParam> swallowed = {large, 0, 1, 0, 0, 0, -large, 0};
  EXPECT_EQ(ordered_sum(swallowed.data(), 8), TypeParam{0});
}

}  // namespace
}  // namespace facelex
