#include "facelex/factor/dictionary_learning.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>

#include "facelex/core/error.hpp"
#include "facelex/factor/sparse_coding.hpp"
#include "factor/fixture.hpp"

namespace facelex {
namespace {

TEST(DictionaryLearning, IsTheIterationOfScikitLearn) {
  for (const auto& test : sklearn_fixture().at("learning")) {
    DictionaryOptions options;
    options.alpha = test.at("alpha").get<double>();
    options.positive_codes = test.at("positive").get<bool>();
    options.method = DictionaryMethod::sklearn;
    const auto result =
        learn_dictionary(matrix_from(test.at("samples")), test.at("count").get<int>(), options);
    const auto objective = test.at("objective").get<std::vector<double>>();
    ASSERT_EQ(result.resampled, 0) << "the random numbers of numpy are not ours: choose another case";
    EXPECT_NEAR(result.iterations, test.at("iterations").get<int>(), 3);
    EXPECT_TRUE(result.converged);
    EXPECT_NEAR(result.objective.back() / objective.back(), 1, 1e-7);
    for (std::size_t i = 0; i < std::min(objective.size(), result.objective.size()); ++i)
      ASSERT_NEAR(result.objective[i] / objective[i], 1, 1e-7) << "iteration " << i + 1;
    EXPECT_LT((result.atoms - matrix_from(test.at("atoms"))).cwiseAbs().maxCoeff(), 1e-3);
  }
}

TEST(DictionaryLearning, ObjectiveIsThatOfItsAtomsAndCodesAndFalls) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    Random random(seed);
    const auto samples = sparse_samples(random, 120, 10, 6);
    DictionaryOptions options;
    options.positive_codes = seed % 2 == 1;
    options.max_iterations = 40;
    options.method = seed % 4 < 2 ? DictionaryMethod::sklearn : DictionaryMethod::fast;
    const auto result = learn_dictionary(samples, 5, options);
    EXPECT_NEAR(result.objective.back() / lasso_objective(samples, result.atoms, result.codes, options.alpha),
                1, 1e-10);
    EXPECT_LE(result.atoms.rowwise().norm().maxCoeff(), 1 + 1e-12);
    if (options.positive_codes) {
      EXPECT_GE(result.codes.minCoeff(), 0);
    }
    if (result.resampled > 0 || options.method == DictionaryMethod::fast) continue;
    for (std::size_t i = 1; i < result.objective.size(); ++i)
      EXPECT_LE(result.objective[i], result.objective[i - 1] * (1 + 1e-6)) << "seed " << seed;
  }
}

TEST(DictionaryLearning, TheSameBytesForAnyThreads) {
  Random random(3);
  const auto samples = sparse_samples(random, 1500, 12, 8);
  DictionaryOptions options;
  options.max_iterations = 15;
  const auto one = learn_dictionary(samples, 6, options);
  Work work;
  work.threads = 3;
  const auto three = learn_dictionary(samples, 6, options, work);
  EXPECT_TRUE(one.atoms == three.atoms);
  EXPECT_TRUE(one.codes == three.codes);
  EXPECT_EQ(one.objective, three.objective);
}

TEST(DictionaryLearning, ReplacesAtomsBeyondTheRankBySamples) {
  Random random(4);
  const RowMatrix samples = normal_matrix(random, 80, 2) * normal_matrix(random, 2, 6) * 3;
  DictionaryOptions options;
  options.max_iterations = 200;
  const auto result = learn_dictionary(samples, 4, options);
  EXPECT_GE(result.resampled, 2);
  EXPECT_GT(result.atoms.rowwise().norm().minCoeff(), 0.5);
  EXPECT_LT((samples - result.codes * result.atoms).squaredNorm(), 0.05 * samples.squaredNorm());

  options.seed = 8;
  EXPECT_FALSE(learn_dictionary(samples, 4, options).atoms == result.atoms) << "the seed changes nothing";
}

TEST(DictionaryLearning, EveryOptionChangesTheResult) {
  Random random(5);
  const auto samples = sparse_samples(random, 100, 10, 6);
  DictionaryOptions base;
  base.max_iterations = 30;
  const auto atoms = learn_dictionary(samples, 5, base).atoms;
  const auto differs = [&](const DictionaryOptions& options) {
    return learn_dictionary(samples, 5, options).atoms != atoms;
  };
  EXPECT_FALSE(differs(base));
  auto changed = base;
  changed.alpha = 0.5;
  EXPECT_TRUE(differs(changed));
  changed = base;
  changed.tolerance = 1e-2;
  EXPECT_TRUE(differs(changed));
  changed = base;
  changed.max_iterations = 3;
  EXPECT_TRUE(differs(changed));
  EXPECT_FALSE(learn_dictionary(samples, 5, changed).converged);
  changed = base;
  changed.positive_codes = true;
  EXPECT_TRUE(differs(changed));
  changed = base;
  changed.max_sweeps = 1;
  EXPECT_TRUE(differs(changed));
}

TEST(DictionaryLearning, RefusesBadInput) {
  RowMatrix samples = RowMatrix::Ones(4, 3);
  DictionaryOptions options;
  EXPECT_THROW(learn_dictionary(samples, 0, options), Error);
  EXPECT_THROW(learn_dictionary(samples, 5, options), Error);
  EXPECT_THROW(learn_dictionary(RowMatrix(4, 0), 2, options), Error);
  options.alpha = -1;
  EXPECT_THROW(learn_dictionary(samples, 2, options), Error);
  options = {};
  options.max_iterations = 0;
  EXPECT_THROW(learn_dictionary(samples, 2, options), Error);
  options = {};
  samples(3, 2) = std::numeric_limits<double>::infinity();
  EXPECT_THROW(learn_dictionary(samples, 2, options), Error);
}

TEST(DictionaryLearning, StopsWhenAskedAndReportsIterations) {
  Random random(6);
  const auto samples = sparse_samples(random, 100, 10, 6);
  std::atomic<bool> stop{false};
  std::int64_t last = 0;
  Work work;
  work.stop = &stop;
  work.progress = [&](std::int64_t done, std::int64_t) {
    last = done;
    stop = done == 4;
  };
  try {
    learn_dictionary(samples, 5, {}, work);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
    EXPECT_EQ(last, 4);
  }
}

}  // namespace
}  // namespace facelex
