#include "facelex/coding/frame_history.hpp"

#include <algorithm>
#include <limits>

namespace facelex {

FrameHistory::FrameHistory(int frames, Eigen::Index width) : width_(width), history_(frames) {}

Eigen::RowVectorXd FrameHistory::widened(const Frame& frame,
                                         const Eigen::Ref<const Eigen::RowVectorXd>& values) {
  if (number_ && frame.number > *number_) step_ = std::min(step_, frame.number - *number_);
  number_ = frame.number;
  if (!frame.success || !values.allFinite()) {
    stretches_.erase(frame.face_id);
    return Eigen::RowVectorXd::Constant(width(), std::numeric_limits<double>::quiet_NaN());
  }
  if (history_ == 0) return values;
  const auto [at, begins] = stretches_.try_emplace(frame.face_id);
  Stretch& stretch = at->second;
  if (begins || frame.number - stretch.last != step_) stretch.rows = values.replicate(1, history_);
  Eigen::RowVectorXd wide(width());
  wide << values, stretch.rows;
  stretch.last = frame.number;
  stretch.rows = wide.head(width_ * history_);
  return wide;
}

RowMatrix FrameHistory::widened(const std::vector<Frame>& frames, const RowMatrix& values) {
  RowMatrix wide(values.rows(), width());
  for (Eigen::Index t = 0; t < values.rows(); ++t)
    wide.row(t) = widened(frames[static_cast<std::size_t>(t)], values.row(t));
  return wide;
}

}  // namespace facelex
