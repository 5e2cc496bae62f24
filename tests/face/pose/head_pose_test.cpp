#include "facelex/face/pose/head_pose.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <numbers>

#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "facelex/face/model/mean_face.hpp"
#include "facelex/face/pose/rotation.hpp"
#include "facelex/io/recording_file.hpp"

namespace facelex {
namespace {

constexpr double degree = std::numbers::pi / 180;

HeadPose random_pose(Random& random) {
  HeadPose pose;
  pose.rotation_rad = {random.uniform(-30, 30) * degree, random.uniform(-45, 45) * degree,
                       random.uniform(-40, 40) * degree};
  pose.translation_mm = {random.uniform(-250, 250), random.uniform(-150, 150), random.uniform(350, 2000)};
  return pose;
}

Landmarks68 seen(const HeadPose& pose, const Camera& camera) {
  const Eigen::Matrix3d rotation = rotation_from_angles(pose.rotation_rad);
  Landmarks68 points;
  for (Eigen::Index i = 0; i < 68; ++i)
    points.row(i) =
        camera.project(rotation * mean_face_mm().row(i).transpose() + pose.translation_mm).transpose();
  return points;
}

double rotation_error_degrees(const HeadPose& a, const HeadPose& b) {
  return angle_between(rotation_from_angles(a.rotation_rad), rotation_from_angles(b.rotation_rad)) / degree;
}

Landmarks68 with_noise(Landmarks68 points, double part_of_eye_distance, Random& random) {
  const double sigma = part_of_eye_distance * (points.row(36) - points.row(45)).norm();
  for (Eigen::Index i = 0; i < points.size(); ++i) points.data()[i] += sigma * random.normal();
  return points;
}

TEST(Camera, OpenFacesDefault) {
  EXPECT_EQ(openface_camera(640, 480), (Camera{500, 500, 320, 240}));
  EXPECT_EQ(openface_camera(640, 360), (Camera{437.5, 437.5, 320, 180}));
  EXPECT_THROW(openface_camera(0, 480), Error);
  EXPECT_THROW(openface_camera(640, -1), Error);
}

TEST(MeanFace, IsSymmetricCentredAndOfAverageSize) {
  const Landmarks3d& face = mean_face_mm();
  ASSERT_TRUE(face.allFinite());
  EXPECT_LT(face.colwise().mean().norm(), 1e-3);
  EXPECT_EQ(face.col(0).cwiseAbs().minCoeff(), 0);
  for (const auto& [right, left] : {std::pair{0, 16},
                                    {8, 8},
                                    {17, 26},
                                    {21, 22},
                                    {31, 35},
                                    {33, 33},
                                    {36, 45},
                                    {39, 42},
                                    {41, 46},
                                    {48, 54},
                                    {59, 55},
                                    {60, 64},
                                    {67, 65},
                                    {66, 66}}) {
    EXPECT_EQ(face(right, 0), -face(left, 0)) << right;
    EXPECT_EQ(face(right, 1), face(left, 1)) << right;
    EXPECT_EQ(face(right, 2), face(left, 2)) << right;
    EXPECT_LE(face(right, 0), 0) << "the subject's right is image-left";
  }
  const auto distance = [&](int a, int b) { return (face.row(a) - face.row(b)).norm(); };
  EXPECT_NEAR(distance(36, 45), 89, 1);
  EXPECT_NEAR(distance(39, 42), 32.5, 0.5);
  EXPECT_NEAR(distance(48, 54), 52, 1);
  EXPECT_NEAR(distance(30, 33), 19.5, 1);
  EXPECT_NEAR(distance(0, 16), 137, 10);
  EXPECT_LT(face.row(30).z(), face.row(27).z()) << "the tip of the nose is nearest to the camera";
}

TEST(HeadPose, ComesBackFromItsOwnProjection) {
  const Camera camera = openface_camera(1280, 720);
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const HeadPose truth = random_pose(random);
    const auto pose = estimate_head_pose(seen(truth, camera), camera);
    ASSERT_TRUE(pose) << seed;
    EXPECT_LT(rotation_error_degrees(*pose, truth), 0.01) << "seed " << seed;
    EXPECT_LT((pose->translation_mm - truth.translation_mm).norm(), 1e-3 * truth.translation_mm.norm());
    EXPECT_LT(pose->reprojection_error_px, 0.01) << "seed " << seed;
  }
}

TEST(HeadPose, BearsNoise) {
  const Camera camera = openface_camera(1280, 720);
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const HeadPose truth = random_pose(random);
    const auto pose = estimate_head_pose(with_noise(seen(truth, camera), 0.01, random), camera);
    ASSERT_TRUE(pose) << seed;
    const double error = rotation_error_degrees(*pose, truth);
    EXPECT_LT(error, 3) << "seed " << seed;
    sum += error;
  }
  EXPECT_LT(sum / 300, 0.8);
}

