#include "facelex/coding/linear/observables.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/fit/observables.hpp"

namespace facelex {
namespace {

/// What fits hold of it, mm, when these units of the built-in face are at these values.
RowMatrix measured(const CodingSystem& system, const std::vector<std::pair<std::string, double>>& units) {
  const MorphableModel& face = built_in_face();
  Eigen::VectorXd expression = Eigen::VectorXd::Zero(face.expression.size());
  for (const auto& [name, value] : units) {
    const auto found = std::find(face.expression.names.begin(), face.expression.names.end(), name);
    EXPECT_NE(found, face.expression.names.end()) << name;
    expression[found - face.expression.names.begin()] = value;
  }
  const Eigen::VectorXd moved = (face.expression.modes * expression.cast<float>()).cast<double>();
  const ObservableMeasure measure(face.landmark_points());
  EXPECT_EQ(measure.columns().size(), system.input_columns().size());
  Eigen::VectorXd displacement(3 * 68);
  for (Eigen::Index axis = 0; axis < 3; ++axis)
    for (Eigen::Index point = 0; point < 68; ++point)
      displacement[axis * 68 + point] = moved[3 * face.landmarks[static_cast<std::size_t>(point)] + axis];
  return measure.of(displacement).transpose();
}

double code(const CodingSystem& system, const EncodedFrames& frames, const std::string& name,
            Eigen::Index row = 0) {
  for (std::size_t k = 0; k < system.units().size(); ++k)
    if (system.units()[k].name == name) return frames.codes(row, static_cast<Eigen::Index>(k));
  ADD_FAILURE() << name;
  return std::nan("");
}

TEST(Observables, OneIsTheLeadingUnitsEIntensity) {
  const Observables system(Observables::Measure::e_intensities);
  const auto at = [&](const std::vector<std::pair<std::string, double>>& units, const std::string& name) {
    return code(system, system.encode(measured(system, units)), name);
  };
  EXPECT_NEAR(at({{"AU27", 1}}, "o_jaw_drop"), 1, 1e-5);
  EXPECT_NEAR(at({{"AU25", 0.5}}, "o_lips_part"), 0.5, 1e-5);
  EXPECT_NEAR(at({{"AU12_L", 1}, {"AU12_R", 1}}, "o_mouth_width"), 1, 1e-5);
  EXPECT_NEAR(at({{"AU43_L", 1}, {"AU43_R", 1}}, "o_eye_closing"), 1, 1e-5);
  EXPECT_NEAR(at({{"AU43_L", 1}, {"AU43_R", 1}}, "o_eye_closing_asymmetry"), 0, 1e-5);
  EXPECT_NEAR(at({{"AU43_L", 1}}, "o_eye_closing"), 0.5, 1e-3);
  EXPECT_NEAR(at({{"AU43_L", 1}}, "o_eye_closing_asymmetry"), 1, 1e-3);
  EXPECT_NEAR(at({{"AU43_R", 1}}, "o_eye_closing_asymmetry"), -1, 1e-3);
  EXPECT_GT(at({{"AU15_L", -1}, {"AU15_R", -1}}, "o_corner_up"), 0) << "signed: what goes down can go up";
  EXPECT_LT(at({{"AU15_L", 1}, {"AU15_R", 1}}, "o_corner_up"), 0);
}

TEST(Observables, MillimetresAreTheSameMovements) {
  const Observables e(Observables::Measure::e_intensities), mm(Observables::Measure::millimetres);
  ASSERT_EQ(e.units().size(), mm.units().size());
  const RowMatrix wide = measured(e, {{"AU27", 1}});
  const double drop = code(mm, mm.encode(wide), "o_jaw_drop");
  EXPECT_GT(drop, 5) << "a wide open mouth";
  EXPECT_LT(drop, 60);
  EXPECT_EQ(mm.units()[0].unit, "mm");
  EXPECT_NE(e.units()[1].description.find("AU27"), std::string::npos) << e.units()[1].description;
}

TEST(Observables, DecodingMeasuresTheSame) {
  const Observables system(Observables::Measure::e_intensities);
  Random random(1);
  RowMatrix codes(20, static_cast<Eigen::Index>(system.units().size()));
  for (double& value : codes.reshaped()) value = random.normal();
  EXPECT_LT((system.encode(system.decode(codes)).codes - codes).cwiseAbs().maxCoeff(), 1e-10);
}

TEST(Observables, PointsThatAreNotThereMeasureNothing) {
  std::vector<int> inner;
  for (int point = 17; point < 68; ++point) inner.push_back(point);
  const auto columns = ObservableMeasure(inner).columns();
  EXPECT_EQ(columns.size(), observables().size() - 1) << "the chin alone is among 0 … 16";
  for (const Column& column : columns) EXPECT_NE(column.name, "o_jaw_drop");
  // A point of theirs moves them, whatever the order of the points.
  Eigen::VectorXd moved = Eigen::VectorXd::Zero(3 * 51);
  moved[51 + (66 - 17)] = 3;  // down
  const Eigen::VectorXd seen = ObservableMeasure(inner).of(moved);
  EXPECT_EQ(columns[0].name, "o_lips_part");
  EXPECT_NEAR(seen[0], 1, 1e-12) << "a mean of three points";
}

TEST(Observables, MissingStaysMissingAndFilesComeBack) {
  const Observables system(Observables::Measure::e_intensities);
  RowMatrix signals(2, static_cast<Eigen::Index>(system.input_columns().size()));
  signals.row(0).setConstant(std::nan(""));
  signals.row(1) = measured(system, {{"AU01_L", 1}}).row(0);
  const auto read = Observables::from_model(system.to_model());
  const EncodedFrames frames = read->encode(signals);
  EXPECT_TRUE(frames.codes.row(0).array().isNaN().all());
  const EncodedFrames before = system.encode(signals);
  EXPECT_LT((frames.codes.row(1) - before.codes.row(1)).norm(), 1e-12);
  ModelFile twice = system.to_model();
  RowMatrix atoms = twice.matrix("atoms", static_cast<Eigen::Index>(system.units().size()), signals.cols());
  atoms.row(1) = atoms.row(0);
  twice.set("atoms", atoms);
  EXPECT_THROW(Observables::from_model(twice), Error);
}

}  // namespace
}  // namespace facelex
