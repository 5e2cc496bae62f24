#include "facelex/face/standardize/frontalization.hpp"

#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <limits>
#include <numbers>

#include "face/fit/simulated_face.hpp"
#include "facelex/core/error.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "frontalization_fixture.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

using namespace test;

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr double grid = 1.0 / 65536;

Frontalization learnt(const FrontalizationOptions& options, int threads = 1) {
  Work work;
  work.threads = threads;
  return learn_frontalization(built_in_face(), options, work);
}

FrontalizationOptions few_views(int views = 300, double noise = 0.02) {
  FrontalizationOptions options;
  options.views = views;
  options.noise = noise;
  return options;
}

class FrontalizationOfScheme : public testing::TestWithParam<LandmarkScheme> {};

TEST_P(FrontalizationOfScheme, TheStandardPlaceIsCentredOfRadiusOneWithLevelEyes) {
  const std::vector<int>& numbers = ibug_numbers(GetParam());
  const auto mean_of = [](const Landmarks68& points, const std::vector<int>& chosen) {
    Eigen::RowVector2d sum = Eigen::RowVector2d::Zero();
    for (const int point : chosen) sum += points.row(point);
    return Eigen::RowVector2d(sum / static_cast<double>(chosen.size()));
  };
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    Landmarks68 points = simulated_face(random, 3), placed, again;
    for (const int point : missing_points(GetParam())) points.row(point).setConstant(nothing);
    ASSERT_EQ(standard_place(points, GetParam(), placed), RegistrationOutcome::ok);
    EXPECT_LT(mean_of(placed, numbers).norm(), 1e-12);
    double squares = 0;
    for (const int point : numbers) squares += placed.row(point).squaredNorm();
    EXPECT_NEAR(squares / static_cast<double>(numbers.size()), 1, 1e-12);
    const Eigen::RowVector2d eyes =
        mean_of(placed, {42, 43, 44, 45, 46, 47}) - mean_of(placed, {36, 37, 38, 39, 40, 41});
    EXPECT_NEAR(eyes.y(), 0, 1e-12);
    EXPECT_GT(eyes.x(), 0);
    for (const int point : missing_points(GetParam())) EXPECT_TRUE(placed.row(point).array().isNaN().all());

    // Where, how large and how tilted the face is in the picture does not matter.
    const double angle = random.uniform(-3, 3), scale = std::exp(random.uniform(-3, 3));
    Eigen::Matrix2d turn;
    turn << std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle);
    const PlaneMap similarity{scale * turn, {random.uniform(-900, 900), 77}};
    ASSERT_EQ(standard_place(similarity(points), GetParam(), again), RegistrationOutcome::ok);
    for (const int point : numbers) EXPECT_LT((placed.row(point) - again.row(point)).norm(), 1e-9) << point;
  }
}

TEST_P(FrontalizationOfScheme, IsTheSumOverTheMap) {
  const Frontalization& map = built_in_frontalization().frontalization;
  const std::vector<int>& numbers = ibug_numbers(GetParam());
  const auto n = static_cast<Eigen::Index>(numbers.size());
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const Landmarks68 points = simulated_face(random, 3);
    Landmarks68 placed, frontal;
    ASSERT_EQ(standard_place(points, GetParam(), placed), RegistrationOutcome::ok);
    ASSERT_EQ(map.apply(points, GetParam(), frontal), RegistrationOutcome::ok);
    for (Eigen::Index i = 0; i < n; ++i) {
      double x = map.maps(GetParam()).x(i, n), y = map.maps(GetParam()).y(i, n);
      for (Eigen::Index k = 0; k < n; ++k) {
        x += map.maps(GetParam()).x(i, k) * placed(numbers[static_cast<std::size_t>(k)], 0);
        y += map.maps(GetParam()).y(i, k) * placed(numbers[static_cast<std::size_t>(k)], 1);
      }
      EXPECT_NEAR(frontal(numbers[static_cast<std::size_t>(i)], 0), x, 1e-12);
      EXPECT_NEAR(frontal(numbers[static_cast<std::size_t>(i)], 1), y, 1e-12);
    }
    for (const int point : missing_points(GetParam())) EXPECT_TRUE(frontal.row(point).array().isNaN().all());
  }
}

