#include "facelex/evaluate/subjects.hpp"

#include <set>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "names.hpp"
#include "spelling.hpp"
#include "tables.hpp"

namespace facelex {

RecordingSubjects::RecordingSubjects(const std::filesystem::path& file) : file_(file.string()) {
  const NamedTexts table = read_named_texts(file);
  const int name = table.column("name"), subject = table.column("subject");
  if (subject < 0)
    throw data_error(
        {file_, 1, "subject"}, "has no column 'subject'",
        "call the column that says whose a recording is so; " + columns_found(table.header, "subject"));
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const std::string& whose = table.rows[i][static_cast<std::size_t>(subject)];
    if (is_missing_value(whose))
      throw data_error({file_, table.lines[i], "subject"}, "a subject is missing",
                       "say whose the recording is, or take its line out");
    if (whose.find('/') != std::string::npos || whose.starts_with('.'))
      throw data_error({file_, table.lines[i], "subject"}, in_quotes(whose) + " cannot name a person's file",
                       "leave out slashes, and points at the beginning");
    subject_of_.emplace(table.rows[i][static_cast<std::size_t>(name)], whose);
  }
  std::set<std::string> all;
  for (const auto& [recording, whose] : subject_of_) all.insert(whose);
  require_one_spelling({all.begin(), all.end()}, file_,
                       "spell one person in one way; call different people by names that differ in more");
}

const std::string* RecordingSubjects::of(const std::string& recording) const {
  const auto found = subject_of_.find(recording);
  return found == subject_of_.end() ? nullptr : &found->second;
}

std::string RecordingSubjects::problem_of(const std::string& recording) const {
  std::vector<std::string> names;
  for (const auto& [name, subject] : subject_of_) names.push_back(name);
  const auto near = NearNames(names).of(recording);
  return "no subject: " + file_ + " has no line for " + in_quotes(recording) +
         (near ? ", but one for " + in_quotes(*near) : "");
}

}  // namespace facelex