TEST(HeadPose, BearsAMouthThatOpensAndAFewWrongPoints) {
  const Camera camera = openface_camera(1280, 720);
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    const HeadPose truth = random_pose(random);
    Landmarks68 points = seen(truth, camera);
    const double eyes = (points.row(36) - points.row(45)).norm();
    const Eigen::RowVector2d down = (points.row(8) - points.row(27)).normalized();
    for (int i = 4; i <= 12; ++i) points.row(i) += 0.15 * eyes * down;
    for (int i = 55; i <= 59; ++i) points.row(i) += 0.3 * eyes * down;
    for (int i = 65; i <= 67; ++i) points.row(i) += 0.3 * eyes * down;
    points.row(19) += Eigen::RowVector2d(0.8, 0.5) * eyes;
    points.row(2) += Eigen::RowVector2d(-0.9, 0.4) * eyes;
    const auto pose = estimate_head_pose(points, camera);
    ASSERT_TRUE(pose) << seed;
    EXPECT_LT(rotation_error_degrees(*pose, truth), 6) << "seed " << seed;
  }
}

TEST(HeadPose, HardlySeesBrowsAndBlinks) {
  const Camera camera = openface_camera(1280, 720);
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    const HeadPose truth = random_pose(random);
    Landmarks68 points = seen(truth, camera);
    const double eyes = (points.row(36) - points.row(45)).norm();
    const Eigen::RowVector2d down = (points.row(8) - points.row(27)).normalized();
    for (int i = 17; i <= 26; ++i) points.row(i) -= 0.1 * eyes * down;
    for (const int i : {37, 38, 43, 44}) points.row(i) += 0.1 * eyes * down;
    const auto pose = estimate_head_pose(points, camera);
    ASSERT_TRUE(pose) << seed;
    EXPECT_LT(rotation_error_degrees(*pose, truth), 0.7) << "seed " << seed;
  }
}

TEST(HeadPose, IsAsRobustFarAwayAsNear) {
  const Camera camera = openface_camera(1280, 720);
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    HeadPose truth = random_pose(random);
    for (const double depth : {400.0, 8000.0}) {
      truth.translation_mm = {0, 0, depth};
      Landmarks68 points = seen(truth, camera);
      for (const int wrong : {30, 33})
        points.row(wrong) += Eigen::RowVector2d(0.5, 0.3) * (points.row(36) - points.row(45)).norm();
      const auto pose = estimate_head_pose(points, camera);
      ASSERT_TRUE(pose) << seed;
      EXPECT_LT(rotation_error_degrees(*pose, truth), 3) << "seed " << seed << " at " << depth;
    }
  }
}

TEST(HeadPose, WorksWithoutTheJawLine) {
  const Camera camera = openface_camera(1280, 720);
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    const HeadPose truth = random_pose(random);
    Landmarks68 points = seen(truth, camera);
    for (const int missing : missing_points(LandmarkScheme::points_49))
      points.row(missing).setConstant(std::numeric_limits<double>::quiet_NaN());
    const auto pose = estimate_head_pose(points, camera);
    ASSERT_TRUE(pose) << seed;
    EXPECT_LT(rotation_error_degrees(*pose, truth), 0.01) << "seed " << seed;
  }
}

