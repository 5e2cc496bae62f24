#include "face/fit/box.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "facelex/core/random.hpp"

namespace facelex {
namespace {

struct Problem {
  Eigen::MatrixXd matrix;
  Eigen::VectorXd right_side, lower, upper;
};

Problem random_problem(std::uint64_t seed) {
  Random random(seed);
  const auto size = static_cast<Eigen::Index>(1 + random.below(30));
  Eigen::MatrixXd root(size, size + 3);
  for (Eigen::Index i = 0; i < root.size(); ++i) root.data()[i] = random.normal();
  Problem problem{root * root.transpose(), Eigen::VectorXd(size), Eigen::VectorXd(size),
                  Eigen::VectorXd(size)};
  for (Eigen::Index i = 0; i < size; ++i) {
    problem.right_side[i] = 20 * random.normal();
    problem.lower[i] = random.below(3) == 0 ? 0 : random.uniform(-2, 0.5);
    problem.upper[i] = problem.lower[i] + random.uniform(0, 2);
    if (random.below(4) == 0) problem.lower[i] = -std::numeric_limits<double>::infinity();
    if (random.below(4) == 0) problem.upper[i] = std::numeric_limits<double>::infinity();
  }
  return problem;
}

/// Coordinate descent: slow, sure, and another way.
Eigen::VectorXd plain_minimum_in_box(const Problem& problem) {
  Eigen::VectorXd x = Eigen::VectorXd::Zero(problem.right_side.size());
  for (int sweep = 0; sweep < 20000; ++sweep)
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      const double rest = problem.right_side[i] - problem.matrix.row(i).dot(x) + problem.matrix(i, i) * x[i];
      x[i] = std::min(std::max(rest / problem.matrix(i, i), problem.lower[i]), problem.upper[i]);
    }
  return x;
}

double value(const Problem& problem, const Eigen::VectorXd& x) {
  return 0.5 * x.dot(problem.matrix * x) - problem.right_side.dot(x);
}

TEST(LeastInBox, IsWhatCoordinateDescentFinds) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Problem problem = random_problem(seed);
    const Eigen::VectorXd x =
        minimum_in_box(problem.matrix, problem.right_side, problem.lower, problem.upper);
    const Eigen::VectorXd plain = plain_minimum_in_box(problem);
    EXPECT_NEAR(value(problem, x), value(problem, plain), 1e-6 * (1 + std::abs(value(problem, plain))))
        << "seed " << seed;
    EXPECT_TRUE((x.array() >= problem.lower.array() && x.array() <= problem.upper.array()).all()) << seed;
  }
}

TEST(LeastInBox, ReadsTheLowerHalfAlone) {
  const Problem problem = random_problem(5);
  Eigen::MatrixXd lower_half = problem.matrix;
  lower_half.triangularView<Eigen::StrictlyUpper>().setConstant(1e9);
  EXPECT_EQ(minimum_in_box(lower_half, problem.right_side, problem.lower, problem.upper),
            minimum_in_box(problem.matrix, problem.right_side, problem.lower, problem.upper));
}

TEST(LeastInBox, WithoutBoundsSolvesTheEquations) {
  const Problem problem = random_problem(8);
  const Eigen::VectorXd none =
      Eigen::VectorXd::Constant(problem.right_side.size(), std::numeric_limits<double>::infinity());
  const Eigen::VectorXd x = minimum_in_box(problem.matrix, problem.right_side, -none, none);
  EXPECT_LT((problem.matrix * x - problem.right_side).norm(), 1e-8 * problem.right_side.norm());
}

}  // namespace
}  // namespace facelex
