#include "facelex/coding/linear/merged_units.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "facelex/face/builtin/anatomical_face.hpp"

namespace facelex {
namespace {

double merged(const CodingSystem& system, const std::vector<std::pair<std::string, double>>& units,
              const std::string& name) {
  const auto& names = built_in_face().expression.names;
  RowMatrix row = RowMatrix::Zero(1, built_in_face().expression.size());
  for (const auto& [unit, value] : units) {
    const auto found = std::find(names.begin(), names.end(), unit);
    EXPECT_NE(found, names.end()) << unit;
    row(0, found - names.begin()) = value;
  }
  for (std::size_t k = 0; k < system.units().size(); ++k)
    if (system.units()[k].name == name) return system.encode(row).codes(0, static_cast<Eigen::Index>(k));
  ADD_FAILURE() << name;
  return 0;
}

TEST(MergedUnits, TheLeadingUnitCountsWhole) {
  const auto system = merged_units();
  EXPECT_NEAR(merged(*system, {{"AU27", 0.7}}, "u_jaw_drop_26_27"), 0.7, 1e-9);
  EXPECT_NEAR(merged(*system, {{"AU12_L", 0.4}}, "u_corner_raise_12_13_L"), 0.4, 1e-9);
  EXPECT_NEAR(merged(*system, {{"AU12_L", 0.4}}, "u_corner_raise_12_13_R"), 0, 1e-9);
  EXPECT_NEAR(merged(*system, {{"AU24", 1}}, "u_lip_press_23_24_28"), 1, 1e-9);
}

TEST(MergedUnits, MembersCountByWhatTheyMove) {
  const auto system = merged_units();
  const double jaw = merged(*system, {{"AU26", 1}}, "u_jaw_drop_26_27");
  EXPECT_GT(jaw, 0.2) << "AU26 moves the jaw less than AU27";
  EXPECT_LT(jaw, 0.9);
  EXPECT_LT(merged(*system, {{"AU05_R", 1}}, "u_eye_closing_43_5_R"), 0) << "opens what AU43 closes";
  const double left = merged(*system, {{"AU16_L", 1}}, "u_lower_lip_down_16_25"),
               both = merged(*system, {{"AU16_L", 1}, {"AU16_R", 1}}, "u_lower_lip_down_16_25");
  EXPECT_GT(left, 0.1);
  EXPECT_NEAR(both, 2 * left, 0.05) << "of both sides";
  EXPECT_NEAR(merged(*system, {{"AU30_R", 0.5}}, "u_jaw_sideways_30"),
              -merged(*system, {{"AU30_L", 0.5}}, "u_jaw_sideways_30"), 0.05);
}

// Every coefficient of the face is in one group, and the groups are those whose members move landmarks alike.
TEST(MergedUnits, HoldEveryUnitOnceAndWhatMovesAlike) {
  const auto system = merged_units();
  const RowMatrix one_each =
      system
          ->encode(RowMatrix::Identity(built_in_face().expression.size(), built_in_face().expression.size()))
          .codes;
  for (Eigen::Index mode = 0; mode < one_each.rows(); ++mode) {
    const std::string& name = built_in_face().expression.names[static_cast<std::size_t>(mode)];
    EXPECT_EQ((one_each.row(mode).array().abs() > 1e-9).count(), 1) << name;
  }
  EXPECT_EQ(system->units().size(), 10u * 2 + 7);
}

TEST(MergedUnits, AreAModelFileLikeAnyOther) {
  const auto system = merged_units();
  const auto again = Observables::from_model(system->to_model());
  EXPECT_EQ(again->units(), system->units());
  RowMatrix row = RowMatrix::Constant(1, built_in_face().expression.size(), 0.1);
  EXPECT_LT((again->encode(row).codes - system->encode(row).codes).norm(), 1e-12);
}

}  // namespace
}  // namespace facelex
