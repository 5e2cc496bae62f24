#include "facelex/factor/kmeans.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "fixture.hpp"
#include "io/test_files.hpp"

namespace facelex {
namespace {

TEST(KMeans, FindsGroupsThatStandApart) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const RowMatrix places = 40 * normal_matrix(random, 4, 6);
    RowMatrix samples = normal_matrix(random, 200, 6);
    for (Eigen::Index t = 0; t < 200; ++t) samples.row(t) += places.row(t < 150 ? 0 : 1 + t % 3);
    const auto result = kmeans(samples, 12, seed);
    // No cluster holds samples of two groups.
    std::vector<std::set<Eigen::Index>> groups(12);
    for (Eigen::Index t = 0; t < 200; ++t)
      groups[static_cast<std::size_t>(result.cluster[static_cast<std::size_t>(t)])].insert(
          t < 150 ? 0 : 1 + t % 3);
    for (const auto& group : groups) EXPECT_LE(group.size(), 1u) << "seed " << seed;
  }
}

TEST(KMeans, EverySampleIsAtItsNearestCentreAndCentresAreMeans) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Random random(seed);
    const RowMatrix samples = normal_matrix(random, 150, 3);
    const auto result = kmeans(samples, 7, seed, 1000);
    ASSERT_EQ(result.centres.rows(), 7);
    EXPECT_EQ(std::accumulate(result.sizes.begin(), result.sizes.end(), std::int64_t{0}), 150);
    RowMatrix means = RowMatrix::Zero(7, 3);
    for (Eigen::Index t = 0; t < 150; ++t) {
      const auto own = result.cluster[static_cast<std::size_t>(t)];
      for (Eigen::Index c = 0; c < 7; ++c)
        EXPECT_LE((samples.row(t) - result.centres.row(own)).norm(),
                  (samples.row(t) - result.centres.row(c)).norm() + 1e-12);
      means.row(own) += samples.row(t) / static_cast<double>(result.sizes[static_cast<std::size_t>(own)]);
    }
    EXPECT_LT((means - result.centres).cwiseAbs().maxCoeff(), 1e-12);
  }
}

TEST(KMeans, TheSameForAnyThreadsAndOtherForAnotherSeed) {
  Random random(5);
  const RowMatrix samples = normal_matrix(random, 3000, 4);
  Work work;
  work.threads = 3;
  const auto one = kmeans(samples, 9, 1, 5), three = kmeans(samples, 9, 1, 5, work);
  EXPECT_TRUE(one.centres == three.centres);
  EXPECT_EQ(one.cluster, three.cluster);
  EXPECT_EQ(one.iterations, 5);
  EXPECT_FALSE(kmeans(samples, 9, 2, 5).centres == one.centres);
}

TEST(KMeans, HasNoMoreClustersThanDifferentSamples) {
  RowMatrix samples = RowMatrix::Zero(20, 2);
  samples.row(4).setConstant(3);
  samples.row(9).setConstant(-1);
  EXPECT_EQ(kmeans(samples, 8, 1).centres.rows(), 3);
  EXPECT_EQ(kmeans(RowMatrix(samples.topRows(2)), 8, 1).centres.rows(), 1);
}

TEST(KMeans, SaysWhatIsWrong) {
  RowMatrix samples = RowMatrix::Zero(3, 2);
  EXPECT_TRUE(test::says(test::error_of([&] { kmeans(samples, 0, 1); }), {"clusters", "0"}));
  EXPECT_TRUE(test::says(test::error_of([&] { kmeans(samples, 1, 1, 0); }), {"max-iterations"}));
  EXPECT_TRUE(test::says(test::error_of([&] { kmeans(RowMatrix(0, 2), 1, 1); }), {"no samples"}));
  samples(1, 1) = std::nan("");
  EXPECT_TRUE(
      test::says(test::error_of([&] { kmeans(samples, 1, 1); }), {"column 2", "not a finite number"}));
}

}  // namespace
}  // namespace facelex
