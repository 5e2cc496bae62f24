// What fitting costs per frame on one thread, and how well it finds the truth, beside the plain way: the same
// cost and bounds, minimised by Levenberg–Marquardt with a dense numeric Jacobian and clamped steps.
// Usage: bench_fit [MODEL.safetensors …]   (default: the built-in face)

#include <Eigen/Cholesky>
#include <chrono>
#include <cstdio>
#include <functional>
#include <numbers>

#include "facelex/core/random.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/fit/face.hpp"
#include "facelex/face/pose/head_pose.hpp"
#include "facelex/face/pose/rotation.hpp"

namespace {

using namespace facelex;

constexpr int frames = 200;
constexpr int plain_frames = 10;

struct Simulated {
  Eigen::Matrix3d rotation;
  FaceView view;
};

/// The mean face in various poses and expressions, with noise of 1 % of the outer eye distance (89 mm).
std::vector<Simulated> simulated(const MorphableModel& model) {
  std::vector<Simulated> list;
  for (int k = 0; k < frames; ++k) {
    Random random = Random(1).stream(static_cast<std::uint64_t>(k));
    Eigen::VectorXd expression = Eigen::VectorXd::Zero(model.expression.size());
    for (Eigen::Index i = 0; i < expression.size(); ++i)
      if (random.uniform() < 0.1) expression[i] = 0.6 * random.uniform() * model.expression.upper[i];
    const Vertices shape = model.shape({}, expression);
    Simulated one{rotation_from_angles(
                      {random.uniform(-0.25, 0.25), random.uniform(-0.5, 0.5), random.uniform(-0.25, 0.25)}),
                  {Landmarks68::Constant(std::nan("")), openface_camera(1280, 720)}};
    const Eigen::Vector3d translation(random.uniform(-80, 80), random.uniform(-50, 50),
                                      random.uniform(500, 900));
    const double noise_px = 0.89 * one.view.camera.fx / translation.z();
    for (std::size_t p = 0; p < 68; ++p)
      if (model.landmarks[p] >= 0) {
        const Eigen::Vector3d point = shape.row(model.landmarks[p]).transpose().cast<double>();
        one.view.points.row(static_cast<Eigen::Index>(p)) =
            (one.view.camera.project(one.rotation * point + translation) +
             noise_px * Eigen::Vector2d(random.normal(), random.normal()))
                .transpose();
      }
    list.push_back(one);
  }
  return list;
}

/// Residuals of pose (angles, translation) and expression, with the prior's roots below.
class PlainFit {
 public:
  PlainFit(const MorphableModel& model, const FaceView& view) : model_(model), view_(view) {
    for (std::size_t p = 0; p < 68; ++p)
      if (model.landmarks[p] >= 0) points_.push_back(p);
  }

  Eigen::VectorXd residuals(const Eigen::VectorXd& x) const {
    const Eigen::Matrix3d rotation = rotation_from_angles(x.head<3>());
    const Eigen::Index modes = model_.expression.size();
    const auto count = static_cast<Eigen::Index>(points_.size());
    Eigen::VectorXd all(2 * count + modes);
    for (Eigen::Index i = 0; i < count; ++i) {
      const Eigen::Index vertex = model_.landmarks[points_[static_cast<std::size_t>(i)]];
      const Eigen::Vector3d point =
          model_.mean.row(vertex).transpose().cast<double>() +
          model_.expression.modes.middleRows(3 * vertex, 3).cast<double>() * x.tail(modes);
      const Eigen::Vector2d error =
          view_.camera.project(rotation * point + x.segment<3>(3)) -
          view_.points.row(static_cast<Eigen::Index>(points_[static_cast<std::size_t>(i)])).transpose();
      const Eigen::Vector2d mm = error * x[5] / view_.camera.fx;
      all.segment<2>(2 * i) = mm / std::sqrt(1 + mm.squaredNorm() / 9);
    }
    all.tail(modes) = x.tail(modes).cwiseQuotient(model_.expression.scale);
    return all;
  }

