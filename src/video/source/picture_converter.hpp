#pragma once

#include <opencv2/core/mat.hpp>

#include "ffmpeg_handles.hpp"

namespace facelex {

/// Turns decoded frames into upright pictures. Gray is the luma as it was coded: the plane itself for 8 bits,
/// rounded to 8 bits for deeper ones, whether its range is full or studio. RGB and palette formats, which
/// have no luma plane, become gray by BT.601's weights. Colour honours the range and the matrix that the
/// stream names; a stream that names no matrix has BT.709's from 720 rows on and BT.601's below, as players
/// assume; it is quick rather than exact, within 3 of 255, and may differ by that from processor to
/// processor.
class PictureConverter {
 public:
  PictureConverter(int rotation, bool mirrored) : rotation_(rotation), mirrored_(mirrored) {}

  void gray(const AVFrame& frame, cv::Mat& picture);
  void color(const AVFrame& frame, cv::Mat& picture);

 private:
  struct Scaler {
    ScalerHandle context;
    FrameHandle output;
  };

  const AVFrame& scaled(const AVFrame& frame, AVPixelFormat format, Scaler& scaler);

  int rotation_;
  bool mirrored_;
  Scaler gray_, color_;
  cv::Mat luma_;
};

}  // namespace facelex
