#include "facelex/compare/assignment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"

namespace facelex {
namespace {

double sum_of(const Eigen::MatrixXd& scores, const std::vector<Eigen::Index>& columns) {
  double sum = 0;
  for (std::size_t r = 0; r < columns.size(); ++r)
    if (columns[r] >= 0) sum += scores(static_cast<Eigen::Index>(r), columns[r]);
  return sum;
}

/// Over all injective maps of the smaller side into the larger one.
double best_by_trying(const Eigen::MatrixXd& scores) {
  if (scores.rows() > scores.cols()) return best_by_trying(scores.transpose());
  std::vector<Eigen::Index> order(static_cast<std::size_t>(scores.cols()));
  std::iota(order.begin(), order.end(), 0);
  double best = -1e300;
  do {
    double sum = 0;
    for (Eigen::Index r = 0; r < scores.rows(); ++r) sum += scores(r, order[static_cast<std::size_t>(r)]);
    best = std::max(best, sum);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

TEST(AssignmentTest, NoOtherAssignmentIsBetter) {
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    Random random(seed);
    const auto rows = static_cast<Eigen::Index>(1 + random.below(6));
    const auto columns = static_cast<Eigen::Index>(1 + random.below(6));
    Eigen::MatrixXd scores(rows, columns);
    // Every third case has many equal scores.
    for (double& value : scores.reshaped())
      value = seed % 3 == 0 ? static_cast<double>(random.below(3)) : random.normal();
    const auto chosen = best_assignment(scores);
    ASSERT_EQ(chosen.size(), static_cast<std::size_t>(rows));
    std::set<Eigen::Index> taken;
    for (const auto column : chosen) {
      ASSERT_LT(column, columns);
      if (column >= 0) {
        EXPECT_TRUE(taken.insert(column).second) << "seed " << seed << ": a column twice";
      }
    }
    EXPECT_EQ(taken.size(), static_cast<std::size_t>(std::min(rows, columns)));
    EXPECT_NEAR(sum_of(scores, chosen), best_by_trying(scores), 1e-12) << "seed " << seed;
  }
}

TEST(AssignmentTest, FindsAPermutationAgain) {
  Random random(5);
  std::vector<Eigen::Index> order(60);
  std::iota(order.begin(), order.end(), 0);
  random.shuffle(std::span<Eigen::Index>(order));
  Eigen::MatrixXd scores(60, 60);
  for (double& value : scores.reshaped()) value = random.uniform(0, 0.4);
  for (std::size_t r = 0; r < 60; ++r) scores(static_cast<Eigen::Index>(r), order[r]) = 0.9;
  EXPECT_EQ(best_assignment(scores), order);
}

TEST(AssignmentTest, NothingToAssign) {
  EXPECT_TRUE(best_assignment(Eigen::MatrixXd(0, 3)).empty());
  EXPECT_EQ(best_assignment(Eigen::MatrixXd(2, 0)), (std::vector<Eigen::Index>{-1, -1}));
}

TEST(AssignmentTest, ScoresMustBeFinite) {
  Eigen::MatrixXd scores = Eigen::MatrixXd::Zero(2, 2);
  scores(1, 0) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(best_assignment(scores), Error);
}

}  // namespace
}  // namespace facelex
