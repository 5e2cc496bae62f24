#include "facelex/plot/render/rasterizer.hpp"

#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <cmath>
#include <limits>
#include <opencv2/core.hpp>

#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "facelex/face/model/mesh.hpp"

namespace facelex {
namespace {

constexpr int width = 64, height = 48;
const Camera camera{60, 60, (width - 1) / 2.0, (height - 1) / 2.0};

/// Triangles anywhere before the camera, turned towards it.
Surface random_triangles(int count, std::uint64_t seed) {
  Random random(seed);
  Surface surface;
  surface.points.resize(3 * count, 3);
  surface.triangles.resize(count, 3);
  surface.colors.resize(3 * count, 3);
  for (int t = 0; t < count; ++t) {
    const Eigen::RowVector3f middle(static_cast<float>(random.uniform(-40, 40)),
                                    static_cast<float>(random.uniform(-30, 30)),
                                    static_cast<float>(random.uniform(70, 130)));
    for (int k = 0; k < 3; ++k) {
      surface.points.row(3 * t + k) = middle;
      for (int c = 0; c < 3; ++c) {
        surface.points(3 * t + k, c) += static_cast<float>(12 * random.normal());
        surface.colors(3 * t + k, c) = static_cast<float>(random.uniform());
      }
    }
    const Eigen::Vector3f a = surface.points.row(3 * t), b = surface.points.row(3 * t + 1),
                          c = surface.points.row(3 * t + 2);
    const bool faces_camera = (b - a).cross(c - a).dot(a) < 0;
    surface.triangles.row(t) << 3 * t, 3 * t + (faces_camera ? 1 : 2), 3 * t + (faces_camera ? 2 : 1);
  }
  surface.normals = vertex_normals(surface.points, surface.triangles);
  return surface;
}

/// Only light from everywhere: colours are the surface's own.
Light plain_light() {
  Light light;
  light.ambient = 1;
  light.key_strength = light.fill_strength = 0;
  return light;
}

cv::Mat gray_ground(int value = 60) {
  return {height, width, CV_8UC3, cv::Scalar::all(value)};
}

struct Drawn {
  cv::Mat picture, depth;
};
Drawn drawn(const Surface& surface, const Light& light, int samples) {
  Rasterizer rasterizer(width, height, camera, samples);
  rasterizer.clear(gray_ground());
  rasterizer.draw(surface, light);
  return {rasterizer.picture(), rasterizer.depth()};
}

/// What a ray through (x, y) meets first: its distance z and colour, by the equations of ray and plane.
struct Hit {
  double z = std::numeric_limits<double>::infinity();
  Eigen::Vector3d color{60, 60, 60};
  double margin = std::numeric_limits<double>::infinity();  // least share: how near to an edge the ray passes
};
Hit first_hit(const Surface& surface, double x, double y) {
  const Eigen::Vector3d ray((x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy, 1);
  Hit hit;
  for (Eigen::Index t = 0; t < surface.triangles.rows(); ++t) {
    Eigen::Matrix3d corners;
    for (Eigen::Index k = 0; k < 3; ++k)
      corners.col(k) = surface.points.row(surface.triangles(t, k)).transpose().cast<double>();
    // z·ray = corners·w with Σ w = 1.
    const Eigen::Vector3d unscaled = corners.inverse() * ray;
    const double z = 1 / unscaled.sum();
    const Eigen::Vector3d share = unscaled * z;
    hit.margin = std::min(hit.margin, std::abs(share.minCoeff()));
    if (z < 0 || share.minCoeff() < 0 || z >= hit.z) continue;
    hit.z = z;
    hit.color.setZero();
    for (Eigen::Index k = 0; k < 3; ++k)
      hit.color += 255 * share[k] * surface.colors.row(surface.triangles(t, k)).transpose().cast<double>();
  }
  return hit;
}

TEST(Rasterizer, DrawsWhatRaysMeetFirst) {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    const Surface surface = random_triangles(25, seed);
    const Drawn result = drawn(surface, plain_light(), 1);
    int covered = 0;
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        const Hit hit = first_hit(surface, x, y);
        if (hit.margin < 1e-4) continue;
        const float depth = result.depth.at<float>(y, x);
        ASSERT_EQ(std::isinf(depth), std::isinf(hit.z)) << "seed " << seed << " at " << x << ", " << y;
        if (!std::isinf(hit.z)) {
          ASSERT_NEAR(depth, hit.z, 1e-3 * hit.z) << "seed " << seed << " at " << x << ", " << y;
          ++covered;
        }
        for (int c = 0; c < 3; ++c)
          ASSERT_NEAR(result.picture.at<cv::Vec3b>(y, x)[c], hit.color[c], 1)
              << "seed " << seed << " at " << x << ", " << y;
      }
    EXPECT_GT(covered, width * height / 5);
  }
}

TEST(Rasterizer, APixelIsTheMeanOfItsSamples) {
  const Surface surface = random_triangles(20, 9);
  const Drawn result = drawn(surface, plain_light(), 2);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      Eigen::Vector3d mean(0, 0, 0);
      double margin = 1, nearest = std::numeric_limits<double>::infinity();
      for (const double dy : {-0.25, 0.25})
        for (const double dx : {-0.25, 0.25}) {
          const Hit hit = first_hit(surface, x + dx, y + dy);
          mean += hit.color / 4;
          margin = std::min(margin, hit.margin);
          nearest = std::min(nearest, hit.z);
        }
      if (margin < 1e-4) continue;
      for (int c = 0; c < 3; ++c) ASSERT_NEAR(result.picture.at<cv::Vec3b>(y, x)[c], mean[c], 1.5);
      if (std::isinf(nearest)) continue;
      ASSERT_NEAR(result.depth.at<float>(y, x), nearest, 1e-3 * nearest);
    }
}

