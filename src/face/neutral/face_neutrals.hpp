#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "face/per_face.hpp"
#include "facelex/face/neutral/neutral.hpp"
#include "facelex/face/standardize/standardize.hpp"

namespace facelex {

/// The neutral of each face of a recording, found in one pass over its registered rows.
class FaceNeutrals {
 public:
  explicit FaceNeutrals(const StandardizeOptions& options) : options_(options) {}

  /// Every row, in the order of the file; `registered` is null for one without values.
  void add(const Frame& frame, const Landmarks68* registered);
  /// Ends the pass. Throws Error (data) that names `file` when a face lacks the frame asked for, or when it
  /// has several faces for one neutral file.
  void finish(const std::string& file, LandmarkScheme scheme);

  /// What a user should know: faces with too few rows for an estimate; else empty.
  std::string message() const;
  /// How many different face_ids the rows have.
  std::size_t face_ids() const { return faces_.ids(); }

  bool several_faces() const { return faces_.several(); }
  /// The neutral that a row is measured from; null when its face has none.
  const Neutral* of(const Frame& frame) const;
  /// For the sidecar: a list with an entry for each face.
  Json details() const;

 private:
  /// Shapes that the faces of a file keep together, so that memory does not grow with their number.
  static constexpr std::size_t max_kept = 4 * NeutralEstimator::max_frames;

  struct Face {
    NeutralEstimator estimator;
    std::optional<Neutral> neutral;
    std::int64_t rows = 0;  ///< with values

    std::size_t kept() const { return estimator.kept(); }
    void thin() { estimator.thin(); }
  };

  void add_to(Face& face, const Frame& frame, const Landmarks68& registered) const;

  StandardizeOptions options_;
  PerFace<Face> faces_{max_kept};
  std::string file_digest_;
};

}  // namespace facelex
