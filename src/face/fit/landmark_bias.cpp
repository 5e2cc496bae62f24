#include "landmark_bias.hpp"

#include <algorithm>
#include <cmath>

#include "facelex/core/embed.hpp"
#include "facelex/core/json_parse.hpp"
#include "facelex/face/pose/head_pose.hpp"

FACELEX_EMBED(facelex_landmark_bias, FACELEX_DATA "/landmark_bias.json");

namespace facelex {

LandmarkBias::LandmarkBias(const Json& table)
    : digest_(table.at("landmark_model_digest").get<std::string>()),
      noise_mm_(table.at("noise_mm").get<double>()),
      max_yaw_(table.at("max_yaw").get<double>()),
      max_pitch_(table.at("max_pitch").get<double>()) {
  for (std::size_t point = 0; point < 68; ++point)
    for (std::size_t term = 0; term < terms; ++term) {
      const auto row = static_cast<Eigen::Index>(point), column = static_cast<Eigen::Index>(term);
      x_(row, column) = table.at("x").at(point).at(term).get<double>();
      y_(row, column) = table.at("y").at(point).at(term).get<double>();
    }
}

const LandmarkBias& LandmarkBias::of_dlib_cascade() {
  static const LandmarkBias table(parse_json(
      std::string(reinterpret_cast<const char*>(facelex_landmark_bias_begin),
                  static_cast<std::size_t>(facelex_landmark_bias_end - facelex_landmark_bias_begin))));
  return table;
}

Landmarks68 LandmarkBias::corrected(const Landmarks68& points_px, const Camera& camera) const {
  const auto pose = estimate_head_pose(points_px, camera);
  if (!pose) return points_px;
  const double pitch = std::clamp(pose->rotation_rad[0], -max_pitch_, max_pitch_);
  const double yaw = std::clamp(pose->rotation_rad[1], -max_yaw_, max_yaw_);
  Eigen::Matrix<double, terms, 1> powers;
  powers << 1, yaw, pitch, yaw * yaw, yaw * pitch, pitch * pitch;
  const Eigen::Matrix<double, 68, 1> x = x_ * powers, y = y_ * powers;
  const double px_per_mm = camera.fx / pose->translation_mm.z();
  const double c = px_per_mm * std::cos(pose->rotation_rad[2]);
  const double s = px_per_mm * std::sin(pose->rotation_rad[2]);
  Landmarks68 corrected = points_px;
  corrected.col(0) -= c * x - s * y;
  corrected.col(1) -= s * x + c * y;
  return corrected;
}

}  // namespace facelex
