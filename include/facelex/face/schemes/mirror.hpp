#pragma once

#include <Eigen/Core>
#include <array>
#include <optional>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// The iBUG point on the other side of the face; itself on the midline. Its own inverse.
inline constexpr std::array<int, 68> mirrored_points = {
    16, 15, 14, 13, 12, 11, 10, 9,  8,  7,  6,  5,  4,  3,  2,  1,  0,  26, 25, 24, 23, 22, 21,
    20, 19, 18, 17, 27, 28, 29, 30, 35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46, 39, 38, 37, 36,
    41, 40, 54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65};

/// The iBUG point n and the axis of a column d<axis>_<n> (dx_17, dZ_4).
struct PointColumn {
  char axis = 'x';  ///< x, y, z, X, Y or Z
  int point = 0;    ///< 0 … 67
};
/// Nothing for a column of any other name: e_17 and p_17 are coefficients, no points.
std::optional<PointColumn> point_column(const std::string& name);

/// What the other half of the face does, as a signed permutation of D columns: column d of the mirror image
/// is sign[d] times column `other[d]`.
struct ColumnMirror {
  std::vector<Eigen::Index> other;  ///< D; its own inverse
  Eigen::RowVectorXd sign;          ///< D: −1 for movements to the side (dx, dX) and 1 for all others

  /// Rows×D → rows×D.
  RowMatrix mirrored(const Eigen::Ref<const RowMatrix>& rows) const;
};

/// The mirror of movements of points (by mirrored_points) or of named coefficients of an expression, whose
/// sided names end in _L and _R or in Left and Right (e_AU12_L, mouthSmileLeft) and whose others are of the
/// midline. Nothing when a column has no twin among the columns, or when no name tells a side: then the
/// mirror image of the signal is not known.
std::optional<ColumnMirror> column_mirror(const std::vector<Column>& columns);

}  // namespace facelex
