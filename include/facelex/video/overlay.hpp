#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>

#include "facelex/face/schemes/landmark_scheme.hpp"
#include "facelex/video/track/landmark_model.hpp"

namespace facelex {

/// One face as it is drawn over its picture.
struct OverlayFace {
  std::int64_t face_id = 0;
  bool success = false;
  double confidence = 0;       ///< 0 … 1; not written when NaN
  std::optional<FaceBox> box;  ///< pixels; not drawn when empty
  Landmarks68 points;          ///< pixels, pixel (i, j) having its centre at (i, j); NaN points are not drawn
};

/// Draws over `bgr` (CV_8UC3): the frame number and, unless NaN, the time in seconds; for each face its box,
/// its number and confidence, and the 68 points joined as iBUG's contours, with anti-aliased lines at
/// sub-pixel places. A face's colour goes by its face_id, so a change of identity is seen; a face without
/// success is gray and has no points. Sizes follow the picture's and the face's, so that it reads the same
/// from 360 rows to 4K. Throws Error (usage) when `bgr` is not CV_8UC3 or empty.
void draw_overlay(cv::Mat& bgr, std::int64_t frame, double timestamp, std::span<const OverlayFace> faces);

}  // namespace facelex
