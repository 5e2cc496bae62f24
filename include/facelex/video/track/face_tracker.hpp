#pragma once

#include <memory>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <string>
#include <vector>

#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"
#include "facelex/video/track/confidence.hpp"
#include "facelex/video/track/face_detector.hpp"
#include "facelex/video/track/landmark_model.hpp"

namespace facelex {

/// Which faces are followed, and how.
struct TrackerOptions {
  /// How much is done for steady landmarks: how many start boxes the cascade is run from and averaged over
  /// (2, 5, 15).
  enum class Quality { fast, standard, best };
  /// Which faces are taken when there are more than wanted.
  enum class Target {
    largest,  ///< the largest box when a face is looked for; it is then followed until it is lost
    central,  ///< the box nearest to the picture's middle, likewise
    longest,  ///< the track with the most good frames of the whole video (one face only)
    /// The largest box whose middle lies within `roi`; a followed one ends when it leaves by more than a
    /// quarter of its side.
    roi
  };

  Quality quality = Quality::standard;
  int refine = 0;           ///< start boxes; 0: as the quality says
  std::string faces = "1";  ///< how many: a number ≥ 1, or "all"
  Target target = Target::largest;
  std::string roi;  ///< x,y,width,height in pixels of the upright picture; for target roi
  /// From this confidence on a face counts as success; how it is followed stays the same.
  double min_confidence = 0.5;
  double min_face = 0.075;  ///< smallest face that is looked for: side as a share of the picture's height
  int check_interval = 10;  ///< frames between detections in the region around a followed face
  /// Frames between detections in the whole picture while faces are missing but some are followed; while none
  /// is, every 5th frame (or this, if less).
  int search_interval = 25;

  void describe(OptionList& options);
  /// Throws Error (usage): faces or roi malformed, roi without target roi or the other way round, target
  /// longest with several faces.
  void check() const;

  int starts() const;        ///< boxes per frame and face
  int wanted_faces() const;  ///< 0 for all
  std::optional<cv::Rect2d> region() const;
};

/// A face in one frame.
struct TrackedFace {
  int face_id = 0;        ///< of the track, from 0; a break starts a new one
  Landmarks68 landmarks;  ///< pixels
  FaceBox box;            ///< from which the landmarks were found
  FaceEvidence evidence;
  double confidence = 0;  ///< face_confidence(evidence)
  bool success = false;   ///< confidence ≥ min_confidence: the landmarks hold
};

/// Follows the faces of a video from frame to frame without looking ahead: detects in the whole picture where
/// faces are missing, starts and ends tracks. What it gives depends on the frames and the options only.
class FaceTracker {
 public:
  /// `model` must outlive the tracker. With several faces, `threads` of them are worked on at once.
  FaceTracker(const LandmarkModel& model, const FaceDetector& detector, const TrackerOptions& options,
              int threads = 1);
  ~FaceTracker();
  FaceTracker(FaceTracker&&) noexcept;
  FaceTracker& operator=(FaceTracker&&) noexcept;

  /// The live faces in the next frame (CV_8UC1), by face_id; none in an empty one, which ends all tracks.
  /// With target longest all faces are followed: the caller chooses at the end.
  std::vector<TrackedFace> next(const cv::Mat& gray);
  /// Tracks started so far.
  int tracks() const;

 private:
  class Faces;
  std::unique_ptr<Faces> faces_;
};

}  // namespace facelex
