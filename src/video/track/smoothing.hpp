#pragma once

#include <deque>
#include <functional>

#include "face_rows.hpp"

namespace facelex {

/// Smooths each landmark over time without lag: a parabola fitted by least squares to the frames around each
/// frame (Savitzky & Golay 1964), taken at that frame. Only frames that belong to the same unbroken run of
/// one face count; near its ends the window is cut off on one side, and the parabola keeps it without lag
/// there too. Delays rows by half a window.
class ShapeSmoother {
 public:
  /// window: 0 (rows go through as they are), or odd and ≥ 5. `use` gets the frames in order.
  ShapeSmoother(int window, std::function<void(FrameRows&&)> use);

  void add(FrameRows&& rows);
  void finish();

 private:
  void pass_on();
  Landmarks68 smoothed(std::size_t frame, const FaceRow& row) const;

  std::size_t half_;
  std::function<void(FrameRows&&)> use_;
  std::deque<FrameRows> frames_;  // those before the next to pass on, itself, those after it
  std::size_t next_ = 0;          // its place in frames_
};

}  // namespace facelex
