#include "facelex/face/pose/registration.hpp"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <limits>
#include <map>
#include <vector>

#include "face/fit/simulated_face.hpp"

namespace facelex {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

using Targets = std::map<int, Eigen::Vector2d>;

Landmarks68 only_of_scheme(Landmarks68 points, LandmarkScheme scheme) {
  for (const int point : missing_points(scheme)) points.row(point).setConstant(nan);
  return points;
}

/// The affine step as one generic least-squares problem in six unknowns, by a rank-revealing QR.
Landmarks68 naive_affine(const Landmarks68& points, const Targets& targets) {
  Eigen::MatrixXd design = Eigen::MatrixXd::Zero(2 * static_cast<Eigen::Index>(targets.size()), 6);
  Eigen::VectorXd right(design.rows());
  Eigen::Index row = 0;
  for (const auto& [point, target] : targets) {
    design.row(row) << points(point, 0), points(point, 1), 1, 0, 0, 0;
    design.row(row + 1) << 0, 0, 0, points(point, 0), points(point, 1), 1;
    right.segment<2>(row) = target;
    row += 2;
  }
  const Eigen::VectorXd p = design.colPivHouseholderQr().solve(right);
  Landmarks68 result;
  for (Eigen::Index i = 0; i < 68; ++i)
    result.row(i) << p(0) * points(i, 0) + p(1) * points(i, 1) + p(2),
        p(3) * points(i, 0) + p(4) * points(i, 1) + p(5);
  return result;
}

/// The similarity step as least squares in (a, b, tx, ty): x' = a·x − b·y + tx, y' = b·x + a·y + ty.
void naive_similarity(Landmarks68& points, const Targets& targets, const std::vector<int>& moved) {
  Eigen::MatrixXd design(2 * static_cast<Eigen::Index>(targets.size()), 4);
  Eigen::VectorXd right(design.rows());
  Eigen::Index row = 0;
  for (const auto& [point, target] : targets) {
    design.row(row) << points(point, 0), -points(point, 1), 1, 0;
    design.row(row + 1) << points(point, 1), points(point, 0), 0, 1;
    right.segment<2>(row) = target;
    row += 2;
  }
  const Eigen::VectorXd p = design.colPivHouseholderQr().solve(right);
  for (const int i : moved) {
    const double x = points(i, 0), y = points(i, 1);
    points.row(i) << p(0) * x - p(1) * y + p(2), p(1) * x + p(0) * y + p(3);
  }
}

std::vector<int> joined(std::vector<std::pair<int, int>> ranges) {
  std::vector<int> result;
  for (const auto& [first, last] : ranges)
    for (int i = first; i <= last; ++i) result.push_back(i);
  return result;
}

/// The design's text, step by step.
Landmarks68 naive_registration(const Landmarks68& points, LandmarkScheme scheme) {
  const Targets with_jaw = {{0, {300, 900}},   {16, {1100, 900}}, {27, {700, 900}},
                            {33, {700, 1300}}, {39, {600, 1000}}, {42, {800, 1000}}};
  const Targets without_jaw = {{27, {700, 900}},  {33, {700, 1300}}, {39, {600, 1000}},
                               {42, {800, 1000}}, {36, {400, 1000}}, {45, {1000, 1000}}};
  const bool jaw = scheme == LandmarkScheme::points_68 || scheme == LandmarkScheme::points_66;
  Landmarks68 result = naive_affine(points, jaw ? with_jaw : without_jaw);
  if (jaw) naive_similarity(result, {{0, {300, 1000}}, {16, {1100, 1000}}}, joined({{0, 16}}));
  naive_similarity(result, {{36, {400, 1000}}, {39, {600, 1000}}}, joined({{17, 21}, {36, 41}}));
  naive_similarity(result, {{42, {800, 1000}}, {45, {1000, 1000}}}, joined({{22, 26}, {42, 47}}));
  const Eigen::RowVector2d shift = Eigen::RowVector2d(700, 1000) - result.row(27);
  for (int i = 27; i <= 35; ++i) result.row(i) += shift;
  for (const int point : missing_points(scheme)) result.row(point).setZero();
  return result;
}

class RegistrationOfScheme : public testing::TestWithParam<LandmarkScheme> {};

TEST_P(RegistrationOfScheme, IsTheNaiveLeastSquares) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    const Landmarks68 points = only_of_scheme(test::simulated_face(random, 3), GetParam());
    Landmarks68 registered;
    ASSERT_EQ(register_landmarks(points, GetParam(), registered), RegistrationOutcome::ok) << seed;
    Landmarks68 naive = naive_registration(points, GetParam());
    EXPECT_LT((registered - naive).cwiseAbs().maxCoeff(), 1e-8) << "seed " << seed;
  }
}

