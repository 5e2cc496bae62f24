#include "facelex/video/track/confidence.hpp"

#include <algorithm>
#include <cmath>

#include "similarity2d.hpp"

namespace facelex {
namespace {

constexpr int patch_side = 24;
/// The part of the unit square of the mean shape that the patch shows: brows to chin, without the background.
constexpr double patch_left = 0.1, patch_top = 0.1, patch_size = 0.8;

float gray_at(const cv::Mat& gray, double x, double y) {
  const int i = static_cast<int>(std::lround(std::clamp(x, 0.0, static_cast<double>(gray.cols - 1))));
  const int j = static_cast<int>(std::lround(std::clamp(y, 0.0, static_cast<double>(gray.rows - 1))));
  return static_cast<float>(gray.ptr<std::uint8_t>(j)[i]);
}

}  // namespace

double outer_eye_distance(const Landmarks68& landmarks) {
  return (landmarks.row(36) - landmarks.row(45)).norm();
}

double disagreement(std::span<const Landmarks68> shapes, const Landmarks68& mean) {
  double sum = 0;
  for (const Landmarks68& shape : shapes) sum += (shape - mean).squaredNorm();
  const double distance = std::sqrt(sum / (68.0 * static_cast<double>(shapes.size())));
  const double eyes = outer_eye_distance(mean);
  return eyes > 0 ? distance / eyes : 1;
}

double face_confidence(const FaceEvidence& evidence) {
  const double seen = 1 / (1 + std::exp(-3 * (evidence.detector_score + 0.55)));
  const double agreed = 1 / (1 + std::pow(evidence.disagreement / 0.1, 2));
  const double same = std::clamp(0.3 + evidence.likeness, 0.3, 1.0);
  const double clear = std::clamp(0.4 + 4 * evidence.sharpness, 0.4, 1.0);
  return seen * agreed * same * clear;
}

FacePatch face_patch(const cv::Mat& gray, const Landmarks68& landmarks, const Landmarks68& mean_shape) {
  const Similarity2d to_picture = stable_similarity(mean_shape, landmarks);
  FacePatch patch;
  std::size_t k = 0;
  double sum = 0, squares = 0;
  for (int j = 0; j < patch_side; ++j)
    for (int i = 0; i < patch_side; ++i) {
      const auto p = to_picture(patch_left + patch_size * i / (patch_side - 1),
                                patch_top + patch_size * j / (patch_side - 1));
      const float value = gray_at(gray, p.x(), p.y());
      patch[k++] = value;
      sum += value;
      squares += static_cast<double>(value) * value;
    }
  const double mean = sum / static_cast<double>(patch.size());
  const double norm = std::sqrt(std::max(0.0, squares - mean * sum));
  for (float& value : patch)
    value = norm > 1e-6 ? static_cast<float>((static_cast<double>(value) - mean) / norm) : 0.0F;
  return patch;
}

double sharpness(const FacePatch& patch) {
  double sum = 0;
  for (std::size_t j = 0; j < patch_side; ++j)
    for (std::size_t i = 0; i < patch_side; ++i) {
      const double here = patch[j * patch_side + i];
      if (i + 1 < patch_side) sum += std::pow(patch[j * patch_side + i + 1] - here, 2);
      if (j + 1 < patch_side) sum += std::pow(patch[(j + 1) * patch_side + i] - here, 2);
    }
  return sum / 2;
}

double likeness(const FacePatch& a, const FacePatch& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

}  // namespace facelex
