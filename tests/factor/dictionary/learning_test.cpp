#include "facelex/factor/dictionary/learning.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>

#include "facelex/core/error.hpp"
#include "facelex/factor/lasso/sparse_coding.hpp"
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
  const auto samples = sparse_samples(random, 2500, 12, 8);
  for (const auto method : {DictionaryMethod::fast, DictionaryMethod::sklearn}) {
    DictionaryOptions options;
    options.max_iterations = 15;
    options.method = method;
    const auto one = learn_dictionary(samples, 6, options);
    for (const int threads : {2, 3}) {
      Work work;
      work.threads = threads;
      const auto other = learn_dictionary(samples, 6, options, work);
      EXPECT_TRUE(one.atoms == other.atoms);
      EXPECT_TRUE(one.codes == other.codes);
      EXPECT_EQ(one.objective, other.objective);
    }
  }
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
  changed = base;
  changed.method = DictionaryMethod::sklearn;
  EXPECT_TRUE(differs(changed));
  changed = base;
  changed.start = DictionaryStart::random;
  EXPECT_TRUE(differs(changed));
}

TEST(DictionaryLearning, FastEndsNoHigherThanScikitLearnsIteration) {
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    Random random(seed);
    const auto samples = sparse_samples(random, 400, 12, 6);
    DictionaryOptions options;
    options.positive_codes = seed % 2 == 1;
    options.method = DictionaryMethod::sklearn;
    const auto atoms = 2 + static_cast<Eigen::Index>(seed % 5);
    const DictionaryLearner learner(samples);
    const auto sklearn = learner.learn(atoms, options);
    options.method = DictionaryMethod::fast;
    const auto fast = learner.learn(atoms, options);
    EXPECT_TRUE(fast.converged);
    // Two valleys may part ways on samples as few as these; what a valley costs is small.
    EXPECT_LE(fast.objective.back(), sklearn.objective.back() * 1.02) << "seed " << seed;
    // In its own valley it is at the bottom: scikit-learn's iteration from there finds nothing more.
    options.method = DictionaryMethod::sklearn;
    const auto further = learner.learn(atoms, options, {}, fast.atoms);
    EXPECT_LE(fast.objective.back(), further.objective.back() * (1 + 1e-4)) << "seed " << seed;
  }
}

TEST(DictionaryLearning, FastReportsTheObjectiveOfCodesUnderItsAtoms) {
  for (const bool positive : {false, true}) {
    Random random(17);
    const auto samples = sparse_samples(random, 600, 12, 6);
    DictionaryOptions options;
    options.positive_codes = positive;
    const auto result = learn_dictionary(samples, 5, options);
    const LassoOptions coding{options.alpha, LassoSolver::exact, positive, 1000};
    const auto exact = sparse_encode(samples, result.atoms, coding);
    EXPECT_NEAR(result.objective.back() / lasso_objective(samples, result.atoms, exact.codes, options.alpha),
                1, 1e-5);
    EXPECT_NEAR(result.objective.back() / lasso_objective(samples, result.atoms, result.codes, options.alpha),
                1, 1e-10);
  }
}

TEST(DictionaryLearning, AWeightOfTwoIsTheSampleTwiceAndOfZeroNone) {
  for (const auto method : {DictionaryMethod::fast, DictionaryMethod::sklearn}) {
    Random random(8);
    const auto samples = sparse_samples(random, 300, 10, 6);
    Eigen::VectorXd weights = Eigen::VectorXd::Ones(300);
    std::vector<Eigen::Index> rows;
    for (Eigen::Index t = 0; t < 300; ++t) {
      weights[t] = static_cast<double>(random.below(3));
      for (double copies = 0; copies < weights[t]; ++copies) rows.push_back(t);
    }
    const RowMatrix repeated = samples(rows, Eigen::all);
    DictionaryOptions options;
    options.method = method;
    options.max_iterations = 20;
    const DictionaryLearner weighted(samples, weights), copied(repeated);
    EXPECT_NEAR(weighted.squared_norm() / copied.squared_norm(), 1, 1e-12);
    const auto one = weighted.learn(5, options), other = copied.learn(5, options);
    EXPECT_NEAR(one.objective.back() / other.objective.back(), 1, 1e-9);
    EXPECT_LT((one.atoms - other.atoms).cwiseAbs().maxCoeff(), 1e-6);
  }
}

TEST(DictionaryLearning, StartsAtAtomsThatAreGivenOrAtRandomSamples) {
  Random random(9);
  const auto samples = sparse_samples(random, 300, 10, 6);
  const DictionaryLearner learner(samples);
  DictionaryOptions options;
  options.max_iterations = 200;
  const auto learnt = learner.learn(5, options);
  const auto again = learner.learn(5, options, {}, learnt.atoms);
  EXPECT_LE(again.objective.back(), learnt.objective.back() * (1 + 1e-6));
  EXPECT_LT(again.iterations, learnt.iterations);

  options.start = DictionaryStart::random;
  const auto random_start = learner.learn(5, options);
  EXPECT_FALSE(random_start.atoms == learnt.atoms);
  EXPECT_LE(random_start.objective.back(), 1.2 * learnt.objective.back());
  EXPECT_TRUE(learner.learn(5, options).atoms == random_start.atoms);
  options.seed = 1;
  EXPECT_FALSE(learner.learn(5, options).atoms == random_start.atoms) << "the seed changes nothing";
}

TEST(DictionaryLearning, OneLearnerServesManySizesAndPenalties) {
  Random random(10);
  const auto samples = sparse_samples(random, 500, 12, 30);
  const DictionaryLearner learner(samples);
  for (const Eigen::Index atoms : {1, 3, 9, 12, 23, 27}) {
    for (const double alpha : {0.1, 0.6}) {
      DictionaryOptions options;
      options.alpha = alpha;
      options.max_iterations = 12;
      const auto result = learner.learn(atoms, options);
      const auto alone = learn_dictionary(samples, atoms, options);
      EXPECT_TRUE(result.atoms == alone.atoms);
      EXPECT_EQ(result.codes.cols(), atoms);
      EXPECT_NEAR(result.objective.back() / lasso_objective(samples, result.atoms, result.codes, alpha), 1,
                  1e-9);
    }
  }
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

  samples = RowMatrix::Identity(4, 3);
  EXPECT_THROW(DictionaryLearner(samples, Eigen::VectorXd::Ones(3)), Error);
  EXPECT_THROW(DictionaryLearner(samples, Eigen::VectorXd::Zero(4)), Error);
  EXPECT_THROW(DictionaryLearner(samples, Eigen::Vector4d(1, 1, -1, 1)), Error);
  EXPECT_THROW(DictionaryLearner(samples, Eigen::Vector4d(1, 1, std::nan(""), 1)), Error);
  const DictionaryLearner learner(samples);
  EXPECT_THROW(learner.learn(2, {}, {}, RowMatrix::Ones(3, 3)), Error);
  EXPECT_THROW(learner.learn(2, {}, {}, RowMatrix::Ones(2, 2)), Error);
  EXPECT_THROW(learner.learn(2, {}, {}, RowMatrix::Constant(2, 3, std::nan(""))), Error);
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
