#include "facelex/compare/interpretability.hpp"

#include <gtest/gtest.h>

#include <numbers>

#include "facelex/coding/dfecs/facs.hpp"
#include "facelex/compare/raters.hpp"
#include "facelex/core/random.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/standardize/standardize.hpp"
#include "facelex/io/atomic_file.hpp"
#include "io/test_files.hpp"

namespace facelex {
namespace {

using test::error_of;
using test::says;
using Directions = InterpretabilityOptions::Directions;

constexpr double radians = std::numbers::pi / 180;

TEST(Interpretability, MovementsBetweenMusclesAreAllowedInTheCone) {
  const std::vector<double> directions = {0, 90 * radians};
  for (const double inside : {0.0, 30.0, 90.0})
    EXPECT_NEAR(degrees_outside(directions, inside * radians, Directions::cone), 0, 1e-9);
  EXPECT_NEAR(degrees_outside(directions, 120 * radians, Directions::cone), 30, 1e-9);
  EXPECT_NEAR(degrees_outside(directions, -10 * radians, Directions::cone), 10, 1e-9);
  EXPECT_NEAR(degrees_outside(directions, 225 * radians, Directions::cone), 135, 1e-9);
  EXPECT_NEAR(degrees_outside(directions, 30 * radians, Directions::single), 30, 1e-9);
  EXPECT_EQ(degrees_outside({}, 0, Directions::cone), 180);
}

TEST(Interpretability, TheConeIsThatOfNonNegativeSums) {
  // A brute-force cone: sums of the directions with many weights.
  Random random(1907);
  for (int seed = 0; seed < 200; ++seed) {
    std::vector<double> directions(1 + random.below(4));
    for (double& direction : directions) direction = random.uniform(-std::numbers::pi, std::numbers::pi);
    std::sort(directions.begin(), directions.end());
    for (int i = 0; i < 30; ++i) {
      double x = 0, y = 0;
      for (const double direction : directions) {
        const double weight = random.uniform() < 0.3 ? 0 : random.uniform();
        x += weight * std::cos(direction);
        y += weight * std::sin(direction);
      }
      if (x * x + y * y < 1e-6) continue;
      EXPECT_LT(degrees_outside(directions, std::atan2(y, x), Directions::cone), 1e-3);
    }
  }
}

TEST(Interpretability, ActionUnitsOfTheFaceAreAndTheirOppositesMostlyAreNot) {
  const auto facs = facs_comparator(built_in_face(), FacsUnits::pure, 0.05);
  UnitMovements units{facs->model().atoms, Eigen::RowVectorXd::Zero(136)};
  for (const auto rule : {Directions::cone, Directions::single}) {
    InterpretabilityOptions options;
    options.directions = rule;
    options.angle = 1e-6;
    const auto found =
        interpretability(units, facs->units(), facs->input_columns(), true, built_in_face(), options);
    ASSERT_EQ(found.size(), 52u);
    int opposites = 0;
    for (const auto& one : found) {
      if (one.sign > 0) {
        EXPECT_TRUE(one.interpretable) << one.unit;
        EXPECT_GT(one.points_moved, 0) << one.unit;
      } else {
        opposites += one.interpretable;
      }
    }
    EXPECT_LT(opposites, 20);
  }
}

TEST(Interpretability, ABrowPulledOutwardIsAnArtifact) {
  // Paper 001, supplementary table 4: no muscle pulls the outer brow outward.
  UnitMovements units{RowMatrix::Zero(2, 136), Eigen::RowVectorXd::Zero(136)};
  units.movements(0, 26) = 5;        // the left brow's outer end to image-right
  units.movements(1, 68 + 26) = -5;  // and up
  const std::vector<Column> names = {{"out", "", ""}, {"up", "", ""}};
  const auto found = interpretability(units, names, keypoint_motion_columns(), false, built_in_face());
  EXPECT_FALSE(found[0].interpretable);
  EXPECT_EQ(found[0].points_outside, std::vector<int>{26});
  EXPECT_EQ(found[0].worst_point, 26);
  EXPECT_GT(found[0].worst_angle, 30);
  EXPECT_TRUE(found[1].interpretable);
  InterpretabilityOptions lenient;
  lenient.angle = 180;
  EXPECT_TRUE(interpretability(units, names, keypoint_motion_columns(), false, built_in_face(), lenient)[0]
                  .interpretable);
}

TEST(Interpretability, APointThatMovesLittleBesideTheOthersDoesNotCount) {
  UnitMovements units{RowMatrix::Zero(1, 136), Eigen::RowVectorXd::Zero(136)};
  units.movements(0, 68 + 26) = -5;    // the left brow's outer end, up
  units.movements(0, 68 + 24) = -0.5;  // and its middle a tenth of that
  InterpretabilityOptions options;
  const auto moved = [&] {
    return interpretability(units, {{"up", "", ""}}, keypoint_motion_columns(), false, built_in_face(),
                            options)[0]
        .points_moved;
  };
  EXPECT_EQ(moved(), 1);
  options.least_share = 0.05;
  EXPECT_EQ(moved(), 2);
}

TEST(Interpretability, WhatIsNoFaceIsSaid) {
  const UnitMovements units{RowMatrix::Ones(1, 1), Eigen::RowVectorXd::Zero(1)};
  EXPECT_TRUE(says(error_of([&] {
                     interpretability(units, {{"U", "", ""}}, {{"e_jaw", "", ""}}, false, built_in_face());
                   }),
                   {"not points of the face"}));
}

RaterTable table_of(const test::TemporaryFolder& folder, const std::string& text) {
  write_file_atomically(folder / "raters.csv", text);
  return read_rater_table(folder / "raters.csv");
}

TEST(Raters, MajorityVoteAndFleissKappa) {
  const test::TemporaryFolder folder;
  const auto table = table_of(folder, "unit,ann,bob,cleo\nA,1,yes,✓\nB,0,no,×\nC,1,1,0\nD,0,0,True\n");
  EXPECT_EQ(table.raters, (std::vector<std::string>{"ann", "bob", "cleo"}));
  const auto agreement = rater_agreement(table);
  EXPECT_EQ(agreement.interpretable, (std::vector<bool>{true, false, true, false}));
  EXPECT_EQ(agreement.share, 0.5);
  EXPECT_EQ(agreement.share_of_rater, (std::vector<double>{0.5, 0.5, 0.5}));
  // P_i = 1, 1, 1/3, 1/3, so P̄ = 2/3; half of the verdicts are yes, so P̄_e = 1/2.
  EXPECT_NEAR(agreement.kappa, (2.0 / 3 - 0.5) / 0.5, 1e-12);
}

TEST(Raters, TiesAreNotInterpretableAndCertainAgreementHasNoKappa) {
  const test::TemporaryFolder folder;
  EXPECT_FALSE(rater_agreement(table_of(folder, "unit,a,b\nA,1,0\n")).interpretable[0]);
  EXPECT_TRUE(std::isnan(rater_agreement(table_of(folder, "unit,a,b\nA,1,1\nB,1,1\n")).kappa));
  EXPECT_TRUE(std::isnan(rater_agreement(table_of(folder, "a,unit\n1,A\n0,B\n")).kappa));
}

TEST(Raters, BadTablesAreSaid) {
  const test::TemporaryFolder folder;
  const auto message = [&](const char* text) { return error_of([&] { table_of(folder, text); }); };
  EXPECT_TRUE(says(message("name,a\nA,1\n"), {"line 1", "no column 'unit'"}));
  EXPECT_TRUE(says(message("unit\nA\n"), {"no column of a rater"}));
  EXPECT_TRUE(says(message("unit,a\nA,1\nA,0\n"), {"line 3", "'A'", "twice"}));
  EXPECT_TRUE(says(message("unit,a\nA,maybe\n"), {"line 2", "column a", "'maybe'"}));
  EXPECT_TRUE(says(message("unit,a\nA,\n"), {"column a", "missing"}));
  EXPECT_TRUE(says(message("unit,a\nA\n"), {"1 fields"}));
  EXPECT_TRUE(says(message("unit,a\n"), {"no line"}));
  EXPECT_TRUE(says(message(""), {"raters.csv"}));
}

}  // namespace
}  // namespace facelex
