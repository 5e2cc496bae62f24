#pragma once

#include <cstdint>
#include <vector>

#include "facelex/video/track/confidence.hpp"
#include "facelex/video/track/face_detector.hpp"
#include "facelex/video/track/landmark_model.hpp"

namespace facelex {

/// How one face is followed.
struct FollowSettings {
  int starts = 5;           ///< boxes that the landmarks are averaged over
  int check_interval = 10;  ///< frames between detections in the region around the face
  double blend = 0.2;  ///< share of a detection's box that is taken over, spread over the frames to the next
  double shift = 0.025;             ///< of the box: how far starts are shifted and scaled
  int patience = 3;                 ///< checks in a row without a trustworthy face after which the track ends
  double trusted_confidence = 0.5;  ///< below it a face is in doubt; what is given out is another matter
};

/// One face from the frame where it was found to the frame where it is lost.
///
/// The box from which the landmark cascade starts is carried by the landmarks' stable points: the similarity
/// that takes them from an anchor frame to the last frame is applied to the anchor's box. It hangs on a
/// detection in the region around the face at set intervals, whose box is blended in slowly, since the
/// detector's own steps are a tenth of the face.
class FaceTrack {
 public:
  /// Starts from a detection in this frame, which `follow` is to be given next. Detects a few times more
  /// around it for a box better than the detector's steps.
  FaceTrack(int id, const FaceDetection& found, const cv::Mat& gray, FaceDetector& detector);

  /// Finds the landmarks in the next frame.
  void follow(const cv::Mat& gray, const LandmarkModel& model, FaceDetector& detector,
              const FollowSettings& settings);

  /// Puts a track in doubt on a detection of the same face in the frame just followed and finds its landmarks
  /// there; the frame counts once.
  void reseat(const FaceDetection& found, const cv::Mat& gray, const LandmarkModel& model,
              FaceDetector& detector, const FollowSettings& settings);

  int id() const { return id_; }
  const Landmarks68& landmarks() const { return landmarks_; }
  const FaceBox& box() const { return box_; }
  const FaceEvidence& evidence() const { return evidence_; }
  double confidence() const { return confidence_; }
  bool lost() const { return lost_; }
  std::int64_t frames() const { return frames_; }

 private:
  void place(const FaceDetection& found, const cv::Mat& gray, FaceDetector& detector);
  void find_landmarks(const cv::Mat& gray, const LandmarkModel& model, const FollowSettings& settings);
  void check(const cv::Mat& gray, FaceDetector& detector, const FollowSettings& settings);
  void carry_box();
  FaceBox carried_box() const;
  void set_anchor(const FaceBox& box);

  int id_;
  FaceBox box_;       // in the frame last seen
  FaceBox next_box_;  // carried to the next
  Landmarks68 landmarks_;
  FaceBox anchor_box_;
  Landmarks68 anchor_landmarks_;
  FaceBox correction_;  // to the box, a step per frame: shift and growth as shares of its side
  int correction_steps_ = 0;
  FacePatch reference_{};
  FaceEvidence evidence_;
  double confidence_ = 0;
  std::int64_t frames_ = 0;
  int since_check_ = 0;
  int checks_ = 0;
  int failures_ = 0;
  bool doubtful_ = false;
  bool suspicious_ = false;  // the last check failed in what may be another picture: the next frame tells
  bool anchored_ = false;    // the box hangs on the landmarks of some frame
  bool lost_ = false;
};

}  // namespace facelex
