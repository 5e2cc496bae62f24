#pragma once

#include <string>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// Displacements of K templates: a row each, axes × points numbers [x₀ x₁ … y₀ y₁ … (z₀ …)].
struct TemplateDisplacements {
  RowMatrix moved;   ///< K×(axes·points), in `unit`
  int axes = 3;      ///< 2 or 3
  std::string unit;  ///< mm, template units

  Eigen::Index points() const { return moved.cols() / axes; }
  /// K×points: how far each point goes.
  RowMatrix magnitudes() const;
};

/// The displacements of movements (K×D) whose columns are displacements of points: dX_n, dY_n, dZ_n or dx_n,
/// dy_n; the columns of a point that are missing count as 0. Empty when no column is a displacement.
TemplateDisplacements displacements_of_columns(const RowMatrix& movements,
                                               const std::vector<Column>& columns);
/// The displacements of vertices as ExpressionFace::vertices gives them (K×3P, [x₀ y₀ z₀ x₁ …], mm).
TemplateDisplacements displacements_of_vertices(const RowMatrix& vertices);

/// How much templates move the same parts of the face (paper 002, table 8), as means over pairs of different
/// templates. Lower: more unlike.
struct TemplateOverlap {
  /// All templates, and those of zeros, which have no cosine: pairs with one are left out of it.
  int templates = 0, without_movement = 0;
  double magnitude_dot = 0;     ///< Σ over points |d_i|·|d_j|, squared unit; over all pairs
  double magnitude_cosine = 0;  ///< of the vectors of |d|
  double signed_dot = 0;        ///< Σ over points d_i·d_j
  double signed_cosine = 0;
};
/// NaN where there are no pairs.
TemplateOverlap template_overlap(const TemplateDisplacements& templates);

/// Figure 8 of paper 002: the share of all points of all templates that go further than each distance;
/// distances from 0 to the largest, in `steps` equal steps (steps + 1 rows of distance and share).
RowMatrix displacement_curve(const TemplateDisplacements& templates, int steps);

}  // namespace facelex
