#include "facelex/coding/expression_face.hpp"

#include <algorithm>

#include "column_names.hpp"
#include "facelex/core/error.hpp"
#include "facelex/face/schemes/signal_columns.hpp"

namespace facelex {
namespace {

constexpr std::string_view expression_prefix = "e_";

RowMatrix times_modes(const RowMatrix& signals, const Eigen::MatrixXd& modes) {
  RowMatrix moved = RowMatrix::Zero(signals.rows(), modes.rows());
  for (Eigen::Index t = 0; t < signals.rows(); ++t)
    for (Eigen::Index d = 0; d < signals.cols(); ++d)
      if (signals(t, d) != 0) moved.row(t) += signals(t, d) * modes.col(d).transpose();
  return moved;
}

}  // namespace

ExpressionFace::ExpressionFace(const MorphableModel& face, const std::vector<Column>& columns) : face_(face) {
  std::vector<Column> unknown;
  for (const Column& column : columns) {
    std::string_view name = column.name;
    const auto& names = face.expression.names;
    auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end() && name.starts_with(expression_prefix))
      found = std::find(names.begin(), names.end(), name.substr(expression_prefix.size()));
    if (found == names.end()) unknown.push_back(column);
    modes_.push_back(found - names.begin());
  }
  if (!unknown.empty())
    throw option_error("face",
                       "the face " + in_quotes(face.name) + " has no expressions " + some_names(unknown) +
                           "; it has " + some_names(face.expression_columns()),
                       "give the face whose expressions the model was learnt from");
  const auto points = face.landmark_points();
  landmark_columns_ = displacement_columns(points);
  const auto count = static_cast<Eigen::Index>(points.size());
  landmark_modes_.resize(3 * count, static_cast<Eigen::Index>(modes_.size()));
  for (Eigen::Index axis = 0; axis < 3; ++axis)
    for (Eigen::Index i = 0; i < count; ++i) {
      const auto point = static_cast<std::size_t>(points[static_cast<std::size_t>(i)]);
      const auto row = Eigen::Index{3} * face.landmarks[point] + axis;
      for (std::size_t d = 0; d < modes_.size(); ++d)
        landmark_modes_(axis * count + i, static_cast<Eigen::Index>(d)) =
            static_cast<double>(face.expression.modes(row, modes_[d]));
    }
}

RowMatrix ExpressionFace::landmarks(const RowMatrix& signals) const {
  return times_modes(signals, landmark_modes_);
}

RowMatrix ExpressionFace::vertices(const RowMatrix& signals) const {
  return times_modes(signals, face_.expression.modes(Eigen::all, modes_).cast<double>());
}

Vertices ExpressionFace::shape(const Eigen::RowVectorXd& signals) const {
  Eigen::VectorXd expression = Eigen::VectorXd::Zero(face_.expression.size());
  for (std::size_t d = 0; d < modes_.size(); ++d)
    expression[modes_[d]] += signals[static_cast<Eigen::Index>(d)];
  return face_.shape({}, expression);
}

}  // namespace facelex
