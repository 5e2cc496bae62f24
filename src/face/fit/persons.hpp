#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

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

  static constexpr std::size_t most = 512;

 private:
  std::vector<FitCandidate> kept_;
  std::size_t stride_ = 1;
  std::size_t count_ = 0;
};

/// The persons of a recording. Faces are those of Recording::faces(): one, unless a frame number occurs
/// twice, then one per face_id.
class FitPersons {
 public:
  using CameraOf = std::function<Camera(const Landmarks68&)>;

  /// Every row with landmarks, in the order of the file; rows without one with null.
  void add(const Frame& frame, const Landmarks68* points);
  /// Ends the first pass: estimates everybody's face.
  void finish(const FaceFitter& fitter, const CameraOf& camera, std::size_t frames, const Work& work);

  bool several_faces() const { return several_faces_; }
  /// Null for a row whose face was not there in the first pass.
  const PersonalFace* of(const Frame& frame) const;
  /// For the sidecar.
  Json details() const;

 private:
  struct Person {
    FitCandidates candidates;
    std::optional<PersonalFace> face;
    std::vector<double> neutral;       ///< at the model's points: all X, all Y, all Z
    std::vector<std::int64_t> frames;  ///< that the identity comes from
  };

  void bound_memory();

  Person whole_;
  std::map<int, Person> by_id_;
  std::vector<int> order_;
  std::size_t kept_by_id_ = 0;  ///< candidates of by_id_
  std::optional<std::int64_t> last_number_;
  bool several_faces_ = false;
};

}  // namespace facelex
