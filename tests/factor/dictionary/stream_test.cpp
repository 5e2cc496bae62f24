#include "facelex/factor/dictionary/stream.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/factor/dictionary/learning.hpp"
#include "facelex/factor/lasso/sparse_coding.hpp"
#include "factor/fixture.hpp"

namespace facelex {
namespace {

/// Samples that some of six atoms make with positive weights.
RowMatrix positive_samples(Random& random, Eigen::Index rows) {
  RowMatrix dictionary = normal_matrix(random, 6, 12);
  dictionary.rowwise().normalize();
  RowMatrix codes = RowMatrix::Zero(rows, 6);
  for (double& code : codes.reshaped())
    if (random.uniform() < 0.3) code = std::abs(2 * random.normal());
  return codes * dictionary + 0.05 * normal_matrix(random, rows, 12);
}

// Six atoms made the samples and six are learnt, so that the valley is the same.
TEST(DictionaryStream, ReachesTheObjectiveOfTheBatch) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Random random(seed);
    DictionaryOptions batch;
    batch.positive_codes = seed % 2 == 1;
    const auto samples =
        batch.positive_codes ? positive_samples(random, 3000) : sparse_samples(random, 3000, 12, 6);
    const auto whole = learn_dictionary(samples, 6, batch);
    DictionaryStreamOptions options;
    options.positive_codes = batch.positive_codes;
    const auto result = learn_dictionary_stream(blocks_of(samples, 500), 6, options);
    EXPECT_LT(result.final_objective, 1.01 * whole.objective.back()) << "seed " << seed;
    EXPECT_EQ(result.samples, 3000);
    EXPECT_EQ(result.objective.size(), static_cast<std::size_t>(result.epochs));
    EXPECT_LE(result.atoms.rowwise().norm().maxCoeff(), 1 + 1e-12);

    const LassoOptions coding{options.alpha, LassoSolver::sklearn, options.positive_codes, 1000};
    EXPECT_NEAR(result.final_objective / lasso_objective(samples, result.atoms,
                                                         sparse_encode(samples, result.atoms, coding).codes,
                                                         options.alpha),
                1, 1e-10);
  }
}

// From atoms that a part of the samples gave: all of them must not be worse off, and nearly as well as when
// learning from all at once.
TEST(DictionaryStream, RefinesStartAtomsAndObeysTheirConstraints) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Random random(seed);
    const auto samples = sparse_samples(random, 4000, 12, 6);
    AtomConstraints constraints;
    DictionaryOptions batch;
    if (seed >= 3) constraints.coherence = 2000;
    const DictionaryLearner all(samples);
    const auto whole = all.learn(6, batch, {}, {}, constraints);
    AtomConstraints of_part = constraints;
    of_part.coherence *= 0.1;
    const RowMatrix few = samples.topRows(400);
    const auto part = DictionaryLearner(few).learn(6, batch, {}, {}, of_part);
    DictionaryStreamOptions options;
    options.tolerance = 1e-7;
    const auto blocks = blocks_of(samples, 500);
    const auto refined = learn_dictionary_stream(blocks, 6, options, {}, part.atoms, constraints);
    const LassoOptions coding{options.alpha, LassoSolver::sklearn, false, 1000};
    const auto objective = [&](const RowMatrix& atoms) {
      return lasso_objective(samples, atoms, sparse_encode(samples, atoms, coding).codes, options.alpha) +
             constraints.penalty(atoms);
    };
    EXPECT_NEAR(refined.final_objective / objective(refined.atoms), 1, 1e-10);
    EXPECT_LT(refined.final_objective, objective(part.atoms)) << "seed " << seed;
    EXPECT_LT(refined.final_objective, 1.002 * whole.objective.back()) << "seed " << seed;
    for (std::size_t e = 1; e < refined.objective.size(); ++e)
      EXPECT_LT(refined.objective[e], refined.objective[e - 1] * (1 + 1e-6));
  }
}

TEST(DictionaryStream, StartAtomsKeepTheirTies) {
  Random random(7);
  const RowMatrix half = sparse_samples(random, 600, 6, 4);
  RowMatrix samples(600, 12);
  samples << half, half.colwise().reverse();
  AtomConstraints constraints;
  for (Eigen::Index d = 0; d < 12; ++d) constraints.reflected.push_back((d + 6) % 12);
  constraints.reflection_sign = Eigen::RowVectorXd::Ones(12);
  constraints.twin = {1, 0, 2, 3};
  const auto result = learn_dictionary_stream(blocks_of(samples, 100), 4, DictionaryStreamOptions(), {},
                                              normal_matrix(random, 4, 12), constraints);
  for (const auto& [atom, twin] : {std::pair{0, 1}, {1, 0}, {2, 2}, {3, 3}})
    EXPECT_TRUE(constraints.mirrored(result.atoms.row(atom)).isApprox(result.atoms.row(twin), 1e-12));
}

