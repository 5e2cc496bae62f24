#include "facelex/face/pose/rotation.hpp"

#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <Eigen/LU>
#include <numbers>

#include "facelex/core/random.hpp"

namespace facelex {
namespace {

constexpr double pi = std::numbers::pi;

TEST(Rotation, IsTheProductOfRightHandedTurnsAboutTheAxes) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    const Eigen::Vector3d angles(random.uniform(-pi, pi), random.uniform(-pi, pi), random.uniform(-pi, pi));
    const Eigen::Matrix3d product = (Eigen::AngleAxisd(angles(0), Eigen::Vector3d::UnitX()) *
                                     Eigen::AngleAxisd(angles(1), Eigen::Vector3d::UnitY()) *
                                     Eigen::AngleAxisd(angles(2), Eigen::Vector3d::UnitZ()))
                                        .toRotationMatrix();
    EXPECT_LT((rotation_from_angles(angles) - product).norm(), 1e-14);
  }
}

TEST(Rotation, AnglesComeBack) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const Eigen::Vector3d angles(random.uniform(-pi, pi), random.uniform(-pi / 2, pi / 2),
                                 random.uniform(-pi, pi));
    EXPECT_LT((angles_from_rotation(rotation_from_angles(angles)) - angles).norm(), 1e-10) << seed;
  }
}

TEST(Rotation, ProfileLosesRollButKeepsTheRotation) {
  for (const double yaw : {pi / 2, -pi / 2}) {
    const Eigen::Matrix3d rotation = rotation_from_angles({0.4, yaw, -0.7});
    const Eigen::Vector3d angles = angles_from_rotation(rotation);
    EXPECT_LT((rotation_from_angles(angles) - rotation).norm(), 1e-9);
    EXPECT_TRUE(angles.allFinite());
  }
}

TEST(Rotation, SignsAsPeopleSeeThem) {
  const Eigen::Vector3d nose(0, 0, -1), top(0, -1, 0);
  EXPECT_GT((rotation_from_angles({0.3, 0, 0}) * nose).y(), 0) << "pitch > 0 looks down";
  EXPECT_LT((rotation_from_angles({0, 0.3, 0}) * nose).x(), 0) << "yaw > 0 turns to image-left";
  EXPECT_GT((rotation_from_angles({0, 0, 0.3}) * top).x(), 0) << "roll > 0 tilts the top to image-right";
}

TEST(Rotation, OfAVectorTurnsByItsLength) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    const Eigen::Vector3d vector(random.normal(), random.normal(), random.normal());
    const Eigen::Matrix3d rotation = rotation_from_vector(vector.normalized() * 0.7);
    EXPECT_NEAR(rotation.determinant(), 1, 1e-14);
    EXPECT_LT((rotation * vector - vector).norm(), 1e-14 * 10);
    EXPECT_NEAR(angle_between(rotation, Eigen::Matrix3d::Identity()), 0.7, 1e-12);
  }
  EXPECT_EQ(rotation_from_vector(Eigen::Vector3d::Zero()), Eigen::Matrix3d::Identity());
  EXPECT_NEAR(angle_between(rotation_from_vector({1e-9, 0, 0}), Eigen::Matrix3d::Identity()), 1e-9, 1e-15);
}

}  // namespace
}  // namespace facelex