TEST(Rasterizer, TheOrderOfDrawingDoesNotMatter) {
  const Surface near = random_triangles(6, 3);
  Surface far = random_triangles(6, 4);
  far.points.col(2).array() += 80;
  const Light light;
  Rasterizer one(width, height, camera), other(width, height, camera);
  one.clear(gray_ground());
  other.clear(gray_ground());
  one.draw(near, light);
  one.draw(far, light);
  other.draw(far, light);
  other.draw(near, light);
  EXPECT_EQ(cv::norm(one.picture(), other.picture(), cv::NORM_INF), 0);
  EXPECT_GT(cv::norm(one.picture(), drawn(near, light, 2).picture, cv::NORM_INF), 0);
}

TEST(Rasterizer, AMirroredMeshGivesTheMirroredPicture) {
  for (const std::uint64_t seed : {5, 6}) {
    const Surface surface = random_triangles(20, seed);
    Surface mirrored = surface;
    mirrored.points.col(0) *= -1;
    mirrored.normals.col(0) *= -1;
    mirrored.triangles.col(1).swap(mirrored.triangles.col(2));
    Light light, mirrored_light;
    mirrored_light.key.x() *= -1;
    mirrored_light.fill.x() *= -1;
    cv::Mat flipped;
    cv::flip(drawn(mirrored, mirrored_light, 2).picture, flipped, 1);
    cv::Mat difference;
    cv::absdiff(flipped, drawn(surface, light, 2).picture, difference);
    double most = 0;
    cv::minMaxLoc(difference.reshape(1), nullptr, &most);
    EXPECT_LE(most, 1) << "seed " << seed;
  }
}

/// A square across the middle, turned towards the camera.
Surface square(double z) {
  Surface surface;
  surface.points.resize(4, 3);
  surface.points << -20, -20, 0, -20, 20, 0, 20, 20, 0, 20, -20, 0;
  surface.points.col(2).setConstant(static_cast<float>(z));
  surface.triangles.resize(2, 3);
  surface.triangles << 0, 1, 2, 0, 2, 3;
  surface.colors = Vertices::Constant(4, 3, 0.5F);
  surface.normals = vertex_normals(surface.points, surface.triangles);
  return surface;
}

