#pragma once

#include <memory>
#include <opencv2/core/mat.hpp>
#include <vector>

#include "facelex/video/track/landmark_model.hpp"

namespace facelex {

/// A face that the detector found.
struct FaceDetection {
  FaceBox box;  ///< in pixels of the picture given
  /// Margin of the detector's classifier: 0 is dlib's own threshold, a clear face has 1 … 3.
  double score = 0;
};

/// dlib's frontal face detector (five linear classifiers over histograms of oriented gradients, King 2015,
/// arXiv:1502.00046) on pictures scaled to what it needs. Its window is 80 pixels: no smaller face is found
/// in the scaled picture, and positions come in steps of a tenth of the face.
///
/// Not thread-safe: each thread has its own. Copies are cheap; the first takes 0.2 s, since its weights are
/// packed.
class FaceDetector {
 public:
  FaceDetector();
  ~FaceDetector();
  FaceDetector(const FaceDetector&);
  FaceDetector& operator=(const FaceDetector&);
  FaceDetector(FaceDetector&&) noexcept;
  FaceDetector& operator=(FaceDetector&&) noexcept;

  /// Faces of the whole picture (CV_8UC1) scaled to `rows` rows, strongest first; those with a score of at
  /// least `min_score`.
  std::vector<FaceDetection> search(const cv::Mat& gray, int rows, double min_score = 0);

  /// Faces in a square region of 1.7 sides around a box, scaled so that the box is about 100 pixels wide.
  /// `phase` shifts and scales the region by parts of the detector's step, so that the mean over phases is
  /// finer than one detection.
  std::vector<FaceDetection> check(const cv::Mat& gray, const FaceBox& around, int phase, double min_score);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace facelex
