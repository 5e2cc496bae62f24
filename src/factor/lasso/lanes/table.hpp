#pragma once

#include <algorithm>
#include <cstddef>

#include "facelex/core/matrix.hpp"
#include "facelex/simd/aligned_buffer.hpp"
#include "kernels.hpp"

namespace facelex {

/// A table of samples as the kernels of kernels.hpp take it: tile × column × lane.
template <class Number>
class LaneTableFor {
 public:
  LaneTableFor() = default;
  /// Zeros.
  LaneTableFor(Eigen::Index rows, Eigen::Index columns)
      : rows_(rows),
        columns_(columns),
        values_(static_cast<std::size_t>((rows + tile_lanes - 1) / tile_lanes * columns * tile_lanes)) {}

  Eigen::Index rows() const { return rows_; }
  Eigen::Index columns() const { return columns_; }
  Eigen::Index tiles() const { return (rows_ + tile_lanes - 1) / tile_lanes; }

  /// columns × 16 values of a tile.
  Number* tile(Eigen::Index t) { return values_.data() + t * columns_ * tile_lanes; }
  const Number* tile(Eigen::Index t) const { return values_.data() + t * columns_ * tile_lanes; }

  Number& at(Eigen::Index row, Eigen::Index column) {
    return tile(row / tile_lanes)[column * tile_lanes + row % tile_lanes];
  }
  Number at(Eigen::Index row, Eigen::Index column) const {
    return tile(row / tile_lanes)[column * tile_lanes + row % tile_lanes];
  }

  void clear_column(Eigen::Index column) {
    for (Eigen::Index t = 0; t < tiles(); ++t)
      std::fill_n(tile(t) + column * tile_lanes, tile_lanes, Number(0));
  }

  /// Rows [first, first + n) from those of a matrix of at most as many columns.
  template <class Matrix>
  void pack(const Matrix& matrix, Eigen::Index first, Eigen::Index n) {
    for (Eigen::Index r = first; r < first + n; ++r) {
      Number* to = tile(r / tile_lanes) + r % tile_lanes;
      for (Eigen::Index c = 0; c < matrix.cols(); ++c, to += tile_lanes)
        *to = static_cast<Number>(matrix(r, c));
    }
  }

  /// The first columns of rows [first, first + n) into those rows of a matrix.
  template <class Matrix>
  void unpack(Eigen::Index first, Eigen::Index n, Matrix& matrix) const {
    for (Eigen::Index r = first; r < first + n; ++r) {
      const Number* from = tile(r / tile_lanes) + r % tile_lanes;
      for (Eigen::Index c = 0; c < matrix.cols(); ++c, from += tile_lanes) matrix(r, c) = *from;
    }
  }

 private:
  Eigen::Index rows_ = 0, columns_ = 0;
  AlignedBuffer<Number> values_;
};

using LaneTable = LaneTableFor<double>;

}  // namespace facelex
