#pragma once

#include <array>
#include <opencv2/core/mat.hpp>
#include <span>

#include "facelex/video/track/landmark_model.hpp"

namespace facelex {

/// What is known of a landmarked face in one frame that tells whether there is a face and whether the
/// landmarks are on it.
struct FaceEvidence {
  /// Score of the detection in the region around the face at the last check (FaceDetection::score);
  /// no_detection when there was none.
  double detector_score = 0;
  /// Root mean square distance of the landmarks found from shifted starts from their mean, as a share of the
  /// distance of the outer eye corners. On a clear face 0.003 … 0.01, on a hidden one and on no face 0.03 …
  /// 0.06.
  double disagreement = 0;
  /// Correlation of the face's normalised picture with what it was when the detector last saw it: 1 the same,
  /// below 0.5 something else (a cut, a hand before the face).
  double likeness = 1;
  /// Share of the variance of the face's normalised picture that lies in steps from one of its pixels to the
  /// next: 0.2 … 0.7 for a face in focus, 0.1 when it is blurred by 4 % of its width, 0.05 by 7 %.
  double sharpness = 1;
};

/// The score that stands for "the detector found nothing": where checks stop looking.
inline constexpr double no_detection = -1.0;

/// Confidence 0 … 1 that the landmarks lie on a face: the product of
///   σ(3·(detector_score + 0.55))                 (0.21 without a detection, 0.84 at dlib's threshold),
///   1 / (1 + (disagreement / 0.1)²),
///   1 above a likeness of 0.7, falling linearly to 0.3 at a likeness of 0,
///   and 1 above a sharpness of 0.15, falling linearly to 0.4 at a sharpness of 0.
/// It falls for occlusion, blur, profile and for boxes on no face; it is not a probability.
double face_confidence(const FaceEvidence& evidence);

/// Root mean square distance of the shapes from their mean over the outer-eye distance of the mean; 0 for
/// one.
double disagreement(std::span<const Landmarks68> shapes, const Landmarks68& mean);

/// Distance of the outer eye corners (36 and 45).
double outer_eye_distance(const Landmarks68& landmarks);

/// A face's picture brought to upright 24×24 by the similarity that takes its stable points to those of the
/// mean shape, with mean 0 and norm 1 (all 0 when it is plain).
using FacePatch = std::array<float, 24 * 24>;
FacePatch face_patch(const cv::Mat& gray, const Landmarks68& landmarks, const Landmarks68& mean_shape);
/// FaceEvidence::sharpness of a patch.
double sharpness(const FacePatch& patch);
/// Normalised correlation, −1 … 1.
double likeness(const FacePatch& a, const FacePatch& b);

}  // namespace facelex
