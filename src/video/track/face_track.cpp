#include "face_track.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "similarity2d.hpp"

namespace facelex {
namespace {

/// Detections that start a track, over the phases of FaceDetector::check.
constexpr int first_checks = 4;
/// A detection belongs to the face when its box overlaps the track's by this.
constexpr double same_face = 0.4;
/// A box that the landmarks show to be off by this share of its side is set right and the frame done again.
constexpr double off_by = 0.04;
constexpr int max_repeats = 2;
/// Below these a check is due at once.
constexpr double doubtful_likeness = 0.6, doubtful_disagreement = 0.04;
/// Below this the picture is another one.
constexpr double cut_likeness = 0.4;
/// Frames between checks while the face is in doubt.
constexpr int doubtful_interval = 3;

/// `count` boxes shifted and scaled evenly about the box: pairs on opposite sides of it, and the box itself
/// when the count is odd, so that their mean is the box.
std::vector<FaceBox> shifted_boxes(const FaceBox& box, int count, double shift) {
  constexpr std::array<std::array<double, 3>, 2> first_pairs = {{{1, 1, -1}, {1, -1, 1}}};
  std::vector<FaceBox> boxes;
  if (count % 2 == 1) boxes.push_back(box);
  for (int k = 0; k < count / 2; ++k) {
    std::array<double, 3> d;
    if (k < 2) {
      d = first_pairs[static_cast<std::size_t>(k)];
    } else {
      // The additive sequence of the generalised golden ratio fills the cube evenly (Roberts 2018).
      constexpr double g = 1.22074408460575947536;
      for (std::size_t i = 0; i < 3; ++i) {
        const double u = k / std::pow(g, static_cast<double>(i) + 1);
        d[i] = 2 * (u - std::floor(u)) - 1;
      }
    }
    for (const double side : {1.0, -1.0}) {
      const double step = side * shift;
      boxes.push_back({box.center_x + step * d[0] * box.size, box.center_y + step * d[1] * box.size,
                       box.size * (1 + step * d[2])});
    }
  }
  return boxes;
}

double relative_distance(const FaceBox& a, const FaceBox& b) {
  return std::max({std::abs(a.center_x - b.center_x), std::abs(a.center_y - b.center_y),
                   std::abs(a.size - b.size)}) /
         a.size;
}

}  // namespace

FaceTrack::FaceTrack(int id, const FaceDetection& found, const cv::Mat& gray, FaceDetector& detector)
    : id_(id) {
  place(found, gray, detector);
}

void FaceTrack::reseat(const FaceDetection& found, const cv::Mat& gray, const LandmarkModel& model,
                       FaceDetector& detector, const FollowSettings& settings) {
  place(found, gray, detector);
  box_ = next_box_;
  find_landmarks(gray, model, settings);
  const FacePatch patch = face_patch(gray, landmarks_, model.mean_shape());
  if (evidence_.detector_score > no_detection) reference_ = patch;
  evidence_.likeness = likeness(patch, reference_);
  evidence_.sharpness = sharpness(patch);
  confidence_ = face_confidence(evidence_);
  since_check_ = 0;
  if (confidence_ >= settings.trusted_confidence) {
    failures_ = 0;
    suspicious_ = false;
  }
  carry_box();
}

void FaceTrack::place(const FaceDetection& found, const cv::Mat& gray, FaceDetector& detector) {
  next_box_ = found.box;
  anchored_ = false;
  correction_steps_ = 0;
  FaceBox sum{0, 0, 0};
  int count = 0;
  double score = 0;
  for (int phase = 0; phase < first_checks; ++phase)
    for (const FaceDetection& one : detector.check(gray, found.box, phase, no_detection))
      if (overlap(one.box, found.box) >= same_face) {
        sum = {sum.center_x + one.box.center_x, sum.center_y + one.box.center_y, sum.size + one.box.size};
        score += one.score;
        ++count;
        break;
      }
  if (count > 0) {
    next_box_ = {sum.center_x / count, sum.center_y / count, sum.size / count};
    evidence_.detector_score = (score + (first_checks - count) * no_detection) / first_checks;
  } else {
    evidence_.detector_score = no_detection;
  }
}

FaceBox FaceTrack::carried_box() const {
  const Similarity2d moved = stable_similarity(anchor_landmarks_, landmarks_);
  const auto center = moved(anchor_box_.center_x, anchor_box_.center_y);
  return {center.x(), center.y(), anchor_box_.size * moved.scale()};
}

void FaceTrack::set_anchor(const FaceBox& box) {
  anchor_box_ = box;
  anchor_landmarks_ = landmarks_;
}

void FaceTrack::find_landmarks(const cv::Mat& gray, const LandmarkModel& model,
                               const FollowSettings& settings) {
  std::vector<Landmarks68> shapes(static_cast<std::size_t>(settings.starts));
  for (int repeat = 0;; ++repeat) {
    model.locate(gray, shifted_boxes(box_, settings.starts, settings.shift), shapes);
    landmarks_ = shapes[0];
    for (std::size_t k = 1; k < shapes.size(); ++k) landmarks_ += shapes[k];
    landmarks_ /= static_cast<double>(shapes.size());
    if (!anchored_) {
      anchored_ = true;
      set_anchor(box_);
      break;
    }
    const FaceBox carried = carried_box();
    const bool off = relative_distance(box_, carried) > off_by;
    if (!off || repeat == max_repeats || !(carried.size > 0)) break;
    box_ = carried;
  }
  evidence_.disagreement = disagreement(shapes, landmarks_);
}

void FaceTrack::check(const cv::Mat& gray, FaceDetector& detector, const FollowSettings& settings) {
  since_check_ = 0;
  evidence_.detector_score = no_detection;
  for (const FaceDetection& one : detector.check(gray, box_, checks_, no_detection)) {
    if (overlap(one.box, box_) < same_face) continue;
    evidence_.detector_score = one.score;
    correction_steps_ = settings.check_interval;
    const double share = settings.blend / settings.check_interval / box_.size;
    correction_ = {share * (one.box.center_x - box_.center_x), share * (one.box.center_y - box_.center_y),
                   share * (one.box.size - box_.size)};
    break;
  }
  ++checks_;
}

void FaceTrack::follow(const cv::Mat& gray, const LandmarkModel& model, FaceDetector& detector,
                       const FollowSettings& settings) {
  const FaceBox start = next_box_;
  box_ = start;
  find_landmarks(gray, model, settings);
  const FacePatch patch = face_patch(gray, landmarks_, model.mean_shape());
  if (frames_ == 0) reference_ = patch;
  evidence_.likeness = likeness(patch, reference_);
  evidence_.sharpness = sharpness(patch);
  ++since_check_;

  const bool doubtful = evidence_.likeness < doubtful_likeness ||
                        evidence_.disagreement > doubtful_disagreement ||
                        face_confidence(evidence_) < settings.trusted_confidence;
  // A face that has just become doubtful is checked at once, then at the shorter interval.
  const bool due = suspicious_ || (doubtful ? !doubtful_ || since_check_ >= doubtful_interval
                                            : since_check_ >= settings.check_interval);
  doubtful_ = doubtful;
  if (frames_ > 0 && due) {
    check(gray, detector, settings);
    if (evidence_.detector_score > no_detection) {
      reference_ = patch;
      evidence_.likeness = 1;
    }
    failures_ = face_confidence(evidence_) >= settings.trusted_confidence ? 0 : failures_ + 1;
    // Nothing detected where the picture is another one: a cut, or a single bad frame. The next one tells.
    const bool other_picture = failures_ > 0 && evidence_.likeness < cut_likeness;
    suspicious_ = other_picture && failures_ == 1;
    lost_ = failures_ >= settings.patience || (other_picture && failures_ > 1);
  }
  confidence_ = face_confidence(evidence_);
  ++frames_;
  if (suspicious_)
    next_box_ = box_ = start;  // landmarks of another picture lead nowhere
  else
    carry_box();
}

/// Sets the box for the next frame.
void FaceTrack::carry_box() {
  FaceBox next = carried_box();
  if (correction_steps_ > 0) {
    next = {next.center_x + correction_.center_x * next.size,
            next.center_y + correction_.center_y * next.size, next.size * (1 + correction_.size)};
    --correction_steps_;
    set_anchor(next);
  }
  next_box_ = next;
}

}  // namespace facelex
