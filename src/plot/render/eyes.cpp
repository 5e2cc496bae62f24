#include "facelex/plot/render/eyes.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "facelex/face/model/mesh.hpp"

namespace facelex {
namespace {

/// The patch: rings from the middle to beyond the border, as shares of the distance to it.
constexpr std::array<float, 7> rings = {0, 0.3F, 0.55F, 0.78F, 0.92F, 1.02F, 1.1F};
constexpr float behind_lids_mm = 1.6F;
/// The last ring lies this much farther out and back, where lids that are raised show it.
constexpr float rim_mm = 3.5F;
constexpr float vault_mm = 1.2F;
/// Shadow of the lids on the eye: how much light is left at each ring below the upper and the lower lid.
constexpr std::array<float, 7> upper_light = {1, 0.99F, 0.95F, 0.82F, 0.62F, 0.5F, 0.45F};
constexpr std::array<float, 7> lower_light = {1, 1, 0.99F, 0.95F, 0.86F, 0.78F, 0.7F};

constexpr double texture_per_mm = 8;
constexpr double texture_mm = 48;
constexpr double iris_radius_mm = 5.9;
constexpr double pupil_radius_mm = 2.1;
/// An eye's radius: how far the iris moves by a turn.
constexpr double eyeball_radius_mm = 11.5;

}  // namespace

std::optional<Eye> Eye::find(const MorphableModel& model, bool left) {
  Eye eye;
  eye.border_ = opening_about(model, left ? image_right_eye : image_left_eye);
  if (eye.border_.empty()) return std::nullopt;
  return eye;
}

Surface Eye::surface(const Vertices& neutral, const cv::Mat& texture, const Eigen::Vector2d& gaze_rad) const {
  const auto size = static_cast<Eigen::Index>(border_.size());
  Eigen::RowVector3f low = neutral.row(border_[0]), high = low;
  for (const std::int32_t vertex : border_) {
    low = low.cwiseMin(neutral.row(vertex));
    high = high.cwiseMax(neutral.row(vertex));
  }
  Eigen::RowVector3f middle = (low + high) / 2;
  middle.z() = low.z() + 0.3F * (high.z() - low.z());
  Surface eye;
  const auto count = static_cast<Eigen::Index>(rings.size());
  eye.points.resize(count * size, 3);
  eye.colors.resize(count * size, 3);
  eye.texture_places.resize(count * size, 2);
  eye.texture = texture;
  eye.specular = 0.25F;
  eye.shininess = 60;
  const Eigen::RowVector2f shift =
      (eyeball_radius_mm * gaze_rad.array().sin()).matrix().transpose().cast<float>();
  for (Eigen::Index ring = 0; ring < count; ++ring) {
    const float share = rings[static_cast<std::size_t>(ring)];
    for (Eigen::Index k = 0; k < size; ++k) {
      const Eigen::Index row = ring * size + k;
      const Eigen::RowVector3f at = neutral.row(border_[static_cast<std::size_t>(k)]);
      Eigen::RowVector3f point = middle + share * (at - middle);
      point.z() += behind_lids_mm - vault_mm * std::max(0.0F, 1 - share * share);
      if (ring + 1 == count) {
        const float towards_lid = (at - middle).head<2>().normalized().y();
        point.y() += rim_mm * towards_lid;
        point.z() += rim_mm / 2;
      }
      eye.points.row(row) = point;
      const float up = std::clamp((middle.y() - at.y()) / (high.y() - low.y()) + 0.5F, 0.0F, 1.0F);
      const auto s = static_cast<std::size_t>(ring);
      eye.colors.row(row).setConstant(lower_light[s] + up * (upper_light[s] - lower_light[s]));
      eye.texture_places.row(row) = ((point - middle).head<2>() - shift).array() * float{texture_per_mm} +
                                    float{texture_mm * texture_per_mm / 2};
    }
  }
  eye.triangles.resize(2 * (count - 1) * size, 3);
  Eigen::Index t = 0;
  for (Eigen::Index ring = 0; ring + 1 < count; ++ring)
    for (Eigen::Index k = 0; k < size; ++k) {
      const auto at = [&](Eigen::Index r, Eigen::Index i) {
        return static_cast<std::int32_t>(r * size + i % size);
      };
      eye.triangles.row(t++) << at(ring, k), at(ring + 1, k + 1), at(ring + 1, k);
      eye.triangles.row(t++) << at(ring, k), at(ring, k + 1), at(ring + 1, k + 1);
    }
  eye.two_sided = true;
  eye.normals = Vertices::Zero(eye.points.rows(), 3);
  // An eyeball's normals, not the patch's: light falls on it as on a ball.
  for (Eigen::Index row = 0; row < eye.points.rows(); ++row) {
    Eigen::RowVector3f normal = (eye.points.row(row) - middle) / float{1.6 * eyeball_radius_mm};
    normal.z() = -1;
    eye.normals.row(row) = normal.normalized();
  }
  return eye;
}

cv::Mat eye_texture(const EyeLook& look) {
  const int size = static_cast<int>(texture_mm * texture_per_mm);
  cv::Mat texture(size, size, CV_8UC3);
  const cv::Vec3f sclera = look.sclera, iris = look.iris;
  const auto blend = [](const cv::Vec3f& a, const cv::Vec3f& b, double share) {
    const auto w = static_cast<float>(std::clamp(share, 0.0, 1.0));
    return a * (1 - w) + b * w;
  };
  const cv::Vec3f corner(170, 180, 222), black(14, 12, 12), white(255, 255, 255);
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) {
      const double dx = (x - size / 2.0) / texture_per_mm, dy = (y - size / 2.0) / texture_per_mm;
      const double radius = std::hypot(dx, dy), angle = std::atan2(dy, dx);
      cv::Vec3f color = blend(sclera, corner, (radius - 8) / 9);
      const double fibres = 0.5 + 0.25 * std::sin(23 * angle) + 0.25 * std::sin(37 * angle + 1);
      cv::Vec3f inside = iris * static_cast<float>(0.75 + 0.35 * fibres * (radius / iris_radius_mm));
      inside = blend(inside, iris * 0.35F, (radius - iris_radius_mm + 1) / 0.9);
      color = blend(inside, color, (radius - iris_radius_mm) / 0.5 + 0.5);
      color = blend(black, color, (radius - pupil_radius_mm) / 0.35 + 0.5);
      color = blend(white, color, (std::hypot(dx + 1.7, dy + 1.9) - 0.95) / 0.3 + 0.5);
      for (int c = 0; c < 3; ++c) texture.at<cv::Vec3b>(y, x)[c] = cv::saturate_cast<unsigned char>(color[c]);
    }
  return texture;
}

}  // namespace facelex
