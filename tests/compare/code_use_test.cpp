#include "facelex/compare/code_use.hpp"

#include <gtest/gtest.h>

#include "hand_made.hpp"

namespace facelex {
namespace {

using test::random_matrix;

RowMatrix sparse_codes(Eigen::Index rows, Eigen::Index units, std::uint64_t seed) {
  RowMatrix codes = random_matrix(rows, units, seed);
  return (codes.array().abs() < 0.8).select(0, codes);
}

TEST(CodeUseTest, AgainstTheDefinitions) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RowMatrix codes = sparse_codes(30, 7, seed);
    codes.row(4).setZero();
    const Eigen::VectorXd size = random_matrix(7, 1, 900 + seed).cwiseAbs();
    double zeros = 0, hoyer = 0;
    int moving = 0;
    Eigen::VectorXd magnitude = Eigen::VectorXd::Zero(7), active = Eigen::VectorXd::Zero(7);
    for (int t = 0; t < 30; ++t) {
      double l1 = 0, l2 = 0;
      for (int k = 0; k < 7; ++k) {
        const double c = size[k] * std::abs(codes(t, k));
        zeros += codes(t, k) == 0;
        active[k] += codes(t, k) != 0;
        magnitude[k] += c;
        l1 += c;
        l2 += c * c;
      }
      if (l2 == 0) continue;
      ++moving;
      hoyer += (std::sqrt(7) - l1 / std::sqrt(l2)) / (std::sqrt(7) - 1);
    }
    const CodeUse use(codes, size);
    EXPECT_NEAR(use.share_of_zeros(), zeros / 210, 1e-14);
    EXPECT_NEAR(use.mean_active(), (210 - zeros) / 30, 1e-14);
    EXPECT_NEAR(use.hoyer(), hoyer / moving, 1e-13);
    EXPECT_TRUE(use.mean_magnitude().isApprox(magnitude / 30));
    EXPECT_TRUE(use.share_active().isApprox(active / 30));
    EXPECT_TRUE(use.any_negative());
    CodeUse sum;
    sum += CodeUse(codes.topRows(11), size);
    sum += CodeUse(codes.bottomRows(19), size);
    sum += CodeUse();
    EXPECT_NEAR(sum.hoyer(), use.hoyer(), 1e-13);
    EXPECT_NEAR(sum.share_of_zeros(), use.share_of_zeros(), 1e-14);
    EXPECT_TRUE(sum.mean_magnitude().isApprox(use.mean_magnitude()));
  }
}

TEST(CodeUseTest, HoyerOfKnownCodes) {
  const Eigen::VectorXd ones = Eigen::VectorXd::Ones(9);
  RowMatrix one = RowMatrix::Zero(2, 9);
  one(0, 3) = one(1, 5) = -2;
  EXPECT_DOUBLE_EQ(CodeUse(one, ones).hoyer(), 1);
  EXPECT_NEAR(CodeUse(RowMatrix::Constant(2, 9, 3), ones).hoyer(), 0, 1e-15);
  EXPECT_TRUE(std::isnan(CodeUse(RowMatrix::Zero(2, 9), ones).hoyer()));
  EXPECT_TRUE(std::isnan(CodeUse(RowMatrix::Ones(2, 1), Eigen::VectorXd::Ones(1)).hoyer()));
  EXPECT_FALSE(CodeUse(RowMatrix::Ones(2, 9), ones).any_negative());
}

TEST(CodeCorrelationTest, AgainstTheDefinition) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const RowMatrix codes = random_matrix(40, 3, seed);
    RowMatrix signals = random_matrix(40, 2, 40 + seed).array() + 3;
    signals.col(0) += codes.col(1);
    CodeCorrelation sum;
    sum += CodeCorrelation(codes.topRows(15), signals.topRows(15));
    sum += CodeCorrelation(codes.bottomRows(25), signals.bottomRows(25));
    sum += CodeCorrelation();  // a recording without truth
    EXPECT_EQ(sum.frames(), 40);
    for (int k = 0; k < 3; ++k)
      for (int u = 0; u < 2; ++u) {
        const Eigen::VectorXd a = codes.col(k).array() - codes.col(k).mean();
        const Eigen::VectorXd b = signals.col(u).array() - signals.col(u).mean();
        EXPECT_NEAR(sum.correlation()(k, u), a.dot(b) / (a.norm() * b.norm()), 1e-12);
      }
  }
}

TEST(CodeCorrelationTest, WhatDoesNotMoveCorrelatesWithNothing) {
  RowMatrix signals = random_matrix(40, 3, 2);
  signals.col(1).setConstant(0.1);
  signals.col(2).setZero();
  RowMatrix codes = random_matrix(40, 2, 3);
  codes.col(0).setConstant(7);
  const CodeCorrelation found(codes, signals);
  EXPECT_EQ(found.correlation().row(0).cwiseAbs().maxCoeff(), 0);
  EXPECT_EQ(found.correlation().rightCols(2).cwiseAbs().maxCoeff(), 0);
  EXPECT_NE(found.correlation()(1, 0), 0);
  EXPECT_TRUE(found.signals_move()[0]);
  EXPECT_FALSE(found.signals_move()[1]);
  EXPECT_FALSE(found.signals_move()[2]);
}

}  // namespace
}  // namespace facelex
