#include "facelex/factor/nmf/stream.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "facelex/core/error.hpp"
#include "facelex/factor/lasso/sparse_coding.hpp"
#include "factor/fixture.hpp"

namespace facelex {
namespace {

RowMatrix parts_of_movement(Random& random, Eigen::Index rows) {
  RowMatrix a = normal_matrix(random, rows, 4).cwiseMax(0);
  const RowMatrix b = normal_matrix(random, 4, 10).cwiseMax(0);
  return (a * b + 0.05 * normal_matrix(random, rows, 10)).cwiseMax(0);
}

TEST(NmfStream, ReachesTheObjectiveOfTheWholeMatrix) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Random random(seed);
    const RowMatrix v = parts_of_movement(random, 900);
    NmfOptions options;
    options.penalty = seed % 2 == 0 ? NmfPenalty::paper : NmfPenalty::sklearn;
    options.alpha_a = seed % 2 == 0 ? 0.2 : 0.01;
    options.alpha_b = seed % 2 == 0 ? 0.3 : 0.001;
    const NmfResult whole = factorize_nmf(v, 4, options);
    const NmfStreamResult stream = factorize_nmf_stream(blocks_of(v, 250), 4, options);
    EXPECT_LT(stream.objective.back(), 1.002 * whole.objective.back()) << "seed " << seed;
    EXPECT_EQ(stream.rows, 900);
    EXPECT_EQ(stream.passes, static_cast<int>(stream.objective.size()));
    EXPECT_TRUE(stream.converged);
    EXPECT_GE(stream.b.minCoeff(), 0);

    // The rows of A, coded on their own, with B make the objective that was told.
    const LassoOptions coding{nmf_row_penalty(options, 10), LassoSolver::exact, true, 1000};
    const RowMatrix a = sparse_encode(v, stream.b, coding).codes;
    const double halved = lasso_objective(v, stream.b, a, coding.alpha);
    const double told = options.penalty == NmfPenalty::paper
                            ? 2 * halved + options.alpha_b * stream.b.sum()
                            : halved + options.alpha_b * 900 * stream.b.sum();
    EXPECT_NEAR(stream.objective.back() / told, 1, 2e-3);
  }
}

TEST(NmfStream, TheSameBytesForAnyThreads) {
  Random random(3);
  const RowMatrix v = parts_of_movement(random, 2600);
  NmfOptions options;
  options.max_iterations = 6;
  Work three;
  three.threads = 3;
  const NmfStreamResult one = factorize_nmf_stream(blocks_of(v, 1200), 3, options);
  const NmfStreamResult other = factorize_nmf_stream(blocks_of(v, 1200), 3, options, three);
  EXPECT_EQ(one.b, other.b);
  EXPECT_EQ(one.objective, other.objective);
}

TEST(NmfStream, SaysWhatIsWrongWithABlock) {
  Random random(4);
  const RowMatrix good = parts_of_movement(random, 40);
  const auto message = [&](const SampleBlocks& blocks, NmfOptions options = {}) -> std::string {
    try {
      factorize_nmf_stream(blocks, 3, options);
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  };
  const auto second = [&](const RowMatrix& block) {
    return [&good, block](std::int64_t b, RowMatrix& samples) {
      samples = b == 0 ? good : block;
      return b < 2;
    };
  };
  EXPECT_NE(message([](std::int64_t, RowMatrix&) { return false; }).find("no block"), std::string::npos);
  EXPECT_NE(message(second(RowMatrix(0, 10))).find("block 2 has no samples"), std::string::npos);
  EXPECT_NE(message(second(RowMatrix::Ones(4, 9))).find("block 2 has 9 columns, the first 10"),
            std::string::npos);
  EXPECT_NE(message(second(-RowMatrix::Ones(4, 10))).find("block 2, row 1, column 1: -1 is negative"),
            std::string::npos);
  EXPECT_NE(message(second(RowMatrix::Constant(4, 10, std::numeric_limits<double>::quiet_NaN())))
                .find("block 2, row 1, column 1: not a finite number"),
            std::string::npos);
  int calls = 0;
  EXPECT_NE(message([&](std::int64_t b, RowMatrix& samples) {
              samples = good;
              return b < 2 && ++calls < 4;
            }).find("block 2 is missing"),
            std::string::npos);
  NmfOptions parity;
  parity.solver = NmfSolver::sklearn;
  EXPECT_NE(message(blocks_of(good, 10), parity).find("nmf-solver"), std::string::npos);
}

}  // namespace
}  // namespace facelex
