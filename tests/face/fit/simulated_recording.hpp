#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "facelex/core/random.hpp"
#include "facelex/face/fit/face.hpp"
#include "facelex/face/pose/rotation.hpp"

// A person who moves head and face before a camera, with the truth beside what a tracker would see.
namespace facelex::test {

struct SimulatedFrame {
  Eigen::Vector3d rotation_rad, translation_mm;
  Eigen::VectorXd expression;
  Landmarks68 points;          ///< px, with noise
  double eye_distance_px = 0;  ///< outer corners 36–45, without noise
};

struct SimulatedRecording {
  Camera camera;
  Eigen::VectorXd identity;
  std::vector<SimulatedFrame> frames;
};

struct Simulation {
  std::uint64_t seed = 1;
  int frames = 300;
  double noise = 0.01;  ///< of the outer eye distance
  double max_yaw = 0.5;
  double activity = 0.1;      ///< part of the time that a unit is active
  bool with_identity = true;  ///< else the mean face
  double distance_mm = 700;
  std::string resting_unit{};  ///< what the resting face has of this unit, `resting`
  double resting = 0;
};

/// Sums of slow sines, about −1 … 1.
class SlowCourse {
 public:
  explicit SlowCourse(Random& random) {
    for (auto& wave : waves_)
      wave = {random.uniform(0.01, 0.08), random.uniform(0, 2 * std::numbers::pi), random.uniform(0.2, 0.5)};
  }
  double at(int frame) const {
    double sum = 0;
    for (const auto& wave : waves_) sum += wave.size * std::sin(wave.speed * frame + wave.phase);
    return std::clamp(sum, -1.0, 1.0);
  }

 private:
  struct Wave {
    double speed, phase, size;
  };
  std::array<Wave, 3> waves_;
};

/// Courses of all units, a column each: now and then a bump of 0.8 s, otherwise 0. Units that are named as
/// the two sides of one (AU12_L, AU12_R) move together, with up to a third of difference.
inline Eigen::MatrixXd unit_courses(Random& random, const ShapeBasis& basis, const Simulation& options) {
  Eigen::MatrixXd courses = Eigen::MatrixXd::Zero(options.frames, basis.size());
  constexpr int half = 10;
  for (Eigen::Index unit = 0; unit < basis.size(); ++unit) {
    const std::string& name = basis.names[static_cast<std::size_t>(unit)];
    const bool is_right = name.ends_with("_R");
    const auto twin =
        std::find(basis.names.begin(), basis.names.end(), name.substr(0, name.size() - 2) + "_L");
    if (is_right && twin != basis.names.end()) {
      courses.col(unit) = courses.col(twin - basis.names.begin()) * random.uniform(0.67, 1);
      continue;
    }
    for (int at = 0; at < options.frames; ++at) {
      if (random.uniform() >= options.activity / (2 * half)) continue;
      const double peak = basis.lower[unit] < 0 ? 2 * random.normal() * basis.scale[unit]
                                                : random.uniform(0.3, 0.9) * std::min(1.0, basis.upper[unit]);
      for (int d = -half; d <= half; ++d)
        if (at + d >= 0 && at + d < options.frames)
          courses(at + d, unit) += peak * 0.5 * (1 + std::cos(std::numbers::pi * d / half));
    }
  }
  for (int at = 0; at < options.frames; ++at)
    courses.row(at) = courses.row(at).cwiseMax(basis.lower.transpose()).cwiseMin(basis.upper.transpose());
  return courses;
}

/// What a tracker gives of a face: its landmarks; of the jaw line the outline, where the model has contours.
inline Landmarks68 seen_points(const MorphableModel& model, const Vertices& shape,
                               const Eigen::Matrix3d& rotation, const Eigen::Vector3d& translation,
                               const Camera& camera) {
  Landmarks68 points = Landmarks68::Constant(std::nan(""));
  Eigen::Vector3d middle = Eigen::Vector3d::Zero();
  int inner = 0;
  for (std::size_t p = 17; p < 68; ++p)
    if (model.landmarks[p] >= 0) {
      middle += shape.row(model.landmarks[p]).transpose().cast<double>();
      ++inner;
    }
  middle /= inner;
  for (std::size_t p = 0; p < 68; ++p) {
    const std::int32_t own = model.landmarks[p];
    if (own < 0) continue;
    std::vector<std::int32_t> line = {own};
    if (p < 17 && !model.contour[p].empty()) line = model.contour[p];
    Eigen::Vector3d outwards = shape.row(own).transpose().cast<double>() - middle;
    outwards.z() = 0;
    const Eigen::Vector2d direction = (rotation * outwards).head<2>();
    double most = -std::numeric_limits<double>::infinity();
    for (const std::int32_t vertex : line) {
      const Eigen::Vector2d at =
          camera.project(rotation * shape.row(vertex).transpose().cast<double>() + translation);
      if (direction.dot(at) <= most) continue;
      most = direction.dot(at);
      points.row(static_cast<Eigen::Index>(p)) = at.transpose();
    }
  }
  return points;
}

inline SimulatedRecording simulated_recording(const MorphableModel& model, const Simulation& options) {
  Random random(options.seed);
  SimulatedRecording recording;
  recording.camera = openface_camera(1280, 720);
  recording.identity.resize(model.identity.size());
  for (Eigen::Index k = 0; k < recording.identity.size(); ++k)
    recording.identity[k] =
        !options.with_identity ? 0 : std::clamp(random.normal(), -2.0, 2.0) * model.identity.scale[k];
  const Eigen::MatrixXd courses = unit_courses(random, model.expression, options);
  Eigen::VectorXd resting = Eigen::VectorXd::Zero(courses.cols());
  for (Eigen::Index k = 0; k < resting.size(); ++k)
    if (model.expression.names[static_cast<std::size_t>(k)] == options.resting_unit)
      resting[k] = options.resting;
  const SlowCourse pitch(random), yaw(random), roll(random), x(random), y(random), z(random);
  for (int i = 0; i < options.frames; ++i) {
    SimulatedFrame frame;
    frame.rotation_rad = {0.25 * pitch.at(i), options.max_yaw * yaw.at(i), 0.25 * roll.at(i)};
    frame.translation_mm = {80 * x.at(i), 50 * y.at(i), options.distance_mm * (1 + 0.2 * z.at(i))};
    frame.expression = courses.row(i).transpose();
    const Eigen::Matrix3d rotation = rotation_from_angles(frame.rotation_rad);
    frame.points = seen_points(model, model.shape(recording.identity, frame.expression + resting), rotation,
                               frame.translation_mm, recording.camera);
    frame.eye_distance_px = (frame.points.row(36) - frame.points.row(45)).norm();
    const double face_px = 89 * recording.camera.fx / frame.translation_mm.z();
    for (Eigen::Index k = 0; k < frame.points.size(); ++k)
      frame.points.data()[k] += options.noise * face_px * random.normal();
    recording.frames.push_back(std::move(frame));
  }
  return recording;
}

}  // namespace facelex::test
