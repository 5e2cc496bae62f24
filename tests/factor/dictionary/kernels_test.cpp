// The whole learner with the kernels of each kind of processor, in double and in float.
#include <gtest/gtest.h>

#include <cmath>

#include "facelex/factor/dictionary/learning.hpp"
#include "facelex/factor/lasso/sparse_coding.hpp"
#include "factor/dictionary/iteration.hpp"
#include "factor/dictionary/samples.hpp"
#include "factor/fixture.hpp"
#include "factor/lasso/lanes/kernels.hpp"

namespace facelex {
namespace {

template <class Number>
DictionaryResult learn_with(const LaneKernelsFor<Number>& kernels, const RowMatrix& samples,
                            Eigen::Index atoms, const DictionaryOptions& options) {
  const Work work;
  const DictionarySamples<Number> held(samples, {}, work, kernels);
  const AtomConstraints none;
  return DictionaryIteration<Number>(held, atoms, options, none, work).run({});
}

DictionaryOptions options_of(std::uint64_t seed) {
  DictionaryOptions options;
  options.positive_codes = seed % 2 == 1;
  options.method = seed % 4 < 2 ? DictionaryMethod::fast : DictionaryMethod::sklearn;
  return options;
}

class DictionaryKernels : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(All, DictionaryKernels, testing::Values("avx512", "avx2", "portable"),
                         [](const auto& test) { return std::string(test.param); });

// Six atoms made the samples and six are learnt, so that rounding does not lead into another valley.
TEST_P(DictionaryKernels, LearnToTheSameObjectiveAsThePortableOnes) {
  const auto* const kernels = lane_kernels<double>(GetParam());
  if (!kernels) GTEST_SKIP() << "this processor has no " << GetParam();
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    Random random(seed);
    const auto samples = sparse_samples(random, 1500, 12, 6);
    const auto options = options_of(seed);
    const auto result = learn_with(*kernels, samples, 6, options);
    const auto portable = learn_with(*lane_kernels<double>("portable"), samples, 6, options);
    EXPECT_NEAR(result.objective.back() / portable.objective.back(), 1, 1e-8) << "seed " << seed;
    EXPECT_NEAR(result.objective.front() / portable.objective.front(), 1, 1e-12);
    EXPECT_TRUE(result.converged);
  }
}

TEST_P(DictionaryKernels, Float32ComesWithinAHundredThousandthOfFloat64) {
  const auto* const kernels = lane_kernels<float>(GetParam());
  if (!kernels) GTEST_SKIP() << "this processor has no " << GetParam();
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    Random random(seed);
    const auto samples = sparse_samples(random, 1500, 12, 6);
    const auto options = options_of(seed);
    const auto result = learn_with(*kernels, samples, 6, options);
    const auto exact = learn_with(*lane_kernels<double>("portable"), samples, 6, options);
    EXPECT_TRUE(result.converged) << "seed " << seed;
    EXPECT_NEAR(result.objective.back() / exact.objective.back(), 1, 1e-5) << "seed " << seed;
    const LassoOptions coding{options.alpha, LassoSolver::exact, options.positive_codes, 1000};
    const double of_atoms = lasso_objective(
        samples, result.atoms, sparse_encode(samples, result.atoms, coding).codes, options.alpha);
    EXPECT_NEAR(of_atoms / exact.objective.back(), 1, 1e-4) << "the atoms in double; seed " << seed;
  }
}

TEST(DictionaryFloat32, TheSameBytesForAnyThreadsAndOthersThanFloat64) {
  Random random(3);
  const auto samples = sparse_samples(random, 2500, 12, 8);
  DictionaryOptions options;
  Work work;
  const auto one = DictionaryLearner(samples, {}, work, Precision::float32).learn(6, options, work);
  EXPECT_FALSE(one.atoms == learn_dictionary(samples, 6, options).atoms);
  for (const int threads : {2, 3}) {
    work.threads = threads;
    const auto other = DictionaryLearner(samples, {}, work, Precision::float32).learn(6, options, work);
    EXPECT_TRUE(one.atoms == other.atoms);
    EXPECT_TRUE(one.codes == other.codes);
    EXPECT_EQ(one.objective, other.objective);
  }
}

TEST(DictionaryFloat32, TakesWeights) {
  Random random(5);
  const auto samples = sparse_samples(random, 900, 10, 6);
  Eigen::VectorXd weights(900);
  for (double& weight : weights) weight = random.uniform() < 0.3 ? 0 : 1 + random.uniform();
  const DictionaryOptions options;
  const auto narrow = DictionaryLearner(samples, weights, {}, Precision::float32).learn(5, options);
  const auto wide = DictionaryLearner(samples, weights).learn(5, options);
  EXPECT_NEAR(narrow.objective.back() / wide.objective.back(), 1, 1e-5);
}

}  // namespace
}  // namespace facelex
