// What the face module costs per frame on one thread: registration beside the plain way (each step a generic
// least-squares problem for Eigen's QR), head pose, and the whole of
// standardize with reading and writing of CSV. Usage: bench_face

#include <unistd.h>

#include <Eigen/QR>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <vector>

#include "facelex/core/random.hpp"
#include "facelex/face/model/mean_face.hpp"
#include "facelex/face/pose/head_pose.hpp"
#include "facelex/face/pose/registration.hpp"
#include "facelex/face/pose/rotation.hpp"
#include "facelex/face/standardize/standardize.hpp"

namespace {

using namespace facelex;
namespace fs = std::filesystem;

/// Faces in pixels, turned at random, with 1 % of the eyes' distance of noise.
std::vector<Landmarks68> random_faces(const Camera& camera, std::size_t count) {
  std::vector<Landmarks68> faces(count);
  for (std::size_t k = 0; k < count; ++k) {
    Random random = Random(1).stream(k);
    const Eigen::Matrix3d rotation = rotation_from_angles(
        {random.uniform(-0.4, 0.4), random.uniform(-0.6, 0.6), random.uniform(-0.5, 0.5)});
    const Eigen::Vector3d translation(random.uniform(-150, 150), random.uniform(-80, 80),
                                      random.uniform(400, 1500));
    for (Eigen::Index i = 0; i < 68; ++i)
      faces[k].row(i) =
          camera.project(rotation * mean_face_mm().row(i).transpose() + translation).transpose();
    const double noise = 0.01 * (faces[k].row(36) - faces[k].row(45)).norm();
    for (Eigen::Index i = 0; i < faces[k].size(); ++i) faces[k].data()[i] += noise * random.normal();
  }
  return faces;
}

/// Seconds per call of `task`, the least of several runs over all faces; `task` returns a number so that
/// nothing is optimised away.
double seconds_per_frame(const std::vector<Landmarks68>& faces,
                         const std::function<double(const Landmarks68&)>& task) {
  double best = 1e9;
  double kept = 0;
  for (int run = 0; run < 5; ++run) {
    const auto start = std::chrono::steady_clock::now();
    for (const auto& face : faces) kept += task(face);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    best = std::min(best, taken.count() / static_cast<double>(faces.size()));
  }
  if (kept == 0.125) std::puts("");
  return best;
}

double plain_least_squares(const Landmarks68& face) {
  const Eigen::Index anchors[] = {0, 16, 27, 33, 39, 42};
  const double targets[] = {300, 900, 1100, 900, 700, 900, 700, 1300, 600, 1000, 800, 1000};
  Eigen::MatrixXd design = Eigen::MatrixXd::Zero(12, 6);
  const Eigen::VectorXd right = Eigen::Map<const Eigen::VectorXd>(targets, 12);
  for (Eigen::Index i = 0; i < 6; ++i) {
    design.row(2 * i).head<3>() << face(anchors[i], 0), face(anchors[i], 1), 1;
    design.row(2 * i + 1).tail<3>() << face(anchors[i], 0), face(anchors[i], 1), 1;
  }
  double sum = design.colPivHouseholderQr().solve(right).sum();
  for (const auto& [a, b] : {std::pair{0, 16}, {36, 39}, {42, 45}}) {
    Eigen::MatrixXd pair(4, 4);
    pair << face(a, 0), -face(a, 1), 1, 0, face(a, 1), face(a, 0), 0, 1, face(b, 0), -face(b, 1), 1, 0,
        face(b, 1), face(b, 0), 0, 1;
    sum += pair.colPivHouseholderQr().solve(Eigen::VectorXd::Ones(4)).sum();
  }
  return sum;
}

void measure_arithmetic() {
  const Camera camera = openface_camera(1920, 1080);
  const auto faces = random_faces(camera, 2000);
  Landmarks68 registered;
  const double registration = seconds_per_frame(faces, [&](const Landmarks68& face) {
    register_landmarks(face, LandmarkScheme::points_68, registered);
    return registered(50, 0);
  });
  const double plain = seconds_per_frame(faces, plain_least_squares);
  std::printf("registration        %8.3f us a frame  %10.0f frames/s  %.1f x the plain way's fits alone\n",
              registration * 1e6, 1 / registration, plain / registration);

  const double pose_time = seconds_per_frame(faces, [&](const Landmarks68& face) {
    const auto pose = estimate_head_pose(face, camera);
    return pose ? pose->rotation_rad.x() : 0;
  });
  std::printf("head pose           %8.3f us a frame  %10.0f frames/s\n", pose_time * 1e6, 1 / pose_time);
}

void measure_stage(const fs::path& folder) {
  const auto faces = random_faces(openface_camera(1920, 1080), 20000);
  Recording recording;
  for (const char* axis : {"x_", "y_"})
    for (int i = 0; i < 68; ++i) recording.columns.push_back({axis + std::to_string(i), {}, {}});
  recording.values.resize(static_cast<Eigen::Index>(faces.size()), 136);
  for (std::size_t k = 0; k < faces.size(); ++k) {
    recording.frames.push_back({static_cast<std::int64_t>(k) + 1, 0, 0.04 * static_cast<double>(k), 1, true});
    recording.values.row(static_cast<Eigen::Index>(k)) =
        Eigen::Map<const Eigen::RowVectorXd>(faces[k].data(), 136);
  }
  RecordingWriter writer(folder / "landmarks.csv", recording.columns, TableFormat::csv);
  writer.write(recording);
  writer.finish();
  for (const auto& [format, name] : {std::pair{TableFormat::csv, "csv"}, {TableFormat::npy, "npy"}}) {
    const auto start = std::chrono::steady_clock::now();
    standardize(folder / "landmarks.csv", folder / (std::string("motion.") + name), {}, format, Work{});
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    const double each = taken.count() / static_cast<double>(faces.size());
    std::printf("standardize to %s  %8.3f us a frame  %10.0f frames/s\n", name, each * 1e6, 1 / each);
  }
}

}  // namespace

int main() {
  measure_arithmetic();
  const fs::path folder = fs::temp_directory_path() / ("facelex bench " + std::to_string(getpid()));
  fs::create_directories(folder);
  measure_stage(folder);
  fs::remove_all(folder);
}
