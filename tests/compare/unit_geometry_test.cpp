#include "facelex/compare/unit_geometry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "hand_made.hpp"

namespace facelex {
namespace {

using test::motion_column;
using test::motion_columns;
using test::one_hot;
using test::random_matrix;

TEST(UnitGeometryTest, MovementsAreThoseOfTheAtoms) {
  const RowMatrix atoms = random_matrix(5, 136, 3);
  LinearModel model = test::model_of(atoms);
  model.scale = 0.5;  // signals are halved before coding: a unit of code moves twice as much
  const auto movements = unit_movements(FacialBasis(model, 0.2));
  ASSERT_TRUE(movements);
  EXPECT_TRUE(movements->movements.isApprox(2 * atoms));
  EXPECT_TRUE(movements->rest.isZero());
}

TEST(UnitGeometryTest, RestIsWhatNoUnitDecodesTo) {
  LinearModel model = test::model_of(one_hot({1, 2}));
  model.mean = Eigen::VectorXd::Constant(136, 3);
  const auto movements = unit_movements(PcaSystem(model, PcaSystem::global_kind));
  ASSERT_TRUE(movements);
  EXPECT_TRUE(movements->rest.isApprox(Eigen::RowVectorXd::Constant(136, 3)));
  EXPECT_TRUE(movements->movements.isApprox(model.atoms));
}

/// Codes with the roots of positive signals.
class RootEncoder final : public Encoder {
 public:
  EncodedFrames encode(const RowMatrix& signals, const Work&) const override {
    return {signals.cwiseMax(0).cwiseSqrt(), Eigen::VectorXd::Zero(signals.rows()), {}, signals.rows(), 0};
  }
};

/// Decodes to squares: its units have no movements.
class SquareSystem final : public CodingSystem {
 public:
  std::string_view kind() const override { return "square"; }
  SignalKind input_kind() const override { return SignalKind::keypoint_motion; }
  const std::vector<Column>& input_columns() const override { return columns_; }
  CodeForm code_form() const override { return CodeForm::projections; }
  const std::vector<Column>& units() const override { return columns_; }
  RowMatrix decode(const RowMatrix& codes) const override { return codes.array().square(); }
  const Json& training() const override { return training_; }
  ModelFile to_model() const override { return {}; }

 private:
  Json acting(const EncodeOptions&) const override { return Json::object(); }
  std::unique_ptr<Encoder> prepared(const EncodeOptions&) const override {
    return std::make_unique<RootEncoder>();
  }

  std::vector<Column> columns_ = {{"dx_1", "", ""}, {"dx_2", "", ""}};
  Json training_ = Json::object();
};

TEST(UnitGeometryTest, WhatIsNotLinearHasNoMovements) {
  EXPECT_FALSE(unit_movements(SquareSystem()));
}

TEST(UnitGeometryTest, SignsAreFoundByTrying) {
  const auto sparse = test::sparse_system(one_hot({3, 8}), 0.2);
  EXPECT_TRUE(has_signed_codes(*sparse, *unit_movements(*sparse)));
  const SquareSystem positive;
  EXPECT_FALSE(has_signed_codes(positive, {RowMatrix::Identity(2, 2), Eigen::RowVectorXd::Zero(2)}));
}

TEST(UnitGeometryTest, CosinesAgainstTheDefinition) {
  RowMatrix a = random_matrix(4, 9, 1);
  const RowMatrix b = random_matrix(6, 9, 2);
  a.row(2).setZero();
  const Eigen::MatrixXd cos = cosines(a, b);
  for (Eigen::Index i = 0; i < 4; ++i)
    for (Eigen::Index j = 0; j < 6; ++j)
      EXPECT_NEAR(cos(i, j), i == 2 ? 0 : a.row(i).dot(b.row(j)) / (a.row(i).norm() * b.row(j).norm()),
                  1e-14);
}

TEST(UnitGeometryTest, CoherenceOfKnownUnits) {
  const RowMatrix apart = one_hot({0, 1, 2, 3});
  EXPECT_EQ(coherence(apart)->largest, 0);
  EXPECT_EQ(coherence(apart)->mean, 0);
  RowMatrix twice(3, 136);
  twice << one_hot({0}), -2 * one_hot({0}), one_hot({1});
  EXPECT_DOUBLE_EQ(coherence(twice)->largest, 1) << "the opposite of a unit is the same unit";
  EXPECT_DOUBLE_EQ(coherence(twice)->mean, 1.0 / 3);
  RowMatrix silent(3, 136);
  silent << one_hot({0, 1}), RowMatrix::Zero(1, 136);
  EXPECT_EQ(coherence(silent)->mean, 0) << "units that do not move make no pairs";
  EXPECT_FALSE(coherence(one_hot({0})));
  EXPECT_FALSE(coherence(RowMatrix::Zero(2, 136)));
}

TEST(UnitGeometryTest, CoherenceAgainstANaiveSum) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const RowMatrix units = random_matrix(7, 12, seed);
    double largest = 0, sum = 0;
    int pairs = 0;
    for (int i = 0; i < 7; ++i)
      for (int j = i + 1; j < 7; ++j) {
        const double cos = std::abs(units.row(i).normalized().dot(units.row(j).normalized()));
        largest = std::max(largest, cos);
        sum += cos;
        ++pairs;
      }
    const auto found = coherence(units);
    EXPECT_NEAR(found->largest, largest, 1e-14);
    EXPECT_NEAR(found->mean, sum / pairs, 1e-14);
  }
}