  Eigen::VectorXd solve() const {
    const Eigen::Index modes = model_.expression.size();
    Eigen::VectorXd x = Eigen::VectorXd::Zero(6 + modes);
    if (const auto head = estimate_head_pose(view_.points, view_.camera)) {
      x.head<3>() = head->rotation_rad;
      x.segment<3>(3) = head->translation_mm;
    }
    double damping = 1e-3;
    Eigen::VectorXd error = residuals(x);
    for (int iteration = 0; iteration < 20; ++iteration) {
      Eigen::MatrixXd jacobian(error.size(), x.size());
      for (Eigen::Index k = 0; k < x.size(); ++k)
        jacobian.col(k) = (residuals(x + 1e-6 * Eigen::VectorXd::Unit(x.size(), k)) - error) / 1e-6;
      Eigen::MatrixXd matrix = jacobian.transpose() * jacobian;
      matrix.diagonal() *= 1 + damping;
      Eigen::VectorXd next = x - matrix.ldlt().solve(jacobian.transpose() * error);
      next.tail(modes) = next.tail(modes).cwiseMax(model_.expression.lower).cwiseMin(model_.expression.upper);
      const Eigen::VectorXd next_error = residuals(next);
      const bool better = next_error.squaredNorm() <= error.squaredNorm();
      damping *= better ? 0.1 : 10;
      if (!better) continue;
      const double gain = 1 - next_error.squaredNorm() / error.squaredNorm();
      x = next;
      error = next_error;
      if (gain < 1e-5) break;
    }
    return x;
  }

 private:
  const MorphableModel& model_;
  const FaceView& view_;
  std::vector<std::size_t> points_;
};

/// Seconds per call, the least of several runs.
double seconds_per_frame(int count, const std::function<void(std::size_t)>& task) {
  double best = 1e9;
  for (int run = 0; run < 5; ++run) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i) task(static_cast<std::size_t>(i));
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    best = std::min(best, taken.count() / count);
  }
  return best;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

void measure(const MorphableModel& model) {
  const std::vector<Simulated> list = simulated(model);
  const FaceFitter fitter(model, {1, 1});
  const PersonalFace face = fitter.mean_face();
  std::vector<double> ours(frames), plain(plain_frames), ours_of_same(plain_frames);
  const double degree = std::numbers::pi / 180;
  const double head_seconds = seconds_per_frame(frames, [&](std::size_t i) {
    ours[i] = estimate_head_pose(list[i].view.points, list[i].view.camera)->reprojection_error_px;
  });
  const double our_seconds = seconds_per_frame(frames, [&](std::size_t i) {
    ours[i] = angle_between(fitter.fit(list[i].view, face)->rotation, list[i].rotation) / degree;
  });
  const double plain_seconds = seconds_per_frame(plain_frames, [&](std::size_t i) {
    const Eigen::VectorXd x = PlainFit(model, list[i].view).solve();
    plain[i] = angle_between(rotation_from_angles(x.head<3>()), list[i].rotation) / degree;
    ours_of_same[i] = ours[i];
  });
  std::vector<FaceView> views;
  for (std::size_t i = 0; i < 24; ++i) views.push_back(list[i * 8].view);
  const double identity_seconds =
      seconds_per_frame(1, [&](std::size_t) { fitter.personal_face(views, Work{}); });
  std::printf("%s: %td identity, %td expression modes\n", model.name.c_str(), model.identity.size(),
              model.expression.size());
  std::printf("  fit of a frame      %8.0f frames/s, rotation error %.2f degrees (median of %d)\n",
              1 / our_seconds, median(ours), frames);
  std::printf("    of it head pose   %8.0f frames/s\n", 1 / head_seconds);
  std::printf(
      "  plain loop          %8.0f frames/s, rotation error %.2f degrees (ours of the same %d: %.2f)\n",
      1 / plain_seconds, median(plain), plain_frames, median(ours_of_same));
  std::printf("  ratio               %8.1f\n", plain_seconds / our_seconds);
  std::printf("  identity of 24 views %7.3f s, once a recording\n", identity_seconds);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) measure(built_in_face());
  for (int i = 1; i < argc; ++i) measure(load_morphable_model(argv[i]));
}
