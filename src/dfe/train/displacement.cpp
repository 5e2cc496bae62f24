#include "facelex/dfe/train/displacement.hpp"

#include <limits>

#include "facelex/coding/expression_face.hpp"
#include "facelex/core/error.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"

namespace facelex {
namespace {

constexpr int points_of_face = 256;
constexpr double min_share = 0.01;

/// D×3P: how a unit of each column moves the vertices.
RowMatrix movements_of(const MorphableModel& face, const std::vector<Column>& columns) {
  const auto count = static_cast<Eigen::Index>(columns.size());
  return ExpressionFace(face, columns).vertices(RowMatrix::Identity(count, count));
}

/// P: the root of the sum over columns of a vertex's squared movements.
Eigen::VectorXd mobility_of(const RowMatrix& movements) {
  Eigen::VectorXd mobility(movements.cols() / 3);
  for (Eigen::Index v = 0; v < mobility.size(); ++v) mobility[v] = movements.middleCols<3>(3 * v).norm();
  return mobility;
}

std::vector<Eigen::Index> spread_points(const MorphableModel& face, const RowMatrix& movements, int count) {
  const Eigen::VectorXd mobility = mobility_of(movements);
  const double threshold = min_share * mobility.maxCoeff();
  Eigen::VectorXd distance(mobility.size());
  for (Eigen::Index v = 0; v < distance.size(); ++v)
    distance[v] = mobility[v] > threshold ? std::numeric_limits<double>::infinity() : 0;
  std::vector<Eigen::Index> points;
  Eigen::Index next = 0;
  mobility.maxCoeff(&next);
  while (static_cast<int>(points.size()) < count && distance[next] > 0) {
    points.push_back(next);
    for (Eigen::Index v = 0; v < distance.size(); ++v)
      distance[v] =
          std::min(distance[v], static_cast<double>((face.mean.row(v) - face.mean.row(next)).squaredNorm()));
    distance.maxCoeff(&next);
  }
  return points;
}

}  // namespace

std::vector<Eigen::Index> displacement_points(const MorphableModel& face, const std::vector<Column>& columns,
                                              int count) {
  return spread_points(face, movements_of(face, columns), count);
}

FloatRowMatrix displacement_of_outputs(const MorphableModel& face, const std::vector<Column>& columns,
                                       const FloatRowMatrix& scale) {
  const RowMatrix movements = movements_of(face, columns);
  const auto points = spread_points(face, movements, points_of_face);
  if (points.empty())
    throw usage_error(field("sparsity-on") + " displacement: the columns move no vertex of the face " +
                      face.name);
  FloatRowMatrix displacement(static_cast<Eigen::Index>(3 * points.size()), movements.rows());
  for (std::size_t i = 0; i < points.size(); ++i)
    displacement.middleRows<3>(static_cast<Eigen::Index>(3 * i)) =
        movements.middleCols<3>(3 * points[i]).transpose().cast<float>();
  return displacement.array().rowwise() * scale.row(0).array();
}

MorphableModel displacement_face(const DfeOptions& options) {
  return options.face.empty() || options.face == "built-in" ? built_in_face()
                                                            : load_morphable_model(options.face);
}

double displacement_sparsity(const FloatRowMatrix& displacement, const FloatRowMatrix& output, float weight,
                             FloatRowMatrix* gradient) {
  FloatRowMatrix moved = output * displacement.transpose();
  const Eigen::Index points = moved.cols() / 3;
  double sum = 0;
  for (Eigen::Index t = 0; t < moved.rows(); ++t)
    for (Eigen::Index v = 0; v < points; ++v) {
      auto one = moved.block<1, 3>(t, 3 * v);
      const float far = one.norm();
      sum += static_cast<double>(far);
      if (far > 0) one /= far;
    }
  if (gradient) *gradient += weight / static_cast<float>(points) * (moved * displacement);
  return sum / static_cast<double>(points);
}

}  // namespace facelex
