#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "facelex/core/message.hpp"

namespace facelex {

/// Whose a recording is: the columns name and subject of a table of labels.
class RecordingSubjects {
 public:
  /// A CSV as read_evaluation_data takes it. Throws Error (data): what that throws for labels, no column
  /// subject, a row without one, a subject that cannot be the name of a file ("a/b"), two that are one but for their
  /// spelling ("S01", "s1").
  explicit RecordingSubjects(const std::filesystem::path& file);

  /// Null for a recording that the table does not name.
  const std::string* of(const std::string& recording) const;
  /// Why of() is null, with the name in the table that is almost the same.
  std::string problem_of(const std::string& recording) const;

 private:
  std::string file_;
  std::map<std::string, std::string> subject_of_;
};

}  // namespace facelex