TEST_P(FrontalizationOfScheme, MirroredFacesGiveMirroredViews) {
  const Frontalization& map = built_in_frontalization().frontalization;
  Random random(3);
  const Landmarks68 points = simulated_face(random, 3);
  Landmarks68 frontal, of_mirrored;
  ASSERT_EQ(map.apply(points, GetParam(), frontal), RegistrationOutcome::ok);
  ASSERT_EQ(map.apply(mirrored_face(points), GetParam(), of_mirrored), RegistrationOutcome::ok);
  const Landmarks68 expected = mirrored_face(frontal);
  for (const int point : ibug_numbers(GetParam()))
    EXPECT_LT((of_mirrored.row(point) - expected.row(point)).norm(), 68 * grid) << point;
}

TEST_P(FrontalizationOfScheme, MissingPointsAndCoincidentEyesAreSaid) {
  const Frontalization& map = built_in_frontalization().frontalization;
  Random random(4);
  const Landmarks68 face = simulated_face(random, 2);
  Landmarks68 frontal;
  for (const int point : ibug_numbers(GetParam()))
    for (const double bad : {nothing, std::numeric_limits<double>::infinity()}) {
      Landmarks68 points = face;
      points(point, point % 2) = bad;
      EXPECT_EQ(map.apply(points, GetParam(), frontal), RegistrationOutcome::incomplete) << point;
    }
  for (const double place : {0.0, 312.7}) {
    Landmarks68 points = face;
    points.middleRows<12>(36).setConstant(place);
    EXPECT_EQ(map.apply(points, GetParam(), frontal), RegistrationOutcome::degenerate);
    points.setConstant(place);
    EXPECT_EQ(map.apply(points, GetParam(), frontal), RegistrationOutcome::degenerate);
  }
}

/// The least squares of the header by a singular value decomposition of the whole design.
TEST_P(FrontalizationOfScheme, LearntMapIsTheMinimumNormLeastSquares) {
  const std::vector<int>& numbers = ibug_numbers(GetParam());
  const auto n = static_cast<Eigen::Index>(numbers.size());
  for (const double noise : {0.0, 0.02}) {
    // Centred points with level eyes are dependent: without noise the solution is not unique.
    const FrontalizationOptions options = few_views(100, noise);
    const FaceViews faces(built_in_face(), options);
    Eigen::MatrixXd design = Eigen::MatrixXd::Zero(200 + n, n + 1), right = Eigen::MatrixXd::Zero(200 + n, n);
    for (Eigen::Index i = 0; i < 200; ++i) {
      const FaceViews::View view = faces.view(static_cast<std::uint64_t>(i / 2));
      Landmarks68 posed, frontal;
      standard_place(i % 2 ? mirrored_face(view.posed) : view.posed, GetParam(), posed);
      standard_place(i % 2 ? mirrored_face(view.frontal) : view.frontal, GetParam(), frontal);
      for (Eigen::Index k = 0; k < n; ++k) {
        design(i, k) = posed(numbers[static_cast<std::size_t>(k)], 1);
        right(i, k) = frontal(numbers[static_cast<std::size_t>(k)], 1);
      }
      design(i, n) = 1;
    }
    design.bottomLeftCorner(n, n).diagonal().setConstant(noise * std::sqrt(200.0));
    const Eigen::MatrixXd naive =
        design.bdcSvd(Eigen::ComputeThinU | Eigen::ComputeThinV).solve(right).transpose();
    const Frontalization map = learnt(options);
    EXPECT_LT((map.maps(GetParam()).y - naive).cwiseAbs().maxCoeff(), 0.51 * grid) << noise;
  }
}

