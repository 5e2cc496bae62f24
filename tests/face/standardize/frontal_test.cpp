#include <gtest/gtest.h>

#include "facelex/core/error.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "fixture.hpp"
#include "frontalization_fixture.hpp"

namespace facelex {
namespace {

using namespace test;

StandardizeOptions linear(Source source = Source::estimated, long long frame = 0,
                          const std::string& file = {}) {
  StandardizeOptions options = with_neutral(source, frame, file);
  options.frontalize = StandardizeOptions::Frontalization::linear;
  return options;
}

Landmarks68 registered_frontal(const Landmarks68& points, const Frontalization& map, LandmarkScheme scheme) {
  Landmarks68 frontal;
  EXPECT_EQ(map.apply(points, scheme, frontal), RegistrationOutcome::ok);
  return registered(frontal, scheme);
}

class StandardizeFrontal : public testing::TestWithParam<LandmarkScheme> {};

TEST_P(StandardizeFrontal, IsTheRegisteredFrontalViewMinusThatOfTheNeutral) {
  const TemporaryFolder folder;
  const auto rows = moving_face(1, 30);
  const auto input = write(folder / "a.csv", rows, GetParam());
  const Frontalization& map = built_in_frontalization().frontalization;
  const Landmarks68 neutral = registered_frontal(rows[6].landmarks, map, GetParam());
  const auto outcome = standardized(input, linear(Source::frame, 7));
  for (std::size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(motion_of(outcome.motion, static_cast<Eigen::Index>(i)),
              registered_frontal(rows[i].landmarks, map, GetParam()) - neutral)
        << i;
  const auto one = write(folder / "one.csv", {rows[6]}, GetParam());
  EXPECT_EQ(standardized(input, linear(Source::file, 0, one.string())).motion.values, outcome.motion.values)
      << "the neutral of a file is turned to the front as well";
  const Json& details = outcome.result.details;
  EXPECT_EQ(details["frontalize"], "linear");
  EXPECT_EQ(details["frontalization"]["map"], "built-in");
  EXPECT_EQ(details["frontalization"]["sha256"], built_in_frontalization().digest);
}

INSTANTIATE_TEST_SUITE_P(AllSchemes, StandardizeFrontal, testing::ValuesIn(all_landmark_schemes),
                         [](const auto& scheme) { return std::to_string(point_count(scheme.param)); });

/// A neutral head that turns from side to side and nods, before a camera.
std::vector<Row> turning_head(std::uint64_t seed) {
  const LandmarkRows points = landmark_rows(built_in_face());
  Random random(seed);
  Eigen::VectorXd identity(points.identity.cols());
  for (Eigen::Index k = 0; k < identity.size(); ++k) identity[k] = random.normal();
  const Eigen::VectorXd offsets = points.identity * identity;
  std::vector<Row> rows;
  for (int i = 0; i < 40; ++i) {
    const Eigen::Matrix3d rotation =
        rotation_from_angles({0.3 * std::sin(0.5 * i), 0.5 * std::sin(0.31 * i), 0.2 * std::sin(0.2 * i)});
    Row row{{i + 1, 0, 0.04 * i, 1, true}, {}};
    for (std::size_t r = points.point.size(); r-- > 0;) {
      const auto at = static_cast<Eigen::Index>(r);
      const Eigen::Vector3d place = points.mean.row(at).transpose() + offsets.segment<3>(3 * at);
      row.landmarks.row(points.point[r]) =
          openface_camera(1280, 720).project(rotation * place + Eigen::Vector3d(20, -30, 700)).transpose();
    }
    rows.push_back(row);
  }
  return rows;
}

TEST(StandardizeFrontalization, ATurningHeadMovesFarLess) {
  const TemporaryFolder folder;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const auto input = write(folder / "a.csv", turning_head(seed));
    const double raw = standardized(input).motion.values.norm();
    EXPECT_LT(standardized(input, linear()).motion.values.norm(), 0.15 * raw) << seed;
  }
}

TEST(StandardizeFrontalization, IsTheDefault) {
  const TemporaryFolder folder;
  const auto input = write(folder / "a.csv", turning_head(1));
  EXPECT_EQ(standardized(input, {}).motion.values, standardized(input, linear()).motion.values);
  EXPECT_EQ(standardized(input).result.details["frontalize"], "none");
  EXPECT_FALSE(standardized(input).result.details.contains("frontalization"));
}

TEST(StandardizeFrontalization, TakesAnotherMap) {
  const TemporaryFolder folder;
  FrontalizationOptions options;
  options.views = 200;
  const Frontalization map = learn_frontalization(built_in_face(), options, Work{});
  const auto file = folder / "other.safetensors";
  const std::string digest = write_model(file, frontalization_to_file(map));
  const auto rows = moving_face(2, 5);
  const auto input = write(folder / "a.csv", rows);
  StandardizeOptions with_map = linear(Source::first);
  with_map.frontalize_map = file.string();
  const auto outcome = standardized(input, with_map);
  EXPECT_EQ(motion_of(outcome.motion, 3),
            registered_frontal(rows[3].landmarks, map, LandmarkScheme::points_68) -
                registered_frontal(rows[0].landmarks, map, LandmarkScheme::points_68));
  EXPECT_EQ(outcome.result.details["frontalization"]["map"], "other.safetensors") << "no absolute paths";
  EXPECT_EQ(outcome.result.details["frontalization"]["sha256"], digest);

  with_map.frontalize_map = input.string();
  EXPECT_THROW(standardized(input, with_map), Error);
  with_map.frontalize = StandardizeOptions::Frontalization::none;
  EXPECT_THROW(with_map.check(), Error);
}

}  // namespace
}  // namespace facelex
