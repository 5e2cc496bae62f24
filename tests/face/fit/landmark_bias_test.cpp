#include "face/fit/landmark_bias.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "facelex/core/random.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/fit/fit.hpp"
#include "facelex/face/pose/head_pose.hpp"
#include "facelex/face/schemes/mirror.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar.hpp"
#include "simulated_recording.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

Json table_of(const std::function<double(int point, int axis, int term)>& value) {
  Json table = {{"landmark_model_digest", "d"}, {"noise_mm", 1.5}, {"max_yaw", 0.5}, {"max_pitch", 0.3}};
  for (int axis = 0; axis < 2; ++axis)
    for (int point = 0; point < 68; ++point)
      for (int term = 0; term < 6; ++term)
        table[axis == 0 ? "x" : "y"][point][term] = value(point, axis, term);
  return table;
}

/// The mean face in a pose.
Landmarks68 seen(const Eigen::Vector3d& angles, double distance, const Camera& camera) {
  return test::seen_points(built_in_face(), built_in_face().mean, rotation_from_angles(angles),
                           {20, -10, distance}, camera);
}

// Written out point by point: millimetres of an upright head, turned and scaled into the picture.
TEST(LandmarkBias, TakesOffWhatTheTableSaysOfThePose) {
  Random random(1);
  const Json json = table_of([&](int, int, int) { return random.uniform(-3, 3); });
  const LandmarkBias table(json);
  EXPECT_EQ(table.noise_mm(), 1.5);
  const Camera camera = openface_camera(1280, 720);
  for (const Eigen::Vector3d& angles :
       {Eigen::Vector3d(0, 0, 0), Eigen::Vector3d(0.1, -0.3, 0.4), Eigen::Vector3d(-0.4, 0.7, -0.2)}) {
    const Landmarks68 points = seen(angles, 700, camera);
    const auto pose = estimate_head_pose(points, camera);
    ASSERT_TRUE(pose);
    const double pitch = std::min(std::max(pose->rotation_rad[0], -0.3), 0.3);
    const double yaw = std::min(std::max(pose->rotation_rad[1], -0.5), 0.5);
    const double terms[] = {1, yaw, pitch, yaw * yaw, yaw * pitch, pitch * pitch};
    const Landmarks68 corrected = table.corrected(points, camera);
    for (int point = 0; point < 68; ++point) {
      Eigen::Vector2d error = Eigen::Vector2d::Zero();
      for (int term = 0; term < 6; ++term)
        error += terms[term] *
                 Eigen::Vector2d(json["x"][point][term].get<double>(), json["y"][point][term].get<double>());
      const Eigen::Vector2d in_picture =
          Eigen::Rotation2Dd(pose->rotation_rad[2]) * error * camera.fx / pose->translation_mm.z();
      EXPECT_LT((points.row(point).transpose() - in_picture - corrected.row(point).transpose()).norm(), 1e-9)
          << point;
    }
  }
}

TEST(LandmarkBias, LeavesWhatNoPoseExplains) {
  const LandmarkBias table(table_of([](int, int, int) { return 1; }));
  const Landmarks68 one_place = Landmarks68::Constant(200);
  EXPECT_EQ(table.corrected(one_place, openface_camera(640, 480)), one_place);
}

// A detector learnt from faces and their mirror images errs alike on both sides.
TEST(LandmarkBias, TheOneOfTheProgramIsSymmetric) {
  const LandmarkBias& table = LandmarkBias::of_dlib_cascade();
  EXPECT_EQ(table.landmark_model_digest().size(), 64u);
  EXPECT_GT(table.noise_mm(), 0.5);
  EXPECT_LT(table.noise_mm(), 3);
  const Camera camera{800, 800, 0, 0};
  for (const double yaw : {-0.4, 0.0, 0.3}) {
    Landmarks68 points = seen({0.1, yaw, 0}, 700, camera), other = points;
    for (int point = 0; point < 68; ++point)
      other.row(point) << -points(mirrored_points[static_cast<std::size_t>(point)], 0),
          points(mirrored_points[static_cast<std::size_t>(point)], 1);
    const Landmarks68 a = table.corrected(points, camera), b = table.corrected(other, camera);
    EXPECT_GT((a - points).norm(), 1) << yaw;
    for (int point = 0; point < 68; ++point) {
      const auto twin = mirrored_points[static_cast<std::size_t>(point)];
      EXPECT_NEAR(b(point, 0), -a(twin, 0), 0.05) << point;
      EXPECT_NEAR(b(point, 1), a(twin, 1), 0.05) << point;
    }
  }
}

// Whose landmarks they are says the sidecar alone.
TEST(LandmarkBias, FitTakesItOffLandmarksOfThatDetector) {
  const test::TemporaryFolder folder;
  const auto simulated = test::simulated_recording(built_in_face(), {.seed = 5, .frames = 30});
  Recording recording;
  for (const char axis : {'x', 'y'})
    for (int i = 0; i < 68; ++i)
      recording.columns.push_back({std::string(1, axis) + "_" + std::to_string(i), "", "px"});
  recording.values.resize(30, 136);
  for (int i = 0; i < 30; ++i) {
    recording.frames.push_back({i + 1, 0, 0.04 * (i + 1), 0.9, true});
    recording.values.row(i) = Eigen::Map<const Eigen::RowVectorXd>(
        simulated.frames[static_cast<std::size_t>(i)].points.data(), 136);
  }
  RecordingWriter writer(folder / "in.csv", recording.columns, TableFormat::csv);
  writer.write(recording);
  writer.finish();
  FitOptions options;
  options.image_size = "1280x720";
  const auto fitted = [&](FitOptions::Bias bias) {
    options.bias = bias;
    return fit(folder / "in.csv", folder / "out.csv", built_in_face(), options, TableFormat::csv, Work{});
  };
  const StageResult nobodys = fitted(FitOptions::Bias::known);
  EXPECT_TRUE(nobodys.details["bias"].is_null());
  Sidecar sidecar;
  sidecar.stage = "extract";
  sidecar.result.kind = SignalKind::landmarks;
  sidecar.result.details = {
      {"landmark_model_digest", LandmarkBias::of_dlib_cascade().landmark_model_digest()}};
  write_sidecar(folder / "in.csv", sidecar);
  const StageResult known = fitted(FitOptions::Bias::known);
  EXPECT_EQ(known.details["bias"], LandmarkBias::of_dlib_cascade().landmark_model_digest());
  EXPECT_EQ(known.details["identity"][0]["noise_mm"], LandmarkBias::of_dlib_cascade().noise_mm());
  EXPECT_NE(known.output_digest, nobodys.output_digest);
  EXPECT_EQ(fitted(FitOptions::Bias::none).output_digest, nobodys.output_digest);
  sidecar.result.details = {{"landmark_model_digest", "another"}};
  write_sidecar(folder / "in.csv", sidecar);
  EXPECT_EQ(fitted(FitOptions::Bias::known).output_digest, nobodys.output_digest);
}

}  // namespace
}  // namespace facelex
