#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "facelex/coding/coding_system.hpp"
#include "facelex/coding/training_data.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// Learns a system like another one from these recordings.
using Relearn = std::function<std::unique_ptr<CodingSystem>(const std::vector<NamedFile>&, const Work&)>;

/// One of several systems that are compared: a coding system, or the codes that another program made.
struct ComparedSystem {
  std::string name;                            ///< as it stands in the tables; no two systems share one
  std::shared_ptr<const CodingSystem> system;  ///< null: imported codes
  std::vector<NamedFile> codes;                ///< imported: recordings of kind coefficients, by name
  Relearn relearn;                             ///< empty where it cannot be learnt again

  bool imported() const { return !system; }
};

/// A recording that all systems are compared on.
struct ComparedRecording {
  std::string name;
  std::string subject;  ///< whom it shows
  /// For each system the file that it takes: signals, or imported codes.
  std::vector<std::filesystem::path> files;
  std::filesystem::path truth;  ///< a recording with the e_* that were simulated; empty: not known
};

struct ComparedRecordings {
  std::vector<ComparedRecording> recordings;  ///< in natural order of their names
  std::vector<LeftOut> left_out;              ///< those that some system lacks or that cannot be opened
};

/// Finds for each name the file that each system takes. `sources`: folders of recordings (or lists of files),
/// each by names; systems of several kinds of signals take theirs from several folders (motion, fits) where
/// the same name is the same recording. A source's file fits a system when it holds the kind and all columns
/// of its input. `truth`: recordings with the same names. `subjects`: who each name is of; a name that is not
/// in it is a subject of its own.
///
/// Throws Error (usage): a name for which two sources fit one system; Error (data): a system whose signals no
/// file holds (it says what the files hold), systems with no recording in common, a name in `subjects` but
/// not all of the recordings in it.
ComparedRecordings match_recordings(const std::vector<ComparedSystem>& systems,
                                    const std::vector<std::vector<NamedFile>>& sources,
                                    const std::vector<NamedFile>& truth,
                                    const std::map<std::string, std::string>& subjects);

/// The columns `name` and `subject` of a CSV file of labels, as facelex simulate writes it. Throws Error
/// (data) that names the file: a missing column, a name twice, a line of another number of fields.
std::map<std::string, std::string> read_subjects(const std::filesystem::path& file);

}  // namespace facelex