TEST_P(RegistrationOfScheme, DoesNotSeeAffineMapsOfThePicture) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    const Landmarks68 points = only_of_scheme(test::simulated_face(random, 3), GetParam());
    const test::PlaneMap map = test::random_plane_map(random);
    Landmarks68 registered, of_mapped;
    ASSERT_EQ(register_landmarks(points, GetParam(), registered), RegistrationOutcome::ok);
    ASSERT_EQ(register_landmarks(map(points), GetParam(), of_mapped), RegistrationOutcome::ok);
    EXPECT_LT((registered - of_mapped).cwiseAbs().maxCoeff(), 1e-7) << "seed " << seed;
  }
}

TEST_P(RegistrationOfScheme, PutsAnchorsExactlyOnTheirTargets) {
  Targets targets = {
      {27, {700, 1000}}, {36, {400, 1000}}, {39, {600, 1000}}, {42, {800, 1000}}, {45, {1000, 1000}}};
  if (has_jaw_line(GetParam())) {
    targets[0] = {300, 1000};
    targets[16] = {1100, 1000};
  }
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    Landmarks68 registered;
    ASSERT_EQ(register_landmarks(only_of_scheme(test::simulated_face(random, 3), GetParam()), GetParam(),
                                 registered),
              RegistrationOutcome::ok);
    for (const auto& [point, target] : targets) {
      EXPECT_EQ(registered(point, 0), target.x()) << point;
      EXPECT_EQ(registered(point, 1), target.y()) << point;
    }
    for (const int point : missing_points(GetParam())) EXPECT_TRUE(registered.row(point).isZero(0)) << point;
  }
}

TEST_P(RegistrationOfScheme, AnyMissingPointOfTheSchemeMakesTheFrameIncomplete) {
  Random random(7);
  const Landmarks68 face = only_of_scheme(test::simulated_face(random, 2), GetParam());
  for (const int point : ibug_numbers(GetParam())) {
    for (const double bad : {nan, std::numeric_limits<double>::infinity()}) {
      Landmarks68 points = face;
      points(point, point % 2) = bad;
      Landmarks68 registered;
      EXPECT_EQ(register_landmarks(points, GetParam(), registered), RegistrationOutcome::incomplete) << point;
    }
  }
}

TEST_P(RegistrationOfScheme, AnchorsOnALineAreDegenerate) {
  Random random(8);
  const Landmarks68 face = only_of_scheme(test::simulated_face(random, 2), GetParam());
  Landmarks68 registered;
  for (const double slope : {0.0, 1.0, -2.5}) {
    Landmarks68 on_line = face;
    on_line.col(1) = slope * face.col(0).array() + 5;
    EXPECT_EQ(register_landmarks(on_line, GetParam(), registered), RegistrationOutcome::degenerate) << slope;
    on_line.col(1) = face.col(1);
    on_line.col(0) = slope * face.col(1).array() + 5;
    EXPECT_EQ(register_landmarks(on_line, GetParam(), registered), RegistrationOutcome::degenerate) << slope;
  }
  for (const double place : {0.0, 312.7}) {
    Landmarks68 coincident = face;
    coincident.setConstant(place);
    EXPECT_EQ(register_landmarks(only_of_scheme(coincident, GetParam()), GetParam(), registered),
              RegistrationOutcome::degenerate);
  }
}

TEST_P(RegistrationOfScheme, CoincidentPointsOfAPartAreDegenerate) {
  Random random(9);
  std::vector<std::pair<int, int>> anchors_of_parts = {{36, 39}, {42, 45}};
  if (has_jaw_line(GetParam())) anchors_of_parts.emplace_back(0, 16);
  for (const auto& [a, b] : anchors_of_parts) {
    Landmarks68 points = only_of_scheme(test::simulated_face(random, 2), GetParam());
    points.row(a) = points.row(b);
    Landmarks68 registered;
    EXPECT_EQ(register_landmarks(points, GetParam(), registered), RegistrationOutcome::degenerate) << a;
  }
}

INSTANTIATE_TEST_SUITE_P(AllSchemes, RegistrationOfScheme, testing::ValuesIn(all_landmark_schemes),
                         [](const auto& scheme) { return std::to_string(point_count(scheme.param)); });

TEST(Registration, MovesOnlyThePartThatMoves) {
  Random random(10);
  const Landmarks68 points = test::simulated_face(random, 2);
  Landmarks68 before, after;
  ASSERT_EQ(register_landmarks(points, LandmarkScheme::points_68, before), RegistrationOutcome::ok);
  Landmarks68 moved = points;
  moved.row(24) += Eigen::RowVector2d(1, -6);
  ASSERT_EQ(register_landmarks(moved, LandmarkScheme::points_68, after), RegistrationOutcome::ok);
  for (int i = 0; i < 68; ++i)
    if (i == 24) {
      EXPECT_GT((after.row(i) - before.row(i)).norm(), 5);
    } else {
      EXPECT_EQ((after.row(i) - before.row(i)).norm(), 0) << i;
    }
}

}  // namespace
}  // namespace facelex
