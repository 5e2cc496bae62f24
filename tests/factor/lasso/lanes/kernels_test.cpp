#include "factor/lasso/lanes/kernels.hpp"

#include <gtest/gtest.h>

#include "facelex/factor/lasso/sparse_coding.hpp"
#include "factor/fixture.hpp"
#include "factor/lasso/lanes/coder.hpp"
#include "factor/lasso/lanes/table.hpp"

namespace facelex {
namespace {

LaneTable packed(const RowMatrix& matrix, Eigen::Index columns) {
  LaneTable table(matrix.rows(), columns);
  table.pack(matrix, 0, matrix.rows());
  return table;
}

RowMatrix unpacked(const LaneTable& table, Eigen::Index columns) {
  RowMatrix matrix(table.rows(), columns);
  table.unpack(0, table.rows(), matrix);
  return matrix;
}

/// Every kind of processor's kernels that this one can run.
class LaneKernelsOf : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    kernels_ = lane_kernels(GetParam());
    if (!kernels_) GTEST_SKIP() << "this processor has no " << GetParam();
  }
  const LaneKernels* kernels_ = nullptr;
};

INSTANTIATE_TEST_SUITE_P(All, LaneKernelsOf, testing::Values("avx512", "avx2", "portable"),
                         [](const auto& test) { return std::string(test.param); });

// Numbers of atoms with kernels of their own, between them, and beyond the last.
TEST_P(LaneKernelsOf, CodesMeetTheStoppingRuleOfScikitLearn) {
  for (const Eigen::Index atoms_count : {1, 2, 5, 7, 9, 13, 19, 23, 24, 31}) {
    for (const bool positive : {false, true}) {
      Random random(static_cast<std::uint64_t>(atoms_count));
      const auto samples = sparse_samples(random, 61, 14, 6);
      RowMatrix atoms = normal_matrix(random, atoms_count, 14);
      if (atoms_count == 5) atoms.row(3).setZero();
      const LaneCoder coder(atoms, 0.3, positive, *kernels_);
      const LaneTable tiles = packed(samples, 14), norms = packed(samples.rowwise().squaredNorm(), 1);
      LaneTable codes(61, coder.units());
      AlignedBuffer<double> scratch(coder.scratch_size());
      EXPECT_EQ(coder.code(tiles.tile(0), norms.tile(0), codes.tile(0), tiles.tiles(), 30000, scratch.data()),
                0);
      const double best = lasso_objective(
          samples, atoms, sparse_encode(samples, atoms, {0.3, LassoSolver::exact, positive, 1000}).codes,
          0.3);
      const double reached = lasso_objective(samples, atoms, unpacked(codes, atoms_count), 0.3);
      EXPECT_GE(reached, best * (1 - 1e-12));
      EXPECT_LE(reached, best + 1e-4 * samples.squaredNorm()) << atoms_count << " atoms";
      if (positive) {
        EXPECT_GE(unpacked(codes, coder.units()).minCoeff(), 0);
      }
    }
  }
}

TEST_P(LaneKernelsOf, SweepsAreThoseOfANaiveLoop) {
  for (const Eigen::Index atoms_count : {1, 3, 5, 8, 12, 23, 30}) {
    for (const bool positive : {false, true}) {
      Random random(100 + static_cast<std::uint64_t>(atoms_count));
      const auto samples = sparse_samples(random, 45, 9, 6);
      const RowMatrix atoms = normal_matrix(random, atoms_count, 9);
      RowMatrix start = RowMatrix::Zero(45, atoms_count);
      for (double& code : start.reshaped())
        if (random.uniform() < 0.4) code = random.uniform();
      const LaneCoder coder(atoms, 0.5, positive, *kernels_);
      const LaneTable tiles = packed(samples, 9);
      LaneTable codes = packed(start, coder.units());
      AlignedBuffer<double> scratch(coder.scratch_size());
      coder.sweep(tiles.tile(0), codes.tile(0), tiles.tiles(), 2, scratch.data());

      RowMatrix naive = start;
      for (int sweep = 0; sweep < 2; ++sweep)
        for (Eigen::Index k = 0; k < atoms_count; ++k)
          for (Eigen::Index t = 0; t < naive.rows(); ++t) {
            const double norm = atoms.row(k).squaredNorm();
            const double aim = atoms.row(k).dot(samples.row(t) - naive.row(t) * atoms) + norm * naive(t, k);
            const double size = std::max((positive ? aim : std::abs(aim)) - 0.5, 0.0) / norm;
            naive(t, k) = aim < 0 ? -size : size;
          }
      EXPECT_LT((unpacked(codes, atoms_count) - naive).cwiseAbs().maxCoeff(), 1e-9)
          << atoms_count << " atoms";
    }
  }
}

TEST_P(LaneKernelsOf, ProductsAreThoseOfMatrices) {
  for (const int rows : {1, 2, 5, 6, 7, 13, 23, 40})
    for (const int columns : {1, 2, 3, 4, 7, 10, 60}) {
      Random random(static_cast<std::uint64_t>(100 * rows + columns));
      const RowMatrix left = normal_matrix(random, 43, rows), right = normal_matrix(random, 43, columns);
      const LaneTable a = packed(left, rows + 2), b = packed(right, columns);
      RowMatrix sums(rows, columns);
      kernels_->multiply(a.tile(0), rows + 2, rows, b.tile(0), columns, a.tiles(), sums.data());
      EXPECT_LT((sums - left.transpose() * right).cwiseAbs().maxCoeff(), 1e-12) << rows << "×" << columns;
    }
}

}  // namespace
}  // namespace facelex
