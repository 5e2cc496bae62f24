#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "facelex/face/neutral/neutral.hpp"
#include "facelex/face/standardize/standardize.hpp"

namespace facelex {

/// The neutral of each face of a recording, found in one pass over its registered rows. Faces are those of
/// Recording::faces(): one, unless a frame number occurs twice, then one per face_id.
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
  std::size_t face_ids() const { return order_.size(); }

  bool several_faces() const { return several_faces_; }
  /// The neutral that a row is measured from; null when its face has none.
  const Neutral* of(const Frame& frame) const;
  /// For the sidecar: a list with an entry for each face.
  Json details() const;

 private:
  struct Face {
    NeutralEstimator estimator;
    std::optional<Neutral> neutral;
    std::int64_t rows = 0;  ///< with values
  };

  void add_to(Face& face, const Frame& frame, const Landmarks68& registered) const;
  void bound_memory();

  StandardizeOptions options_;
  Face whole_;                  ///< all rows as one face
  std::map<int, Face> by_id_;   ///< the rows of each face_id
  std::vector<int> order_;      ///< face_ids in order of appearance
  std::size_t kept_by_id_ = 0;  ///< shapes that by_id_ keeps
  std::optional<std::int64_t> last_number_;
  bool several_faces_ = false;
  std::string file_digest_;
};

}  // namespace facelex
