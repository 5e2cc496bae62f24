#include "landmark_table.hpp"

#include <cmath>
#include <limits>
#include <optional>

#include "facelex/face/pose/camera.hpp"
#include "facelex/face/pose/head_pose.hpp"
#include "facelex/face/schemes/signal_columns.hpp"

namespace facelex {
namespace {

constexpr Eigen::Index block_rows = 256;

double rounded(double value, double steps_per_unit) {
  return std::round(value * steps_per_unit) / steps_per_unit + 0.0;  // no −0
}

}  // namespace

LandmarkTable::LandmarkTable(const std::filesystem::path& file, TableFormat format)
    : writer_(file, landmark_columns(), format) {
  block_.kind = SignalKind::landmarks;
  block_.columns = landmark_columns();
  block_.values.resize(block_rows, static_cast<Eigen::Index>(block_.columns.size()));
}

void LandmarkTable::write(const FrameRows& frame) {
  if (frame.faces.empty()) add_row(frame, nullptr);
  for (const FaceRow& face : frame.faces) add_row(frame, &face);
}

void LandmarkTable::add_row(const FrameRows& frame, const FaceRow* face) {
  Frame row;
  row.number = frame.number;
  row.timestamp = rounded(frame.timestamp, 1e6);
  auto values = block_.values.row(rows_);
  values.setConstant(std::numeric_limits<double>::quiet_NaN());
  if (face) {
    row.face_id = face->face_id;
    row.confidence = rounded(face->confidence, 1e3);
    row.success = face->success;
  }
  if (row.success) {
    Landmarks68 points;
    for (Eigen::Index i = 0; i < 68; ++i)
      for (Eigen::Index axis = 0; axis < 2; ++axis) {
        points(i, axis) = rounded(face->landmarks(i, axis), 1e3);
        values[6 + 68 * axis + i] = points(i, axis);
      }
    if (const auto pose = estimate_head_pose(points, openface_camera(frame.width, frame.height)))
      for (Eigen::Index i = 0; i < 3; ++i) {
        values[i] = rounded(pose->translation_mm[i], 1e2);
        values[3 + i] = rounded(pose->rotation_rad[i], 1e5);
      }
  }
  block_.frames.push_back(row);
  if (++rows_ == block_rows) flush();
}

void LandmarkTable::flush() {
  block_.values.conservativeResize(rows_, Eigen::NoChange);
  counter_.add(block_.frames);
  if (rows_ > 0) writer_.write(block_);
  block_.frames.clear();
  block_.values.resize(block_rows, Eigen::NoChange);
  rows_ = 0;
}

std::string LandmarkTable::finish() {
  flush();
  return writer_.finish();
}

}  // namespace facelex
