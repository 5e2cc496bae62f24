#pragma once

#include <map>
#include <string>
#include <vector>

#include "facelex/batch/runner.hpp"
#include "facelex/evaluate/subjects.hpp"
#include "facelex/pipeline/fit_stage.hpp"

namespace facelex {

/// Folder of the persons' files below the output of `fit --subjects`.
inline constexpr const char* persons_folder = "persons";

/// The recordings of a batch by person.
struct RecordingsByPerson {
  Inputs persons;  ///< of this shard: each named after its subject, with the first of its recordings as file
  Inputs recordings;  ///< of these persons; those without a subject have a problem
  std::map<std::string, std::vector<NamedFile>> of_subject;  ///< usable ones, in the batch's order
  std::map<std::string, std::string> subject_of;             ///< by recording's name
};
/// Divides `all` (find_undivided_inputs) by its shard: persons, not files, so that no two tasks make one
/// person. Recordings without a subject go to the first shard, where each is refused.
RecordingsByPerson by_person(const Inputs& all, const RecordingSubjects& subjects);

/// Throws Error (usage) for a neutral that is of one recording (FitOptions::neutral: frame, file).
void require_neutral_of_persons(const FitOptions& options);
/// Before videos are extracted for persons: require_neutral_of_persons, and throws Error (usage) for a part of the
/// videos, which may hold a part of a person, and what RecordingSubjects throws.
void require_subjects_of_videos(const std::string& table, const FitOptions& options, const Shard& shard);

/// Estimates each person (estimate_person): persons/<subject>.safetensors, complete for the same recordings,
/// options and face. `table`: the file of the subjects, for command lines.
Stage person_stage(const LoadedFace& face, const FitOptions& options, const RecordingsByPerson& batch,
                   const std::string& table);
/// Refuses the recordings of persons who failed: what an earlier run left of them is another's.
void refuse_without_person(RecordingsByPerson& batch, const std::vector<ManifestRow>& persons);
/// fit_stage with the persons' files in `folder`.
Stage fit_stage_of_persons(const LoadedFace& face, const FitOptions& options, TableFormat format,
                           const RecordingsByPerson& batch, const std::string& table,
                           const std::filesystem::path& folder);

}  // namespace facelex
