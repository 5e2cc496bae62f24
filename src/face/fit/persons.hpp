#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "face/per_face.hpp"
#include "facelex/core/json.hpp"
#include "facelex/face/fit/face.hpp"
#include "facelex/io/recording.hpp"
#include "identity_frames.hpp"
#include "person.hpp"

namespace facelex {

/// The persons of a recording.
class FitPersons {
 public:
  /// `rest_frame`: number of the frame that shows everybody's neutral; 0: none.
  explicit FitPersons(std::int64_t rest_frame = 0) : rest_frame_(rest_frame) {}

  /// Every row with landmarks, in the order of the file; rows without one with null.
  void add(const Frame& frame, const FaceView* view);
  /// Ends the first pass: estimates everybody's face. `rest`: views of the neutral, of a file with one face.
  /// Throws Error (data) that names `file` when somebody lacks the neutral frame, or there are several for `rest`.
  void finish(const FaceFitter& fitter, const MorphableModel& model, const std::vector<FaceView>& rest,
              const PersonEstimate& estimate, const std::string& file, const Work& work);
  /// Ends it with a person who is known. Throws Error (data) that names `file` when it has several faces.
  void finish(const FaceFitter& fitter, const Person& known, const std::string& file);

  bool several_faces() const { return persons_.several(); }
  /// The candidates of a recording of one face. Throws Error (data) that names `file` when it has several.
  const FitCandidates& candidates(const std::string& file) const;
  /// Null for a row whose face was not there in the first pass.
  const PersonalFace* of(const Frame& frame) const;
  /// For the sidecar.
  Json details() const;
  /// What a user should know of the neutrals; or empty.
  std::string message() const;

 private:
  /// Frames that all persons of a file keep together.
  static constexpr std::size_t max_candidates = 8 * FitCandidates::max_frames;

  struct Entry {
    FitCandidates candidates;
    std::optional<FaceView> rest;
    std::optional<Person> person;
    Json json;

    std::size_t kept() const { return candidates.kept().size(); }
    void thin() { candidates.thin(); }
  };

  void require_one_face(const std::string& file, const char* of_one) const;

  std::int64_t rest_frame_;
  PerFace<Entry> persons_{max_candidates};
};

}  // namespace facelex
