#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "face/per_face.hpp"
#include "facelex/core/json.hpp"
#include "facelex/face/fit/face.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// A frame that a person's face may be estimated from.
struct FitCandidate {
  std::int64_t frame = 0;
  double confidence = 0;
  Landmarks68 points;
};

/// Of a stream of frames, 256 to 512 at even distances, in bounded memory.
class FitCandidates {
 public:
  void add(const Frame& frame, const Landmarks68& points);
  /// Keeps only every second of the frames kept so far, and of those to come.
  void thin();
  const std::vector<FitCandidate>& kept() const { return kept_; }

  static constexpr std::size_t max_frames = 512;

 private:
  std::vector<FitCandidate> kept_;
  std::size_t stride_ = 1;
  std::size_t count_ = 0;
};

/// The persons of a recording.
class FitPersons {
 public:
  using CameraOf = std::function<Camera(const Landmarks68&)>;

  /// Every row with landmarks, in the order of the file; rows without one with null.
  void add(const Frame& frame, const Landmarks68* points);
  struct Estimate {
    std::size_t frames;     ///< that a face is estimated from
    bool noise_of_its_own;  ///< else the fitter's
  };

  /// Ends the first pass: estimates everybody's face.
  void finish(const FaceFitter& fitter, const CameraOf& camera, const Estimate& estimate, const Work& work);

  bool several_faces() const { return persons_.several(); }
  /// Null for a row whose face was not there in the first pass.
  const PersonalFace* of(const Frame& frame) const;
  /// For the sidecar.
  Json details() const;

 private:
  /// Frames that all persons of a file keep together.
  static constexpr std::size_t max_candidates = 8 * FitCandidates::max_frames;

  struct Person {
    FitCandidates candidates;
    std::optional<PersonalFace> face;
    std::vector<double> neutral;       ///< at the model's points: all X, all Y, all Z
    std::vector<std::int64_t> frames;  ///< that the identity comes from

    std::size_t kept() const { return candidates.kept().size(); }
    void thin() { candidates.thin(); }
  };

  PerFace<Person> persons_{max_candidates};
};

}  // namespace facelex