TEST(HeadPose, DependsOnTheFaceNotOnTheSizeOfThePicture) {
  Random random(3);
  const HeadPose truth = random_pose(random);
  const Landmarks68 points = with_noise(seen(truth, openface_camera(1280, 720)), 0.02, random);
  const auto pose = estimate_head_pose(points, openface_camera(1280, 720));
  const auto of_larger = estimate_head_pose(points * 3, openface_camera(3840, 2160));
  ASSERT_TRUE(pose && of_larger);
  EXPECT_LT(rotation_error_degrees(*pose, *of_larger), 1e-6);
  EXPECT_LT((pose->translation_mm - of_larger->translation_mm).norm(), 1e-4);
  EXPECT_NEAR(of_larger->reprojection_error_px, 3 * pose->reprojection_error_px, 1e-4);
}

TEST(HeadPose, NothingFromTooLittle) {
  const Camera camera = openface_camera(1280, 720);
  Random random(4);
  const Landmarks68 face = seen(random_pose(random), camera);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(estimate_head_pose(Landmarks68::Constant(nan), camera));
  EXPECT_FALSE(estimate_head_pose(Landmarks68::Constant(100), camera)) << "coincident";
  Landmarks68 on_line = face;
  on_line.col(1) = 2 * face.col(0).array() + 3;
  EXPECT_FALSE(estimate_head_pose(on_line, camera)) << "collinear";
  Landmarks68 five = face;
  five.bottomRows(63).setConstant(nan);
  EXPECT_FALSE(estimate_head_pose(five, camera));
  Landmarks68 mouth_only = face;
  mouth_only.topRows(48).setConstant(nan);
  EXPECT_FALSE(estimate_head_pose(mouth_only, camera)) << "no rigid points";
}

double correlation(const Eigen::ArrayXd& a, const Eigen::ArrayXd& b) {
  const Eigen::ArrayXd x = a - a.mean(), y = b - b.mean();
  return (x * y).sum() / std::sqrt(x.square().sum() * y.square().sum());
}

// OpenFace's own example: 100 frames of 640×360 (its 3-D landmarks divide into its 2-D ones by that camera).
// Its face fits the person, ours is average: level differs, course does not.
TEST(HeadPose, FollowsOpenFacesPose) {
  const char* shared = std::getenv("FACELEX_SHARED_DATA");
  if (!shared) GTEST_SKIP() << "FACELEX_SHARED_DATA is not set";
  const Recording recording = read_recording(std::string(shared) + "/openface/OpenFace_Test.csv");
  const LandmarkColumns columns = find_landmark_columns(recording.columns, "OpenFace_Test.csv");
  const Camera camera = openface_camera(640, 360);
  Eigen::ArrayXXd ours(recording.rows(), 6), theirs(recording.rows(), 6);
  const char* names[] = {"pose_Tx", "pose_Ty", "pose_Tz", "pose_Rx", "pose_Ry", "pose_Rz"};
  for (Eigen::Index row = 0; row < recording.rows(); ++row) {
    const auto pose = estimate_head_pose(landmarks_of_row(columns, recording.values, row), camera);
    ASSERT_TRUE(pose) << row;
    ours.row(row).head<3>() = pose->translation_mm.transpose().array();
    ours.row(row).tail<3>() = pose->rotation_rad.transpose().array();
    for (Eigen::Index i = 0; i < 6; ++i) {
      const Eigen::Index column = recording.column(names[i]);
      ASSERT_GE(column, 0);
      theirs(row, i) = recording.values(row, column);
    }
  }
  for (Eigen::Index i = 0; i < 6; ++i)
    EXPECT_GT(correlation(ours.col(i), theirs.col(i)), i == 3 ? 0.8 : 0.95) << names[i];
  const Eigen::ArrayXd difference = (ours - theirs).colwise().mean().abs();
  EXPECT_LT(difference(2), 0.05 * theirs.col(2).mean()) << "distance";
  EXPECT_LT(difference(3), 12 * degree) << "pitch";
  EXPECT_LT(difference(4), 1 * degree) << "yaw";
  EXPECT_LT(difference(5), 1 * degree) << "roll";
}

}  // namespace
}  // namespace facelex