TEST(Rasterizer, TheBackIsDrawnOnlyWhenAskedFor) {
  Surface surface = square(100);
  EXPECT_FALSE(std::isinf(drawn(surface, {}, 2).depth.at<float>(24, 32)));
  const cv::Mat front = drawn(surface, {}, 2).picture;
  surface.triangles.col(1).swap(surface.triangles.col(2));
  surface.normals *= -1;
  EXPECT_TRUE(std::isinf(drawn(surface, {}, 2).depth.at<float>(24, 32)));
  surface.two_sided = true;
  EXPECT_EQ(cv::norm(front, drawn(surface, {}, 2).picture, cv::NORM_INF), 0);
}

TEST(Rasterizer, LightFallsByTheCosineAndGleams) {
  Surface surface = square(100);
  Light light;
  light.ambient = 0.2F;
  light.key_strength = 1;
  light.fill_strength = 0;
  const auto middle = [&] { return drawn(surface, light, 1).picture.at<cv::Vec3b>(24, 32)[0]; };
  light.key = {0, 0, -1};
  EXPECT_NEAR(middle(), 255 * 0.5 * 1.2, 1);
  light.key = {0, -std::sqrt(3.0F), -1};  // 60 degrees
  EXPECT_NEAR(middle(), 255 * 0.5 * 0.7, 1);
  light.key = {0, 0, 1};  // from behind
  EXPECT_NEAR(middle(), 255 * 0.5 * 0.2, 1);
  light.key = {0, 0, -1};
  const int dull = middle();
  surface.specular = 0.3F;
  EXPECT_GT(middle(), dull + 10);
}

TEST(Rasterizer, TexturesGoOverTheSurfaceInPerspective) {
  Surface surface = square(100);
  surface.points.row(2).z() = surface.points.row(3).z() = 220;
  surface.colors.setOnes();
  surface.texture = cv::Mat(8, 101, CV_8UC3);
  for (int x = 0; x <= 100; ++x) surface.texture.col(x).setTo(cv::Scalar(2 * x, 0, 0));
  surface.texture_places.resize(4, 2);
  surface.texture_places << 0, 0, 0, 7, 100, 7, 100, 0;
  const Drawn result = drawn(surface, plain_light(), 1);
  int checked = 0;
  for (int x = 0; x < width; ++x) {
    const double z = result.depth.at<float>(24, x);
    if (std::isinf(z)) continue;
    // On the surface z goes from 100 to 220 as x goes from −20 to 20.
    EXPECT_NEAR(result.picture.at<cv::Vec3b>(24, x)[0], 2 * 100 * (z - 100) / 120, 1.5);
    ++checked;
  }
  EXPECT_GT(checked, 10);
}

TEST(Rasterizer, WhatIsBehindTheCameraIsLeftOut) {
  Surface surface = square(100);
  surface.points(0, 2) = -5;
  const Drawn result = drawn(surface, {}, 1);
  for (auto it = result.depth.begin<float>(); it != result.depth.end<float>(); ++it)
    EXPECT_TRUE(std::isinf(*it));
}

TEST(Rasterizer, SaysWhatCannotBeDrawn) {
  EXPECT_THROW(Rasterizer(0, 10, camera), Error);
  EXPECT_THROW(Rasterizer(10, 10, camera, 9), Error);
  Rasterizer rasterizer(width, height, camera);
  EXPECT_THROW(rasterizer.clear(cv::Mat(height, width, CV_8UC1)), Error);
  EXPECT_THROW(rasterizer.clear(cv::Mat(height, width + 1, CV_8UC3)), Error);
  Surface surface = square(100);
  surface.colors.resize(3, 3);
  EXPECT_THROW(rasterizer.draw(surface, {}), Error);
  surface = square(100);
  surface.triangles(0, 0) = 4;
  EXPECT_THROW(rasterizer.draw(surface, {}), Error);
  surface = square(100);
  surface.texture = cv::Mat(4, 4, CV_8UC3);
  EXPECT_THROW(rasterizer.draw(surface, {}), Error);
}

}  // namespace
}  // namespace facelex
