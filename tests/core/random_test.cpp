#include "facelex/core/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

namespace {

using facelex::Random;

TEST(Random, FirstOutputsAreThoseOfTheAlgorithm) {
  // From a Python program of the published pseudocode (xoshiro256++, splitmix64), not from this code.
  const std::pair<std::uint64_t, std::array<std::uint64_t, 4>> expected[] = {
      {0, {0x53175d61490b23df, 0x61da6f3dc380d507, 0x5c0fdf91ec9a7bfc, 0x02eebf8c3bbe5e1a}},
      {42, {0xd0764d4f4476689f, 0x519e4174576f3791, 0xfbe07cfb0c24ed8c, 0xb37d9f600cd835b8}},
      {~std::uint64_t{0}, {0x56ccf8ce948e27b2, 0xe68588432e5a5b90, 0xe3e9b5a48119ca8b, 0x460f19495532ae73}}};
  for (const auto& [seed, outputs] : expected) {
    Random random(seed);
    for (const auto output : outputs) EXPECT_EQ(random.next(), output) << "seed " << seed;
  }
}

TEST(Random, UniformStaysInItsRange) {
  Random random(1);
  double sum = 0;
  constexpr int count = 100000;
  for (int i = 0; i < count; ++i) {
    const double u = random.uniform(), v = random.uniform(-3, 5);
    ASSERT_TRUE(u >= 0 && u < 1);
    ASSERT_TRUE(v >= -3 && v < 5);
    sum += u;
  }
  EXPECT_NEAR(sum / count, 0.5, 5 / std::sqrt(12.0 * count));
}

TEST(Random, BelowHasNoBias) {
  // 3·2^62 leaves a third of the range for a biased generator (r % bound) to hit its lower third twice.
  constexpr std::uint64_t third = std::uint64_t{1} << 62, bound = 3 * third;
  Random random(2);
  constexpr int count = 30000;
  int in_third[3] = {};
  for (int i = 0; i < count; ++i) ++in_third[random.below(bound) / third];
  for (const int n : in_third) EXPECT_NEAR(n, count / 3, 5 * std::sqrt(count * 2.0 / 9));

  for (const std::uint64_t small : {1u, 2u, 7u, 10u}) {
    std::vector<int> counts(small);
    for (int i = 0; i < count; ++i) ++counts.at(random.below(small));
    const double expected = static_cast<double>(count) / static_cast<double>(small);
    for (const int n : counts) EXPECT_NEAR(n, expected, 5 * std::sqrt(expected) + (small == 1 ? 0 : 1));
  }
}

TEST(Random, NormalHasTheMomentsOfTheNormalDistribution) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    Random random(seed);
    constexpr int count = 200000;
    double sums[5] = {};
    int within_one = 0;
    for (int i = 0; i < count; ++i) {
      const double x = random.normal();
      double power = 1;
      for (double& sum : sums) {
        sum += power;
        power *= x;
      }
      within_one += std::abs(x) < 1;
    }
    const double root = std::sqrt(count);
    EXPECT_NEAR(sums[1] / count, 0, 5 / root);
    EXPECT_NEAR(sums[2] / count, 1, 5 * std::sqrt(2.0) / root);
    EXPECT_NEAR(sums[3] / count, 0, 5 * std::sqrt(15.0) / root);
    EXPECT_NEAR(sums[4] / count, 3, 5 * std::sqrt(96.0) / root);
    EXPECT_NEAR(static_cast<double>(within_one) / count, 0.6826895, 5 * 0.4655 / root);
  }
}

TEST(Random, StreamsDifferAndLeaveTheirSourceAlone) {
  const Random source(7);
  Random untouched(7), copy = source;
  std::vector<std::uint64_t> first;
  for (std::uint64_t i = 0; i < 1000; ++i) first.push_back(source.stream(i).next());
  EXPECT_EQ(copy.next(), untouched.next());
  EXPECT_EQ(source.stream(3).next(), first[3]);
  std::sort(first.begin(), first.end());
  EXPECT_EQ(std::adjacent_find(first.begin(), first.end()), first.end());
  EXPECT_NE(Random(8).stream(3).next(), source.stream(3).next());
}

TEST(Random, ShufflesEveryPermutationEquallyOften) {
  Random random(3);
  constexpr int count = 24000;
  std::vector<int> seen(24);
  for (int i = 0; i < count; ++i) {
    std::vector<int> items = {0, 1, 2, 3};
    random.shuffle(std::span<int>(items));
    int rank = 0;
    for (int a = 0; a < 4; ++a) {
      const int smaller_after = static_cast<int>(std::count_if(
          items.begin() + a, items.end(), [&](int x) { return x < items[static_cast<std::size_t>(a)]; }));
      rank = rank * (4 - a) + smaller_after;
    }
    ++seen.at(static_cast<std::size_t>(rank));
  }
  for (const int n : seen) EXPECT_NEAR(n, count / 24, 5 * std::sqrt(count / 24.0));
}

}  // namespace
