#include "command.hpp"
#include "facelex/pipeline/person_stage.hpp"

namespace facelex::cli {

BatchSummary Command::fit_recordings(const Inputs& recordings, const LoadedFace& face,
                                     const FitOptions& options, TableFormat format,
                                     const std::string& subjects, const std::filesystem::path& folder) {
  if (subjects.empty()) return run_stage(recordings, fit_stage(face, options, format), folder);
  RecordingsByPerson batch = by_person(recordings, RecordingSubjects(subjects));
  const std::filesystem::path persons = folder / persons_folder;
  if (!batch.persons.items.empty()) {
    BatchSummary estimated = run_stage(batch.persons, person_stage(face, options, batch, subjects), persons);
    if (estimated.exit_status() > 1) {
      estimated.rows.clear();  // of persons, not of recordings
      return estimated;
    }
    refuse_without_person(batch, estimated.rows);
  }
  return run_stage(batch.recordings, fit_stage_of_persons(face, options, format, batch, subjects, persons),
                   folder);
}

}  // namespace facelex::cli
