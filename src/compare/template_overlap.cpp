#include "facelex/compare/template_overlap.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "facelex/core/text.hpp"

namespace facelex {
namespace {

/// The axis (0, 1, 2) and the number of the point that a column moves.
std::optional<std::pair<int, std::int64_t>> point_of(const std::string& name) {
  constexpr std::size_t prefix = 3;  // "dX_"
  if (name.size() <= prefix || name[0] != 'd' || name[2] != '_') return {};
  const auto axis = std::string_view("xyzXYZ").find(name[1]);
  const auto number = parse_integer(std::string_view(name).substr(prefix));
  if (axis == std::string_view::npos || !number) return {};
  return std::pair(static_cast<int>(axis % 3), *number);
}

struct PairMeans {
  double dot = 0, cosine = 0;
};

PairMeans pair_means(const RowMatrix& rows) {
  const Eigen::MatrixXd gram = rows * rows.transpose();
  PairMeans means;
  double pairs = 0, moving_pairs = 0;
  for (Eigen::Index j = 1; j < gram.rows(); ++j)
    for (Eigen::Index i = 0; i < j; ++i) {
      means.dot += gram(i, j);
      pairs += 1;
      const double norms = std::sqrt(gram(i, i) * gram(j, j));
      if (norms == 0) continue;
      means.cosine += gram(i, j) / norms;
      moving_pairs += 1;
    }
  return {means.dot / pairs, means.cosine / moving_pairs};
}

}  // namespace

RowMatrix TemplateDisplacements::magnitudes() const {
  RowMatrix squares = RowMatrix::Zero(moved.rows(), points());
  for (Eigen::Index axis = 0; axis < axes; ++axis)
    squares += moved.middleCols(axis * points(), points()).cwiseAbs2();
  return squares.cwiseSqrt();
}

TemplateDisplacements displacements_of_columns(const RowMatrix& movements,
                                               const std::vector<Column>& columns) {
  TemplateDisplacements made;
  std::map<std::int64_t, Eigen::Index> points;
  int last_axis = 1;
  for (const Column& column : columns)
    if (const auto point = point_of(column.name)) {
      points.emplace(point->second, 0);
      last_axis = std::max(last_axis, point->first);
      made.unit = column.unit;
    }
  Eigen::Index next = 0;
  for (auto& [number, index] : points) index = next++;
  made.axes = last_axis + 1;
  made.moved = RowMatrix::Zero(movements.rows(), made.axes * next);
  for (std::size_t d = 0; d < columns.size(); ++d)
    if (const auto point = point_of(columns[d].name))
      made.moved.col(point->first * next + points.at(point->second)) =
          movements.col(static_cast<Eigen::Index>(d));
  return made;
}

TemplateDisplacements displacements_of_vertices(const RowMatrix& vertices) {
  TemplateDisplacements made;
  made.unit = "mm";
  made.moved.resize(vertices.rows(), vertices.cols());
  for (Eigen::Index i = 0; i < vertices.cols(); ++i)
    made.moved.col(i % 3 * made.points() + i / 3) = vertices.col(i);
  return made;
}

TemplateOverlap template_overlap(const TemplateDisplacements& templates) {
  TemplateOverlap found;
  const RowMatrix magnitudes = templates.magnitudes();
  found.templates = static_cast<int>(magnitudes.rows());
  for (Eigen::Index k = 0; k < magnitudes.rows(); ++k) found.without_movement += magnitudes.row(k).isZero(0);
  const PairMeans of_magnitudes = pair_means(magnitudes), of_signed = pair_means(templates.moved);
  found.magnitude_dot = of_magnitudes.dot;
  found.magnitude_cosine = of_magnitudes.cosine;
  found.signed_dot = of_signed.dot;
  found.signed_cosine = of_signed.cosine;
  return found;
}

RowMatrix displacement_curve(const TemplateDisplacements& templates, int steps) {
  const RowMatrix magnitudes = templates.magnitudes();
  std::vector<double> sorted(magnitudes.data(), magnitudes.data() + magnitudes.size());
  std::sort(sorted.begin(), sorted.end());
  RowMatrix curve(steps + 1, 2);
  for (int i = 0; i <= steps; ++i) {
    const double distance = sorted.empty() ? 0 : sorted.back() * i / steps;
    const auto above = sorted.end() - std::upper_bound(sorted.begin(), sorted.end(), distance);
    curve.row(i) << distance,
        static_cast<double>(above) / static_cast<double>(std::max<std::size_t>(sorted.size(), 1));
  }
  return curve;
}

}  // namespace facelex