TEST(UnitGeometryTest, PlacesOfKnownUnits) {
  RowMatrix units = RowMatrix::Zero(5, 136);
  units(0, motion_column('y', 18)) = 2;                                        // right brow
  units(1, motion_column('y', 18)) = 2, units(1, motion_column('y', 25)) = 1;  // both brows
  units(2, motion_column('x', 51)) = 3, units(2, motion_column('y', 37)) = 4;  // an eye and the lips
  units(3, motion_column('x', 8)) = 1;                                         // the chin
  const auto places = unit_places(units, motion_columns());
  ASSERT_TRUE(places);
  EXPECT_EQ((*places)[0].feature, "RB");
  EXPECT_DOUBLE_EQ((*places)[0].share, 1);
  EXPECT_EQ((*places)[1].feature, "RB");
  EXPECT_DOUBLE_EQ((*places)[1].share, 1) << "the mirror feature counts";
  EXPECT_EQ((*places)[2].feature, "RE");
  EXPECT_DOUBLE_EQ((*places)[2].share, 16.0 / 25);
  EXPECT_EQ((*places)[3].feature, "JA");
  EXPECT_EQ((*places)[4].feature, "") << "does not move";
  EXPECT_EQ((*places)[4].share, 0);
  EXPECT_FALSE(unit_places(RowMatrix::Ones(2, 2), {{"e_0", "", ""}, {"e_1", "", ""}}));
}

TEST(UnitGeometryTest, PlacesOfUnitsAllOverTheFace) {
  // All 68 points alike: lips 20 points, the most; their share is 20 of 68.
  const auto places = unit_places(RowMatrix::Ones(1, 136), motion_columns());
  EXPECT_EQ((*places)[0].feature, "MO");
  EXPECT_DOUBLE_EQ((*places)[0].share, 20.0 / 68);
}

TEST(UnitGeometryTest, MirroredUnitsAreSymmetric) {
  const auto mirror = column_mirror(motion_columns());
  ASSERT_TRUE(mirror);
  const RowMatrix half = random_matrix(4, 136, 7);
  RowMatrix both(8, 136);
  both << half, mirror->mirrored(half);
  EXPECT_TRUE(mirror_likeness(both, *mirror, false).isApproxToConstant(1));
  RowMatrix opposite(8, 136);
  opposite << half, -mirror->mirrored(half);
  EXPECT_TRUE(mirror_likeness(opposite, *mirror, true).isApproxToConstant(1));
  EXPECT_LT(mirror_likeness(opposite, *mirror, false).maxCoeff(), 0.9);
  const RowMatrix symmetric = half + mirror->mirrored(half);
  EXPECT_TRUE(mirror_likeness(symmetric, *mirror, false).isApproxToConstant(1));
  // Of one side alone: nothing is like its mirror image.
  EXPECT_EQ(mirror_likeness(one_hot({17, 18}), *mirror, true).maxCoeff(), 0);
}

TEST(UnitGeometryTest, MatchedUnitsAreFoundAgainInAnyOrder) {
  const RowMatrix units = random_matrix(6, 40, 11);
  const std::vector<Eigen::Index> order = {3, 0, 5, 1, 4, 2};
  RowMatrix others = units(order, Eigen::all);
  others.row(1) *= -4;
  EXPECT_TRUE(matched_likeness(units, others, true).isApproxToConstant(1));
  const Eigen::VectorXd with_signs = matched_likeness(units, others, false);
  EXPECT_LT(with_signs[0], 0.5) << "others.row(1) is the opposite of unit 0";
  // Two units cannot share a partner.
  const RowMatrix one = units.topRows(1);
  EXPECT_NEAR(matched_likeness(units, one, true).sum(), 1, 1e-12);
  EXPECT_EQ((matched_likeness(units, one, true).array() > 0).count(), 1);
}

}  // namespace
}  // namespace facelex
