#pragma once

#include <cstdint>
#include <vector>

#include "facelex/core/matrix.hpp"

namespace facelex {

/// Frames that memory need not hold: rows of D numbers in a temporary file in $TMPDIR (/tmp without), which
/// has no name and is gone when this object or the program is. Reading is safe from one thread at a time.
class FrameStore {
 public:
  /// Rows of `width` numbers, in blocks of about `rows_at_once` rows; both ≥ 1. Throws Error (environment)
  /// when no file can be made.
  FrameStore(Eigen::Index width, Eigen::Index rows_at_once);
  ~FrameStore();
  FrameStore(const FrameStore&) = delete;
  FrameStore& operator=(const FrameStore&) = delete;

  /// n rows, one after the other. Throws Error (environment) when the disk is full.
  void append(const double* rows, Eigen::Index n);

  std::int64_t rows() const { return rows_; }
  std::int64_t blocks() const;
  /// A column that is not zero in every row.
  bool moves(Eigen::Index column) const { return moves_[static_cast<std::size_t>(column)]; }

  /// Rows of a block, at most rows_at_once: pieces of 64 rows (neighbours in time are alike) from all over
  /// the store. Every row is in exactly one block.
  void read(std::int64_t block, RowMatrix& rows) const;

 private:
  void flush();
  Eigen::Index rows_of_piece(std::int64_t piece) const;

  Eigen::Index width_, rows_at_once_;
  int file_ = -1;
  std::int64_t rows_ = 0, written_ = 0;  ///< rows; bytes
  std::vector<double> waiting_;          ///< not yet in the file
  std::vector<bool> moves_;
};

}  // namespace facelex