TEST(DictionaryStream, TheSameBytesForAnyThreads) {
  Random random(3);
  const auto samples = sparse_samples(random, 4100, 10, 6);
  const auto blocks = blocks_of(samples, 1300);
  DictionaryStreamOptions options;
  options.epochs = 3;
  const auto one = learn_dictionary_stream(blocks, 5, options);
  for (const int threads : {2, 3}) {
    Work work;
    work.threads = threads;
    const auto other = learn_dictionary_stream(blocks, 5, options, work);
    EXPECT_TRUE(one.atoms == other.atoms);
    EXPECT_EQ(one.objective, other.objective);
  }
}

TEST(DictionaryStream, EveryOptionChangesTheResult) {
  Random random(5);
  const auto samples = sparse_samples(random, 600, 10, 6);
  const auto blocks = blocks_of(samples, 100);
  DictionaryStreamOptions base;
  base.epochs = 6;
  const auto atoms = learn_dictionary_stream(blocks, 5, base).atoms;
  const auto differs = [&](auto change) {
    DictionaryStreamOptions options = base;
    change(options);
    return learn_dictionary_stream(blocks, 5, options).atoms != atoms;
  };
  EXPECT_FALSE(differs([](auto&) {}));
  EXPECT_TRUE(differs([](auto& options) { options.alpha = 0.5; }));
  EXPECT_TRUE(differs([](auto& options) { options.tolerance = 0.5; }));
  EXPECT_TRUE(differs([](auto& options) { options.epochs = 1; }));
  EXPECT_TRUE(differs([](auto& options) { options.positive_codes = true; }));
  EXPECT_TRUE(differs([](auto& options) { options.max_sweeps = 1; }));
}

TEST(DictionaryStream, ReplacesUnusedAtomsBySamples) {
  Random random(4);
  // The first block moves in one direction only; others have more for its idle atoms to do.
  RowMatrix samples = sparse_samples(random, 400, 6, 4);
  samples.topRows(100) = normal_matrix(random, 100, 1) * normal_matrix(random, 1, 6) * 3;
  DictionaryStreamOptions options;
  const auto result = learn_dictionary_stream(blocks_of(samples, 100), 4, options);
  EXPECT_GT(result.resampled, 0);
  EXPECT_TRUE(result.atoms.allFinite());
  EXPECT_GT(result.atoms.rowwise().norm().minCoeff(), 0.5);
  options.seed = 8;
  EXPECT_FALSE(learn_dictionary_stream(blocks_of(samples, 100), 4, options).atoms == result.atoms)
      << "the seed changes nothing";
}

/// A source that fails in the way that the test says.
std::string refusal(const SampleBlocks& blocks, Eigen::Index atoms = 2,
                    const DictionaryStreamOptions& options = {}) {
  try {
    learn_dictionary_stream(blocks, atoms, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(DictionaryStream, RefusesBadInput) {
  Random random(6);
  const RowMatrix good = sparse_samples(random, 40, 5, 4);
  EXPECT_EQ(refusal([](std::int64_t, RowMatrix&) { return false; }),
            "there are no samples: the source has no block");
  EXPECT_EQ(refusal(blocks_of(good, 3), 4),
            "the first block has 3 samples, too few for 4 atoms; give larger blocks or ask for fewer atoms");
  EXPECT_EQ(refusal([&](std::int64_t b, RowMatrix& samples) {
              samples = b == 1 ? RowMatrix(good.leftCols(4)) : good;
              return b < 3;
            }),
            "block 2 has 4 columns, the first 5");
  EXPECT_EQ(refusal([&](std::int64_t b, RowMatrix& samples) {
              samples = b == 2 ? RowMatrix(0, 5) : good;
              return b < 3;
            }),
            "block 3 has no samples");
  RowMatrix bad = good;
  bad(7, 2) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(refusal([&](std::int64_t b, RowMatrix& samples) {
              samples = b == 1 ? bad : good;
              return b < 3;
            }),
            "block 2, sample 8, column 3: not a finite number; leave rows with missing values out");
  int epoch = 0;
  EXPECT_EQ(refusal([&](std::int64_t b, RowMatrix& samples) {
              samples = good;
              epoch += b == 0;
              return b < (epoch > 2 ? 2 : 3);  // the start reads block 0 too
            }),
            "block 3 is missing: the first epoch had 3");
  EXPECT_NE(refusal(blocks_of(good, 20), 0), "accepted");
  EXPECT_THROW(
      learn_dictionary_stream(blocks_of(good, 20), 2, DictionaryStreamOptions(), {}, good.topRows(3)), Error);
  AtomConstraints constraints;
  constraints.coherence = 1;
  EXPECT_THROW(
      learn_dictionary_stream(blocks_of(good, 20), 2, DictionaryStreamOptions(), {}, {}, constraints), Error);
  DictionaryStreamOptions options;
  options.epochs = 0;
  EXPECT_EQ(refusal(blocks_of(good, 20), 2, options), "epochs: '0' is not a whole number ≥ 1");
}

}  // namespace
}  // namespace facelex