INSTANTIATE_TEST_SUITE_P(AllSchemes, FrontalizationOfScheme, testing::ValuesIn(all_landmark_schemes),
                         [](const auto& scheme) { return std::to_string(point_count(scheme.param)); });

TEST(FaceViews, DependOnTheirIndexAlone) {
  const FaceViews faces(built_in_face(), {});
  const FaceViews::View first = faces.view(7);
  faces.view(3);
  EXPECT_EQ(faces.view(7).posed, first.posed);
  EXPECT_NE(faces.view(8).posed, first.posed);
  EXPECT_NE(first.frontal, first.neutral);
}

TEST(FaceViews, StayWithinTheirOptions) {
  FrontalizationOptions options;
  options.expression = 0;
  options.nearest = 1e9;
  options.farthest = 1e9;
  const FaceViews faces(built_in_face(), options);
  Eigen::Vector3d most = Eigen::Vector3d::Zero();
  for (std::uint64_t i = 0; i < 300; ++i) {
    const FaceViews::View view = faces.view(i);
    EXPECT_EQ(view.frontal, view.neutral) << "no expression";
    most = most.cwiseMax(view.rotation_rad.cwiseAbs() * 180 / std::numbers::pi);
    // From very far a turned head is the rotated points without their depth: in the plane of the picture,
    // distances are never longer than in space, so the eyes cannot be farther apart than from the front.
    const auto apart = [](const Landmarks68& face) { return (face.row(36) - face.row(45)).norm(); };
    EXPECT_LT(apart(view.posed) * 1e9, apart(view.frontal) * 1.2);
  }
  EXPECT_TRUE((most.array() <= Eigen::Array3d(25, 40, 20)).all()) << most;
  EXPECT_TRUE((most.array() > Eigen::Array3d(23, 37, 18)).all()) << most;
}

TEST(FaceViews, TheJawIsWhereItsContourEndsForTheViewer) {
  MorphableModel face = built_in_face();
  // Point 3 may also be seen at the tip of the nose, which is the outermost once the head is turned far.
  face.contour[3] = {face.landmarks[3], face.landmarks[30]};
  FrontalizationOptions options;
  options.yaw = 80;
  const FaceViews faces(face, options);
  int slid = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const FaceViews::View view = faces.view(i);
    EXPECT_NE(view.frontal.row(3), view.frontal.row(30));
    if (view.posed.row(3) == view.posed.row(30)) {
      ++slid;
      EXPECT_GT(view.rotation_rad.y(), 0) << "the subject's right is turned away";
    }
  }
  EXPECT_GT(slid, 5);
}

TEST(FaceViews, NeedAllLandmarks) {
  MorphableModel face = built_in_face();
  face.landmarks[40] = -1;
  try {
    const FaceViews faces(face, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::data);
    EXPECT_NE(std::string(error.what()).find("no landmark 40"), std::string::npos) << error.what();
  }
}

TEST(FrontalizationLearning, EveryOptionChangesTheResult) {
  const Frontalization standard = learnt(few_views());
  const auto differs = [&](const FrontalizationOptions& options) {
    return learnt(options).maps(LandmarkScheme::points_68).x != standard.maps(LandmarkScheme::points_68).x;
  };
  EXPECT_FALSE(differs(few_views()));
  EXPECT_TRUE(differs(few_views(301)));
  EXPECT_TRUE(differs(few_views(300, 0.03)));
  for (double FrontalizationOptions::*field :
       {&FrontalizationOptions::yaw, &FrontalizationOptions::pitch, &FrontalizationOptions::roll,
        &FrontalizationOptions::nearest, &FrontalizationOptions::farthest,
        &FrontalizationOptions::expression}) {
    FrontalizationOptions options = few_views();
    options.*field *= 0.9;
    EXPECT_TRUE(differs(options));
  }
  FrontalizationOptions seed = few_views();
  seed.seed = 2;
  EXPECT_TRUE(differs(seed));
}

