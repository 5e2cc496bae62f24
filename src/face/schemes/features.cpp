#include "facelex/face/schemes/features.hpp"

#include <algorithm>
#include <numeric>

#include "facelex/face/schemes/mirror.hpp"

namespace facelex {
namespace {

std::vector<int> points_from_to(int first, int last) {
  std::vector<int> points(static_cast<std::size_t>(last - first + 1));
  std::iota(points.begin(), points.end(), first);
  return points;
}

std::vector<int> joined(std::vector<int> points, const std::vector<int>& more) {
  points.insert(points.end(), more.begin(), more.end());
  std::sort(points.begin(), points.end());
  return points;
}

FacialFeature left_brow() {
  return {"LB", "left brow", points_from_to(22, 26)};
}
FacialFeature right_brow() {
  return {"RB", "right brow", points_from_to(17, 21)};
}
FacialFeature nose() {
  return {"NO", "nose", points_from_to(27, 35)};
}
FacialFeature left_eye() {
  return {"LE", "left eye", points_from_to(42, 47)};
}
FacialFeature right_eye() {
  return {"RE", "right eye", points_from_to(36, 41)};
}

}  // namespace

std::vector<FacialFeature> facial_features(FeatureDivision division) {
  switch (division) {
    case FeatureDivision::facial_basis:
      return {left_brow(), right_brow(), nose(),
              left_eye(),  right_eye(),  {"MO", "mouth", points_from_to(48, 67)}};
    case FeatureDivision::split_mouth:
      // The corners go with the upper lip on both sides, so that each lip is its own mirror image.
      return {left_brow(),
              right_brow(),
              nose(),
              left_eye(),
              right_eye(),
              {"UL", "upper lip", joined(points_from_to(48, 54), points_from_to(60, 64))},
              {"LL", "lower lip", joined(points_from_to(55, 59), points_from_to(65, 67))}};
    case FeatureDivision::dfecs:
      return {left_brow(),
              right_brow(),
              left_eye(),
              right_eye(),
              nose(),
              {"MO", "lips", points_from_to(48, 67)},
              {"JA", "jaw line", points_from_to(0, 16)}};
  }
  return {};
}

std::vector<Eigen::Index> feature_columns(const FacialFeature& feature, const std::vector<Column>& columns) {
  std::vector<Eigen::Index> found;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto column = point_column(columns[i].name);
    if (column && std::binary_search(feature.points.begin(), feature.points.end(), column->point))
      found.push_back(static_cast<Eigen::Index>(i));
  }
  return found;
}

}  // namespace facelex
