#include "frame_order.hpp"

#include <cmath>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {

void FrameOrder::add(const Frame& frame, long long line) {
  Last& last = faces_[frame.face_id];
  const auto number = std::to_string(frame.number);
  if (last.line > 0 && last.number == frame.number)
    throw data_error({file_, line, "frame"},
                     "frame " + number + " was already on line " + std::to_string(last.line) +
                         (frame.face_id < 0 ? "" : " for face " + std::to_string(frame.face_id)),
                     "a frame has one row per face; with several faces each row needs its face_id");
  if (last_line_ > 0 && frame.number < last_number_)
    throw data_error({file_, line, "frame"},
                     "frame " + number + " comes after frame " + std::to_string(last_number_) + " of line " +
                         std::to_string(last_line_),
                     "sort the rows by frame");
  if (!std::isnan(frame.timestamp)) {
    if (last.timestamp_line > 0 && frame.timestamp < last.timestamp)
      throw data_error({file_, line, "timestamp"},
                       number_text(frame.timestamp) + " s comes after " + number_text(last.timestamp) +
                           " s of line " + std::to_string(last.timestamp_line),
                       "time stamps must not go back");
    last.timestamp = frame.timestamp;
    last.timestamp_line = line;
  }
  last.number = last_number_ = frame.number;
  last.line = last_line_ = line;
}

}  // namespace facelex
