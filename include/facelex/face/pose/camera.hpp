#pragma once

#include <Eigen/Core>

namespace facelex {

/// A pinhole camera without distortion, in pixels: x = fx·X/Z + cx, y = fy·Y/Z + cy, with X right, Y down,
/// Z away from the camera.
struct Camera {
  double fx = 500;
  double fy = 500;
  double cx = 320;
  double cy = 240;

  Eigen::Vector2d project(const Eigen::Vector3d& point) const {
    return {fx * point.x() / point.z() + cx, fy * point.y() / point.z() + cy};
  }
  bool operator==(const Camera&) const = default;
};

/// OpenFace's default for a picture of unknown camera: fx = fy = mean(500·w/640, 500·h/480), the principal
/// point in the middle (w/2, h/2). Throws Error (usage) unless width and height are ≥ 1.
Camera openface_camera(int width, int height);

}  // namespace facelex
