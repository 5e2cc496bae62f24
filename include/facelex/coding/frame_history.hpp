#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// The N frames before each frame of one recording, for codes that depend on them; never a later one, so that
/// codes can be written while recording.
///
/// The frame before a row is the row of the same face_id whose frame number is one step lower, if it has all
/// values; the step is the smallest increase of the number from one row to the next so far (1, or n in a
/// recording of every n-th frame). Where there is no such row (a recording begins, a number is left out or
/// repeats, a face was lost or has a new face_id) a new stretch begins. In it the earliest frame stands for
/// those before it; at its beginning that is the present frame itself. So no column tells that history is
/// missing, and a face that has just appeared is coded as one that has not moved.
///
/// Keeps what it needs between calls: blocks of rows of any length give the same. Memory: N·D numbers for
/// each face_id.
class FrameHistory {
 public:
  /// N ≥ 0 frames of D numbers.
  FrameHistory(int frames, Eigen::Index width);

  /// The number of columns that widened() returns: D·(N+1).
  Eigen::Index width() const { return width_ * (history_ + 1); }
  /// The values of the recording's next row (1×D), then those of the frame before it, of the one before that
  /// … : 1×D·(N+1), all NaN where a value is missing or the row has no success.
  Eigen::RowVectorXd widened(const Frame& frame, const Eigen::Ref<const Eigen::RowVectorXd>& values);
  /// The same of the next T rows: T×D·(N+1) of T×D.
  RowMatrix widened(const std::vector<Frame>& frames, const RowMatrix& values);

 private:
  /// The frames of a face that stand before its next, in an unbroken stretch.
  struct Stretch {
    std::int64_t last = 0;    ///< number of the last frame
    Eigen::RowVectorXd rows;  ///< the last N frames of it, newest first; filled up with the earliest
  };

  Eigen::Index width_, history_;
  std::optional<std::int64_t> number_;  ///< of the row before, of whichever face
  std::int64_t step_ = std::numeric_limits<std::int64_t>::max();
  std::map<int, Stretch> stretches_;  ///< of each face_id
};

}  // namespace facelex
