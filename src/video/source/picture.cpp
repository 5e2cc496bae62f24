#include <opencv2/core.hpp>

#include "frame_reader.hpp"

namespace facelex {

int degrees(FrameSourceOptions::Rotate rotate) {
  switch (rotate) {
    case FrameSourceOptions::Rotate::quarter:
      return 90;
    case FrameSourceOptions::Rotate::half:
      return 180;
    case FrameSourceOptions::Rotate::three_quarters:
      return 270;
    case FrameSourceOptions::Rotate::automatic:
    case FrameSourceOptions::Rotate::none:
      break;
  }
  return 0;
}

void make_writable(cv::Mat& picture) {
  // Adding nothing reads the count atomically: another thread may be letting go of the picture just now.
  if (!picture.u || CV_XADD(&picture.u->refcount, 0) > 1) picture.release();
}

void turn(const cv::Mat& picture, int rotation, bool mirrored, cv::Mat& upright) {
  switch (rotation) {
    case 90:
      cv::rotate(picture, upright, cv::ROTATE_90_CLOCKWISE);
      break;
    case 180:
      cv::rotate(picture, upright, cv::ROTATE_180);
      break;
    case 270:
      cv::rotate(picture, upright, cv::ROTATE_90_COUNTERCLOCKWISE);
      break;
    default:
      picture.copyTo(upright);
  }
  if (mirrored) cv::flip(upright, upright, 1);
}

}  // namespace facelex
