#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "facelex/io/scratch_file.hpp"

namespace facelex {

/// Frames that memory need not hold: rows of D numbers (double or float) in a ScratchFile. Reading is safe
/// from one thread at a time.
template <class Number>
class FrameStoreOf {
 public:
  using Rows = Eigen::Matrix<Number, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  /// At least this many rows are read together: neighbours in time, which are alike.
  static constexpr Eigen::Index piece_rows = 64;

  /// Rows of `width` numbers, in blocks of about `rows_at_once` rows; both ≥ 1. Throws Error (environment)
  /// when no file can be made.
  FrameStoreOf(Eigen::Index width, Eigen::Index rows_at_once);

  /// n rows, one after the other. Throws Error (environment) when the disk is full.
  void append(const Number* rows, Eigen::Index n);

  Eigen::Index width() const { return width_; }
  std::int64_t rows() const { return rows_; }
  std::int64_t blocks() const;
  /// Whether the column differs from zero in any row.
  bool moves(Eigen::Index column) const { return moves_[static_cast<std::size_t>(column)]; }

  /// Rows of a block, at most rows_at_once: pieces from all over the store. Every row is in exactly one
  /// block.
  void read(std::int64_t block, Rows& rows) const;
  /// Rows first … first+n−1 as they were appended, to n×D numbers. Requires that these rows exist.
  void read_rows(std::int64_t first, Eigen::Index n, Number* to) const;

 private:
  void flush();
  std::int64_t pieces() const { return (rows_ + piece_rows - 1) / piece_rows; }
  Eigen::Index rows_of_piece(std::int64_t piece) const;

  Eigen::Index width_, rows_at_once_;
  ScratchFile file_;
  std::int64_t rows_ = 0, written_ = 0;  ///< rows; bytes
  std::vector<Number> waiting_;          ///< not yet in the file
  std::vector<bool> moves_;
};

extern template class FrameStoreOf<double>;
extern template class FrameStoreOf<float>;

using FrameStore = FrameStoreOf<double>;
using FloatFrameStore = FrameStoreOf<float>;

}  // namespace facelex
