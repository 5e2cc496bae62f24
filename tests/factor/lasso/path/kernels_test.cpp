// Lasso paths with the kernels of each kind of processor.
#include "factor/lasso/path/kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "factor/fixture.hpp"
#include "factor/lasso/conditions.hpp"
#include "factor/lasso/path/samples.hpp"
#include "factor/lasso/path/tableau.hpp"

namespace facelex {
namespace {

using test::kkt_violation;

class PathKernelsTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    kernels_ = path_kernels(GetParam());
    if (!kernels_) GTEST_SKIP() << "this processor has no " << GetParam();
  }
  const PathKernels* kernels_ = nullptr;
};

INSTANTIATE_TEST_SUITE_P(All, PathKernelsTest, testing::Values("avx512", "avx2", "portable"),
                         [](const auto& test) { return std::string(test.param); });

struct Walked {
  std::vector<double> alphas;
  std::size_t pivots = 0;
};

/// Follows the path of a sample; each segment must be optimal at its end, and its sums those of the codes.
Walked walk(PathTableau& tableau, const PathAtoms& prepared, const RowMatrix& atoms,
            const Eigen::VectorXd& sample, bool positive) {
  AlignedBuffer<double> projection = prepared.projection();
  prepared.project(sample.data(), projection);
  Eigen::VectorXd code(atoms.rows());
  Walked walked;
  for (tableau.start(projection.data());; tableau.pivot(), ++walked.pivots) {
    const double end = tableau.end();
    tableau.codes(end, code);
    EXPECT_LT(kkt_violation(atoms, sample, code, end, positive), 1e-9);
    EXPECT_NEAR(tableau.l1(end), code.cwiseAbs().sum(), 1e-8 * (1 + code.cwiseAbs().sum()));
    EXPECT_NEAR(sample.squaredNorm() - tableau.explained(end),
                (sample - atoms.transpose() * code).squaredNorm(), 1e-9 * (1 + sample.squaredNorm()));
    if (walked.alphas.empty() || end < walked.alphas.back()) walked.alphas.push_back(end);
    if (end == 0) return walked;
    EXPECT_LE(end, tableau.alpha());
  }
}

TEST_P(PathKernelsTest, ProjectToTheProductOfAtomsAndSample) {
  for (Eigen::Index units = 1; units <= 41; ++units) {
    Random random(static_cast<std::uint64_t>(units));
    const Eigen::Index columns = 1 + units * 7 % 19;
    const RowMatrix atoms = normal_matrix(random, units, columns);
    const Eigen::VectorXd sample = normal_matrix(random, columns, 1).col(0);
    const PathAtoms prepared(atoms, *kernels_);
    AlignedBuffer<double> projection = prepared.projection();
    prepared.project(sample.data(), projection);
    const Eigen::VectorXd expected = atoms * sample;
    for (std::size_t k = 0; k < projection.size(); ++k)
      EXPECT_NEAR(projection.data()[k],
                  static_cast<Eigen::Index>(k) < units ? expected[static_cast<Eigen::Index>(k)] : 0, 1e-12)
          << units << " units";
  }
}

TEST_P(PathKernelsTest, EverySegmentIsOptimalForAnyNumberOfUnits) {
  std::size_t pivots = 0;
  for (std::uint64_t seed = 0; seed < 160; ++seed) {
    Random random(seed);
    const auto units = static_cast<Eigen::Index>(1 + seed % 40);
    const RowMatrix samples = sparse_samples(random, 5, 25, units), atoms = normal_matrix(random, units, 25);
    const bool positive = seed % 3 != 0;
    const PathAtoms prepared(atoms, *kernels_);
    PathTableau tableau(prepared.gram(), positive, *kernels_);
    for (const auto sample : samples.rowwise())
      pivots += walk(tableau, prepared, atoms, sample.transpose(), positive).pivots;
    if (HasFailure()) FAIL() << "seed " << seed;
  }
  EXPECT_GT(pivots, 5000U);
}

// Atoms of −1, 0 and 1: units come and go together all the time, and many depend on each other.
TEST_P(PathKernelsTest, EveryPathEndsAtTheOptimumWhereEverythingTies) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Random random(seed);
    RowMatrix atoms(static_cast<Eigen::Index>(2 + random.below(24)),
                    static_cast<Eigen::Index>(2 + random.below(6)));
    for (double& value : atoms.reshaped()) value = static_cast<double>(random.below(3)) - 1;
    Eigen::VectorXd sample(atoms.cols());
    for (double& value : sample) value = static_cast<double>(random.below(5)) - 2;
    const bool positive = seed % 2 == 0;
    const PathAtoms prepared(atoms, *kernels_);
    PathTableau tableau(prepared.gram(), positive, *kernels_);
    AlignedBuffer<double> projection = prepared.projection();
    prepared.project(sample.data(), projection);
    std::size_t pivots = 0;
    for (tableau.start(projection.data()); tableau.end() > 0; tableau.pivot()) ASSERT_LT(++pivots, 10000U);
    Eigen::VectorXd code(atoms.rows());
    tableau.codes(0, code);
    ASSERT_LT(kkt_violation(atoms, sample, code, 0, positive), 1e-9) << "seed " << seed;
  }
}

TEST_P(PathKernelsTest, TheSameBreakpointsAsThePortableOnes) {
  const PathKernels& portable = *path_kernels("portable");
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    const auto units = static_cast<Eigen::Index>(1 + random.below(26));
    const RowMatrix samples = sparse_samples(random, 10, 30, units), atoms = normal_matrix(random, units, 30);
    const bool positive = seed % 2 == 0;
    const PathAtoms prepared(atoms, *kernels_), reference(atoms, portable);
    PathTableau tableau(prepared.gram(), positive, *kernels_), other(reference.gram(), positive, portable);
    for (const auto sample : samples.rowwise()) {
      const Walked one = walk(tableau, prepared, atoms, sample.transpose(), positive);
      const Walked two = walk(other, reference, atoms, sample.transpose(), positive);
      EXPECT_EQ(one.pivots, two.pivots) << "seed " << seed;
      ASSERT_EQ(one.alphas.size(), two.alphas.size()) << "seed " << seed;
      for (std::size_t p = 0; p < one.alphas.size(); ++p)
        EXPECT_NEAR(one.alphas[p], two.alphas[p], 1e-10 * one.alphas.front()) << "seed " << seed;
    }
  }
}

TEST(PathKernels, ThePortableOnesAreThereAndUnknownOnesAreNot) {
  EXPECT_NE(path_kernels("portable"), nullptr);
  EXPECT_EQ(path_kernels("mmx"), nullptr);
}

}  // namespace
}  // namespace facelex
