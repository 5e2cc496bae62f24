#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/face/model/morphable_model.hpp"

namespace facelex {

/// How the signals of a coding system move a face: E·ε of paper 000, equation 1, for columns that name
/// expressions of a morphable model (e_AU12_L or AU12_L).
class ExpressionFace {
 public:
  /// Throws Error (usage) that names those of the D columns that are not expressions of the face.
  ExpressionFace(const MorphableModel& face, const std::vector<Column>& columns);

  /// dX_<n> …, dY_<n> …, dZ_<n> … of the face's iBUG points.
  const std::vector<Column>& landmark_columns() const { return landmark_columns_; }
  /// T×(3·points), mm: displacement of the landmarks of T×D signals; NaN rows give NaN rows.
  RowMatrix landmarks(const RowMatrix& signals) const;
  /// T×3P, mm: displacement of every vertex, [x₀ y₀ z₀ x₁ …].
  RowMatrix vertices(const RowMatrix& signals) const;
  /// The mean face with the expression of one row of signals.
  Vertices shape(const Eigen::RowVectorXd& signals) const;

 private:
  const MorphableModel& face_;
  std::vector<Eigen::Index> modes_;  // of each column
  std::vector<Column> landmark_columns_;
  Eigen::MatrixXd landmark_modes_;  // 3·points × D
};

}  // namespace facelex
