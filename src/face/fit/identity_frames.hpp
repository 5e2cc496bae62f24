#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "facelex/face/fit/face.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// A frame that a person's face may be estimated from.
struct FitCandidate {
  std::int64_t frame = 0;
  double confidence = 0;
  std::size_t recording = 0;  ///< its number among the recordings of the person
  FaceView view;              ///< each recording has its own camera
};

/// Of a stream of frames of one recording, 256 to 512 at even distances, in bounded memory.
class FitCandidates {
 public:
  void add(const Frame& frame, const FaceView& view);
  /// Keeps only every second of the frames kept so far, and of those to come.
  void thin();
  const std::vector<FitCandidate>& kept() const { return kept_; }
  /// Says which recording of a person they are of; 0 until then.
  void renumber(std::size_t recording) {
    for (FitCandidate& one : kept_) one.recording = recording;
  }

  static constexpr std::size_t max_frames = 512;

 private:
  std::vector<FitCandidate> kept_;
  std::size_t stride_ = 1;
  std::size_t count_ = 0;
};

/// Of one person's candidates, at most `count` in various poses and near the neutral, in the order of
/// recordings and time. Only those count whose confidence is at least the median of their recording; cells of
/// pose (10° of yaw × 10° of pitch) and the median shape are those of all recordings together.
std::vector<FitCandidate> identity_candidates(const std::vector<const FitCandidates*>& recordings,
                                              std::size_t count);
std::vector<FaceView> views_of(const std::vector<FitCandidate>& candidates);
/// Views of every n-th candidate, so that at most `count` are left.
std::vector<FaceView> thinned_views(const std::vector<const FitCandidates*>& recordings, std::size_t count);

}  // namespace facelex