TEST(FrontalizationLearning, BytesDoNotDependOnThreads) {
  const TemporaryFolder folder;
  const auto one = write_model(folder / "1.safetensors", frontalization_to_file(learnt(few_views(1200), 1)));
  const auto four = write_model(folder / "4.safetensors", frontalization_to_file(learnt(few_views(1200), 4)));
  EXPECT_EQ(one, four);
}

TEST(FrontalizationLearning, TheShippedMapIsThatOfTheShippedFace) {
  const TemporaryFolder folder;
  EXPECT_EQ(write_model(folder / "a.safetensors", frontalization_to_file(learnt({}))),
            built_in_frontalization().digest)
      << "the face or the learning has changed: facelex learn frontalization -o "
         "data/frontalization.safetensors";
}

TEST(FrontalizationLearning, RemovesPoseFromFacesItHasNotSeen) {
  FrontalizationOptions others;
  others.seed = 777;
  const FaceViews faces(built_in_face(), others);
  const Turning as_it_is = [](const Landmarks68& points) { return points; };
  for (const double noise : {0.0, 0.01, 0.02}) {
    const MotionError raw = motion_error(faces, as_it_is, noise);
    const MotionError ours = motion_error(faces, turning(built_in_frontalization().frontalization), noise);
    EXPECT_LT(ours.relative, 0.15 * raw.relative) << noise;
    EXPECT_LT(ours.relative, 0.55) << noise;
    EXPECT_GT(ours.correlation, 0.85) << noise;
  }
}

TEST(FrontalizationLearning, StopsWhenAsked) {
  const std::atomic<bool> stop = true;
  Work work;
  work.stop = &stop;
  EXPECT_THROW(learn_frontalization(built_in_face(), few_views(), work), Error);
}

TEST(FrontalizationLearning, OptionsThatContradictEachOther) {
  FrontalizationOptions options;
  options.nearest = 3000;
  EXPECT_THROW(options.check(), Error);
  EXPECT_EQ(options_json(FrontalizationOptions())["noise"], 0.02);
}

TEST(FrontalizationFile, ComesBackAsItWas) {
  const TemporaryFolder folder;
  const Frontalization map = learnt(few_views());
  const std::string digest = write_model(folder / "f.safetensors", frontalization_to_file(map));
  const LoadedFrontalization loaded = load_frontalization(folder / "f.safetensors");
  EXPECT_EQ(loaded.digest, digest);
  EXPECT_EQ(loaded.name, "f.safetensors");
  EXPECT_EQ(loaded.frontalization.training(), map.training());
  for (const LandmarkScheme scheme : all_landmark_schemes) {
    EXPECT_EQ(loaded.frontalization.maps(scheme).x, map.maps(scheme).x);
    EXPECT_EQ(loaded.frontalization.maps(scheme).y, map.maps(scheme).y);
  }
}

TEST(FrontalizationFile, WhatIsNoneIsRefused) {
  const auto error_of = [](const ModelFile& file) -> std::string {
    try {
      frontalization_from_file(file);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
      return error.what();
    }
    return "no error";
  };
  const ModelFile good = frontalization_to_file(built_in_frontalization().frontalization);
  ModelFile file = good;
  file.kind = "pca";
  EXPECT_NE(error_of(file).find("'pca', not a frontalisation"), std::string::npos) << error_of(file);
  file = good;
  file.tensors.erase("y_51");
  EXPECT_NE(error_of(file).find("y_51"), std::string::npos) << error_of(file);
  file = good;
  file.tensors["x_68"] = file.tensors["x_66"];
  EXPECT_NE(error_of(file).find("x_68"), std::string::npos) << error_of(file);
  file = good;
  file.set("x_49", Eigen::MatrixXd::Constant(49, 50, nothing));
  EXPECT_NE(error_of(file).find("'x_49' has a number that is not finite"), std::string::npos)
      << error_of(file);
}

}  // namespace
}  // namespace facelex
