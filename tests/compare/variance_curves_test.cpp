#include "facelex/compare/variance_curves.hpp"

#include <gtest/gtest.h>

#include "facelex/factor/lasso/sparse_coding.hpp"
#include "factor/fixture.hpp"
#include "io/test_files.hpp"

namespace facelex {
namespace {

using test::error_of;
using test::says;

struct Case {
  UnitMovements units;
  std::vector<Column> columns;
  TrainingData data;
};

Case random_case(std::uint64_t seed) {
  Random random(seed);
  Case made;
  made.units.movements = normal_matrix(random, 4, 7);
  made.units.rest = Eigen::RowVectorXd::Zero(7);
  for (int d = 0; d < 7; ++d) made.columns.push_back({"dx_" + std::to_string(d), "", "template unit"});
  made.data.columns = made.columns;
  made.data.values = normal_matrix(random, 40, 4).cwiseMax(0) * made.units.movements * 3 +
                     normal_matrix(random, 40, 7) * 0.5;
  made.data.values.row(5).setZero();
  made.data.sources = {{"a", 25, 0, 0, 0, 25}, {"b", 15, 0, 0, 0, 15}};
  return made;
}

/// The same by coding at many penalties: residuals of each frame with at most k units, over observed columns.
RowMatrix naive_errors(const Case& from, const std::vector<std::vector<bool>>& observed) {
  RowMatrix atoms = from.units.movements;
  atoms.rowwise().normalize();
  const auto error = [&](Eigen::Index t, const Eigen::RowVectorXd& z) {
    const Eigen::RowVectorXd rest = from.data.values.row(t) - z * atoms;
    double sum = 0;
    for (Eigen::Index d = 0; d < rest.size(); ++d)
      if (observed[t < 25 ? 0 : 1][static_cast<std::size_t>(d)]) sum += rest[d] * rest[d];
    return sum;
  };
  RowMatrix best(from.data.values.rows(), 5);
  for (Eigen::Index t = 0; t < best.rows(); ++t)
    best.row(t).setConstant(error(t, Eigen::RowVectorXd::Zero(4)));
  LassoOptions lasso;
  lasso.positive = true;
  for (lasso.alpha = 60; lasso.alpha > 1e-6; lasso.alpha *= 0.99) {
    const RowMatrix codes = sparse_encode(from.data.values, atoms, lasso).codes;
    for (Eigen::Index t = 0; t < best.rows(); ++t)
      for (Eigen::Index k = (codes.row(t).array() != 0).count(); k <= 4; ++k)
        best(t, k) = std::min(best(t, k), error(t, codes.row(t)));
  }
  return best;
}

void expect_as_naive(const Case& from, const std::vector<std::vector<bool>>& observed) {
  const auto curves = variance_curves(from.units, from.columns, true, from.data, {});
  const RowMatrix best = naive_errors(from, observed);
  EXPECT_EQ(curves.frames, 40);
  EXPECT_EQ(curves.moving, 39);
  for (Eigen::Index k = 0; k <= 4; ++k) {
    const auto at = static_cast<std::size_t>(k);
    double mean = 0;
    for (Eigen::Index t = 0; t < 40; ++t)
      if (t != 5) mean += (1 - best(t, k) / from.data.values.row(t).squaredNorm()) / 39;
    const double pooled = 1 - best.col(k).sum() / from.data.values.squaredNorm();
    EXPECT_NEAR(curves.pooled_by_units[at], pooled, 5e-3);
    // Breakpoints lie between penalties that were tried; over some columns alone the error may have its least
    // value between breakpoints.
    if (observed[0] == observed[1]) {
      EXPECT_GE(curves.pooled_by_units[at], pooled - 1e-9);
    }
    EXPECT_NEAR(curves.mean_by_units[at], mean, 5e-3);
  }
}

TEST(VarianceCurves, AreThoseOfCodingAtManyPenalties) {
  const std::vector<bool> all(7, true);
  for (const std::uint64_t seed : {1, 2, 3}) expect_as_naive(random_case(seed), {all, all});
}

TEST(VarianceCurves, PointsThatARecordingLacksCountInNoSum) {
  Case from = random_case(4);
  for (const int column : {2, 6}) from.data.values.block(25, column, 15, 1).setZero();
  std::vector<bool> without(7, true);
  without[2] = without[6] = false;
  expect_as_naive(from, {std::vector<bool>(7, true), without});
}

TEST(VarianceCurves, RiseWithTheBudgetAndEndTogether) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Case from = random_case(seed);
    for (const bool positive : {true, false}) {
      const auto curves =
          variance_curves(from.units, from.columns, positive, from.data, logarithmic_budgets(0.01, 1e4, 4));
      EXPECT_EQ(curves.pooled_by_units[0], 0);
      for (std::size_t k = 1; k < 5; ++k) EXPECT_GE(curves.pooled_by_units[k], curves.pooled_by_units[k - 1]);
      for (std::size_t i = 1; i < curves.l1.size(); ++i)
        EXPECT_GE(curves.pooled_by_l1[i], curves.pooled_by_l1[i - 1] - 1e-12);
      EXPECT_NEAR(curves.pooled_by_l1.back(), curves.pooled_by_units.back(), 1e-9);
      EXPECT_NEAR(curves.mean_by_l1.back(), curves.mean_by_units.back(), 1e-9);
    }
  }
}

TEST(VarianceCurves, TheL1BudgetIsMet) {
  // One unit of length 1 along the frame: with budget b the rest is (5 − b)².
  Case from = random_case(1);
  from.columns.resize(2);
  from.data.columns = from.columns;
  from.units.movements = RowMatrix(1, 2);
  from.units.movements << 6, 8;  // length 10: a budget is in the signal's unit whatever the unit's length
  from.units.rest = Eigen::RowVectorXd::Zero(2);
  from.data.values = RowMatrix(1, 2);
  from.data.values << 3, 4;
  from.data.sources = {{"a", 1, 0, 0, 0, 1}};
  const auto curves = variance_curves(from.units, from.columns, true, from.data, {1, 2, 50});
  EXPECT_NEAR(curves.pooled_by_l1[0], 1 - 16.0 / 25, 1e-12);
  EXPECT_NEAR(curves.pooled_by_l1[1], 1 - 9.0 / 25, 1e-12);
  EXPECT_NEAR(curves.pooled_by_l1[2], 1, 1e-12);
}

TEST(VarianceCurves, TheSameForAnyThreads) {
  const Case from = random_case(7);
  Work three;
  three.threads = 3;
  const auto one = variance_curves(from.units, from.columns, true, from.data, {1, 5});
  const auto many = variance_curves(from.units, from.columns, true, from.data, {1, 5}, three);
  EXPECT_EQ(one.pooled_by_units, many.pooled_by_units);
  EXPECT_EQ(one.mean_by_l1, many.mean_by_l1);
}

TEST(VarianceCurves, WhatCannotBeMeasuredIsSaid) {
  Case from = random_case(1);
  EXPECT_TRUE(says(error_of([&] {
                     variance_curves(from.units, from.columns, true, from.data, {2, 1});
                   }),
                   {"budgets", "rise"}));
  from.data.values.setZero();
  EXPECT_TRUE(says(error_of([&] { variance_curves(from.units, from.columns, true, from.data, {}); }),
                   {"nothing moves"}));
  from.columns[3].name = "dx_50";
  EXPECT_TRUE(says(error_of([&] { variance_curves(from.units, from.columns, true, from.data, {}); }),
                   {"no column dx_3"}));
}

}  // namespace
}  // namespace facelex
