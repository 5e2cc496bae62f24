#include "facelex/factor/nmf/nmf.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "facelex/core/error.hpp"
#include "factor/fixture.hpp"

namespace facelex {
namespace {

/// What `true_components` non-negative components make, with a little noise.
RowMatrix non_negative_samples(Random& random, Eigen::Index rows, Eigen::Index columns,
                               Eigen::Index true_components) {
  RowMatrix a = normal_matrix(random, rows, true_components).cwiseMax(0);
  const RowMatrix b = normal_matrix(random, true_components, columns).cwiseMax(0);
  return (a * b + 0.02 * normal_matrix(random, rows, columns)).cwiseMax(0);
}

double objective_of(const RowMatrix& v, const NmfResult& result, const NmfOptions& options) {
  const double squares = (v - result.a * result.b).squaredNorm(), a = result.a.sum(), b = result.b.sum();
  if (options.penalty == NmfPenalty::paper) return squares + options.alpha_a * a + options.alpha_b * b;
  return 0.5 * squares + options.alpha_a * static_cast<double>(v.cols()) * a +
         options.alpha_b * static_cast<double>(v.rows()) * b;
}

TEST(Nmf, TheParitySolverIsScikitLearns) {
  for (const Json& test : sklearn_fixture().at("nmf")) {
    const RowMatrix v = matrix_from(test.at("v"));
    NmfOptions options;
    options.solver = NmfSolver::sklearn;
    options.penalty = NmfPenalty::sklearn;
    options.alpha_a = test.at("alpha_a").get<double>();
    options.alpha_b = test.at("alpha_b").get<double>();
    options.tolerance = test.at("tolerance").get<double>();
    options.start = test.at("start") == "nndsvd" ? NmfStart::nndsvd : NmfStart::nndsvda;
    const NmfResult result = factorize_nmf(v, test.at("components").get<Eigen::Index>(), options);
    EXPECT_NEAR(result.iterations, test.at("iterations").get<int>(), 3);
    EXPECT_NEAR(result.objective.back() / test.at("objective").get<double>(), 1, 1e-7);
    EXPECT_LT((result.a - matrix_from(test.at("a"))).cwiseAbs().maxCoeff(), 1e-4);
    EXPECT_LT((result.b - matrix_from(test.at("b"))).cwiseAbs().maxCoeff(), 1e-4);
    EXPECT_TRUE(result.converged);

    options.solver = NmfSolver::fast;
    options.tolerance = 1e-9;
    const NmfResult fast = factorize_nmf(v, test.at("components").get<Eigen::Index>(), options);
    EXPECT_LE(fast.objective.back(), test.at("objective").get<double>() * (1 + 1e-6));
  }
}

TEST(Nmf, BothPenaltiesAreThoseOfTheirDefinitionsAndFall) {
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    Random random(seed);
    const Eigen::Index rows = seed % 2 == 0 ? 60 : 9, columns = seed % 2 == 0 ? 9 : 60;
    const RowMatrix v = non_negative_samples(random, rows, columns, 4);
    NmfOptions options;
    options.penalty = seed % 3 == 0 ? NmfPenalty::sklearn : NmfPenalty::paper;
    options.alpha_a = seed % 3 == 0 ? 0.003 : 0.3;
    options.alpha_b = seed % 3 == 0 ? 0.01 : 0.5;
    options.solver = seed % 4 < 2 ? NmfSolver::fast : NmfSolver::sklearn;
    options.start = seed % 5 == 0 ? NmfStart::random : seed % 5 == 1 ? NmfStart::nndsvd : NmfStart::nndsvda;
    options.max_iterations = 60;
    const NmfResult result = factorize_nmf(v, 4, options);
    ASSERT_EQ(result.a.rows(), rows);
    ASSERT_EQ(result.b.cols(), columns);
    EXPECT_GE(result.a.minCoeff(), 0);
    EXPECT_GE(result.b.minCoeff(), 0);
    EXPECT_NEAR(result.objective.back() / objective_of(v, result, options), 1, 1e-10) << "seed " << seed;
    EXPECT_LT(result.objective.back(), result.objective.front());
    for (std::size_t i = 1; options.solver == NmfSolver::sklearn && i < result.objective.size(); ++i)
      EXPECT_LE(result.objective[i], result.objective[i - 1] * (1 + 1e-12)) << "seed " << seed;
    EXPECT_EQ(result.objective.size(), static_cast<std::size_t>(result.iterations));
  }
}

// Turned over, the problem is the same with A and B in each other's place.
TEST(Nmf, OfTheTransposeIsTheTranspose) {
  Random random(8);
  const RowMatrix v = non_negative_samples(random, 50, 8, 3), transposed = v.transpose();
  NmfOptions options;
  options.alpha_a = 0.2;
  options.alpha_b = 0.7;
  const NmfResult upright = factorize_nmf(v, 3, options);
  std::swap(options.alpha_a, options.alpha_b);
  const NmfResult flat = factorize_nmf(transposed, 3, options);
  EXPECT_LT((upright.a - flat.b.transpose()).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_LT((upright.b - flat.a.transpose()).cwiseAbs().maxCoeff(), 1e-12);
}

TEST(Nmf, FastReachesTheParitySolversObjectiveOverManySeeds) {
  int fast_iterations = 0, parity_iterations = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(100 + seed);
    const RowMatrix v = non_negative_samples(random, 80, 12, 5);
    NmfOptions options;
    options.alpha_a = options.alpha_b = seed % 2 == 0 ? 0.2 : 0;
    options.tolerance = 1e-8;
    options.max_iterations = 3000;
    const NmfResult fast = factorize_nmf(v, 5, options);
    options.solver = NmfSolver::sklearn;
    options.tolerance = 1e-7;
    const NmfResult parity = factorize_nmf(v, 5, options);
    // Both may end in different local minima; few do.
    EXPECT_LE(fast.objective.back(), parity.objective.back() * 1.02) << "seed " << seed;
    fast_iterations += fast.iterations;
    parity_iterations += parity.iterations;
  }
  EXPECT_LT(2 * fast_iterations, parity_iterations);
}

// In the optimum over the scale of each component the two penalties are equal.
TEST(Nmf, TheScaleOfAComponentIsItsBest) {
  Random random(4);
  const RowMatrix v = non_negative_samples(random, 70, 10, 4);
  NmfOptions options;
  options.alpha_a = 0.5;
  options.alpha_b = 2;
  const NmfResult result = factorize_nmf(v, 4, options);
  for (Eigen::Index j = 0; j < 4; ++j)
    EXPECT_NEAR(0.5 * result.a.col(j).sum() / (2 * result.b.row(j).sum()), 1, 1e-9);
}

TEST(Nmf, PenaltiesThatNothingIsWorthMakeDeadComponentsOfZeros) {
  Random random(6);
  const RowMatrix v = non_negative_samples(random, 40, 8, 2);
  NmfOptions options;
  options.alpha_a = options.alpha_b = 1000;
  const NmfResult result = factorize_nmf(v, 3, options);
  EXPECT_EQ(result.a.sum(), 0);
  EXPECT_EQ(result.b.sum(), 0);
  EXPECT_NEAR(result.objective.back() / v.squaredNorm(), 1, 1e-12);
}

TEST(Nmf, AMatrixOfLessRankThanComponentsIsNoError) {
  Random random(7);
  const RowMatrix a = normal_matrix(random, 30, 2).cwiseAbs(), b = normal_matrix(random, 2, 6).cwiseAbs();
  for (const auto start : {NmfStart::nndsvd, NmfStart::nndsvda, NmfStart::random}) {
    NmfOptions options;
    options.alpha_a = options.alpha_b = 0;
    options.start = start;
    const RowMatrix v = a * b;
    const NmfResult result = factorize_nmf(v, 5, options);
    EXPECT_TRUE(result.a.allFinite() && result.b.allFinite());
    EXPECT_LT((v - result.a * result.b).squaredNorm() / v.squaredNorm(), 1e-3);
  }
  NmfOptions random_start;
  random_start.start = NmfStart::random;
  EXPECT_EQ(factorize_nmf(a * b, 9, random_start).a.cols(), 9) << "more components than columns";
}

TEST(Nmf, TheSameBytesForAnyThreads) {
  Random random(9);
  const RowMatrix v = non_negative_samples(random, 3000, 12, 6);
  for (const auto solver : {NmfSolver::fast, NmfSolver::sklearn}) {
    NmfOptions options;
    options.solver = solver;
    options.max_iterations = 20;
    Work three;
    three.threads = 3;
    const NmfResult one = factorize_nmf(v, 6, options), other = factorize_nmf(v, 6, options, three);
    EXPECT_EQ(one.a, other.a);
    EXPECT_EQ(one.b, other.b);
    EXPECT_EQ(one.objective, other.objective);
  }
}

TEST(Nmf, EveryOptionChangesTheResult) {
  Random random(10);
  const RowMatrix v = non_negative_samples(random, 60, 8, 5);
  const auto run = [&](auto change) {
    NmfOptions options;
    options.max_iterations = 15;
    change(options);
    return factorize_nmf(v, 3, options);
  };
  const RowMatrix usual = run([](NmfOptions&) {}).a;
  EXPECT_NE(run([](NmfOptions& o) { o.alpha_a = 0.5; }).a, usual);
  EXPECT_NE(run([](NmfOptions& o) { o.alpha_b = 0.5; }).a, usual);
  EXPECT_NE(run([](NmfOptions& o) { o.penalty = NmfPenalty::sklearn; }).a, usual);
  EXPECT_NE(run([](NmfOptions& o) { o.start = NmfStart::nndsvd; }).a,
            run([](NmfOptions& o) { o.start = NmfStart::nndsvda; }).a);
  EXPECT_NE(run([](NmfOptions& o) { o.solver = NmfSolver::sklearn; }).a, usual);
  EXPECT_NE(run([](NmfOptions& o) { o.tolerance = 0.05; }).a, usual);
  EXPECT_NE(run([](NmfOptions& o) { o.max_iterations = 5; }).a, usual);
  const RowMatrix seed_one = run([](NmfOptions& o) { o.start = NmfStart::random; }).a;
  EXPECT_NE(seed_one, usual);
  EXPECT_NE(run([](NmfOptions& o) { o.start = NmfStart::random, o.seed = 2; }).a, seed_one);
}

TEST(Nmf, TheBestStartIsTheOneThatEndsLower) {
  int sparse_won = 0;
  constexpr int seeds = 12;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    Random random(seed);
    const bool transposed = seed % 2 == 1;
    const RowMatrix v = non_negative_samples(random, transposed ? 12 : 200, transposed ? 200 : 12, 8);
    const auto end = [&](NmfStart start) {
      NmfOptions options;
      options.start = start;
      return factorize_nmf(v, 6, options).objective.back();
    };
    const double sparse = end(NmfStart::nndsvd), filled = end(NmfStart::nndsvda);
    EXPECT_EQ(end(NmfStart::best), std::min(sparse, filled));
    sparse_won += sparse < filled;
  }
  EXPECT_GT(sparse_won, 0);
  EXPECT_LT(sparse_won, seeds);
}

TEST(Nmf, RefusesBadInput) {
  RowMatrix v = RowMatrix::Ones(5, 4);
  const auto refused = [&](auto change, Eigen::Index components = 2) {
    NmfOptions options;
    change(options);
    EXPECT_THROW(factorize_nmf(v, components, options), Error);
  };
  refused([](NmfOptions& o) { o.alpha_a = -1; });
  refused([](NmfOptions& o) { o.alpha_b = std::numeric_limits<double>::quiet_NaN(); });
  refused([](NmfOptions& o) { o.alpha_b = 0; });
  refused([](NmfOptions& o) { o.tolerance = -1; });
  refused([](NmfOptions& o) { o.max_iterations = 0; });
  refused([](NmfOptions& o) { o.seed = -1; });
  refused([](NmfOptions&) {}, 0);
  refused([](NmfOptions&) {}, 5);
  v.setZero();
  refused([](NmfOptions&) {});
  v(3, 1) = -0.5;
  try {
    factorize_nmf(v, 2, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find("row 4, column 2: -0.5 is negative"), 0U) << error.what();
  }
  v(3, 1) = std::numeric_limits<double>::quiet_NaN();
  refused([](NmfOptions&) {});
}

}  // namespace
}  // namespace facelex
