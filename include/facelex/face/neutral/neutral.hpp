#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "facelex/face/schemes/landmark_scheme.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// The face without expression that motion is measured from.
struct Neutral {
  Landmarks68 landmarks = Landmarks68::Zero();  ///< standardised, template units
  std::int64_t frame = 0;                       ///< its number in the video; 0 where it is not a single frame
};

/// Finds the neutral frame among the standardised frames of one face, for videos in which nobody marked it.
/// A face is near its resting shape more often than near any other one; so the neutral is the frame nearest
/// (Euclidean, all 136 coordinates) to the coordinate-wise median of the candidates, the earliest of equally
/// near ones. Candidates are the frames whose confidence is at least the median confidence and whose motion
/// (root mean square step of the points since the frame with values before; 0 for the first) is at most the
/// median motion; all frames with that confidence when none is left. If a face never rests, for example one
/// that talks all the time, its most usual shape is taken for neutral: then the neutral should be given.
///
/// Memory is bounded: of a long recording every 2nd, 4th, 8th … frame is considered, so that 4096 to 8192
/// are. Deterministic.
class NeutralEstimator {
 public:
  /// The next frame with values, in the order of time.
  void add(const Frame& frame, const Landmarks68& standardised);
  /// Nothing when no frame was added.
  std::optional<Neutral> estimate() const;

  /// Keeps only every second of the frames kept so far, and of those to come.
  void thin();
  std::size_t kept() const { return seen_.size(); }

  static constexpr std::size_t max_frames = 8192;

 private:
  struct Seen {
    Landmarks68 landmarks;
    std::int64_t frame = 0;
    double confidence = 0;
    double motion = 0;
  };

  std::vector<Seen> seen_;
  Landmarks68 last_;
  std::size_t stride_ = 1;
  std::size_t count_ = 0;
};

/// The coordinate-wise median of shapes (the mean of the two middle values when their number is even).
/// Requires at least one.
Landmarks68 median_shape(const std::vector<const Landmarks68*>& shapes);

}  // namespace facelex
