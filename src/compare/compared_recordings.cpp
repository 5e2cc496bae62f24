#include "facelex/compare/compared_recordings.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/tables/csv.hpp"
#include "signal_rows.hpp"

namespace facelex {
namespace {

struct ByNaturalOrder {
  bool operator()(const std::string& a, const std::string& b) const { return natural_less(a, b); }
};
using FilesByName = std::map<std::string, std::vector<std::filesystem::path>, ByNaturalOrder>;

FilesByName files_by_name(const std::vector<std::vector<NamedFile>>& sources) {
  FilesByName files;
  for (const auto& source : sources)
    for (const NamedFile& input : source) files[input.name].push_back(input.file);
  return files;
}

/// Headers of files, each opened once.
class Headers {
 public:
  /// The header, or why there is none.
  const std::optional<Recording>& of(const std::filesystem::path& file, Message& problem) {
    auto [found, is_new] = headers_.try_emplace(file);
    if (is_new) {
      try {
        found->second.header = RecordingReader(file).header();
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::data) throw;
        found->second.problem = error.message();
      }
    }
    problem = found->second.problem;
    return found->second.header;
  }

 private:
  struct Opened {
    std::optional<Recording> header;
    Message problem;
  };
  std::map<std::filesystem::path, Opened> headers_;
};

struct Match {
  std::filesystem::path file;  ///< empty: none
  Message problem;             ///< why there is none
};

/// The one of these files of one name that a system takes.
Match match(const ComparedSystem& system, const std::string& name,
            const std::vector<std::filesystem::path>& files, Headers& headers) {
  Match found;
  std::string others;
  for (const auto& file : files) {
    Message problem;
    const auto& header = headers.of(file, problem);
    if (!header) {
      found.problem = problem;
      continue;
    }
    const std::string misfit = why_not_taken(*header, system);
    if (!misfit.empty()) {
      others += (others.empty() ? "" : "; ") + file.string() + " " + misfit;
      continue;
    }
    if (!found.file.empty())
      throw usage_error("two inputs called " + in_quotes(name) + " fit " + system.name + ": " +
                            found.file.string() + " and " + file.string(),
                        "give one of them, or the folder that holds both");
    found.file = file;
  }
  if (found.file.empty() && found.problem.empty())
    found.problem = Message(others.empty() ? "no recording for " + system.name : others);
  return found;
}

std::map<std::string, std::filesystem::path> file_of_name(const std::vector<NamedFile>& inputs) {
  std::map<std::string, std::filesystem::path> files;
  for (const auto& input : inputs) files.emplace(input.name, input.file);
  return files;
}

Error nothing_in_common(const std::vector<ComparedSystem>& systems, const std::vector<std::size_t>& found,
                        const FilesByName& inputs) {
  std::string counts, names;
  for (std::size_t s = 0; s < systems.size(); ++s)
    counts += (s ? ", " : "") + systems[s].name + " has " + std::to_string(found[s]);
  const auto name_in = [](const auto& list) { return list.empty() ? "" : in_quotes(list.begin()->first); };
  names = "an input is called " + std::string(name_in(inputs));
  for (const auto& system : systems)
    if (system.imported() && !system.codes.empty())
      names += ", one of " + system.name + " " + in_quotes(system.codes.front().name);
  return data_error({}, "the systems have no recording in common: " + counts + "; " + names,
                    "recordings are the same when their paths below their folders are");
}

}  // namespace

ComparedRecordings match_recordings(const std::vector<ComparedSystem>& systems,
                                    const std::vector<std::vector<NamedFile>>& sources,
                                    const std::vector<NamedFile>& truth,
                                    const std::map<std::string, std::string>& subjects) {
  const FilesByName inputs = files_by_name(sources);
  if (inputs.empty()) throw usage_error("there are no recordings to compare systems on");
  Headers headers;
  std::vector<FilesByName> codes;
  codes.reserve(systems.size());
  for (const auto& system : systems) codes.push_back(files_by_name({system.codes}));
  const auto truth_files = file_of_name(truth);
  ComparedRecordings matched;
  std::vector<std::size_t> found(systems.size());
  std::vector<Message> first_problem(systems.size());
  for (const auto& [name, files] : inputs) {
    ComparedRecording recording;
    recording.name = name;
    Message problem;
    for (std::size_t s = 0; s < systems.size(); ++s) {
      Match one;
      if (!systems[s].imported()) {
        one = match(systems[s], name, files, headers);
      } else if (const auto own = codes[s].find(name); own != codes[s].end()) {
        one = match(systems[s], name, own->second, headers);
      } else {
        if (problem.empty()) problem = "no codes of " + systems[s].name;
      }
      if (one.file.empty()) {
        if (problem.empty()) problem = one.problem;
        if (first_problem[s].empty()) first_problem[s] = one.problem;
      } else {
        ++found[s];
      }
      recording.files.push_back(one.file);
    }
    if (!problem.empty()) {
      matched.left_out.push_back({name, problem});
      continue;
    }
    const auto subject = subjects.find(name);
    if (subject == subjects.end() && !subjects.empty())
      throw data_error({}, "the labels do not name the recording " + in_quotes(name),
                       "their column name holds the paths of recordings below their folder, without "
                       "extension, like " +
                           in_quotes(subjects.begin()->first));
    recording.subject = subject == subjects.end() ? name : subject->second;
    if (const auto known = truth_files.find(name); known != truth_files.end())
      recording.truth = known->second;
    matched.recordings.push_back(std::move(recording));
  }
  if (!matched.recordings.empty()) return matched;
  for (std::size_t s = 0; s < systems.size(); ++s)
    if (found[s] == 0 && !systems[s].imported())
      throw data_error({}, "none of the inputs is for " + systems[s].name + ": " + first_problem[s],
                       "give the folder of the signals that it was learnt from too");
    else if (found[s] == 0 && !first_problem[s].empty())
      throw data_error({}, "nothing of " + systems[s].name + " can be used: " + first_problem[s]);
  throw nothing_in_common(systems, found, inputs);
}

std::map<std::string, std::string> read_subjects(const std::filesystem::path& file) {
  CsvLines lines(file);
  std::string_view line;
  if (!lines.next(line))
    throw data_error({file.string(), 0, {}}, "is empty", "it needs columns name and subject");
  const auto header = csv_fields(line, lines.place());
  const auto at = [&](const char* name) {
    const auto found = std::find(header.begin(), header.end(), name);
    if (found == header.end())
      throw data_error(lines.place(), "has no column " + in_quotes(name),
                       "it needs columns name and subject");
    return static_cast<std::size_t>(found - header.begin());
  };
  const std::size_t name = at("name"), subject = at("subject");
  std::map<std::string, std::string> subjects;
  while (lines.next(line)) {
    if (trimmed(line).empty()) continue;
    const auto fields = csv_fields(line, lines.place());
    if (fields.size() != header.size())
      throw data_error(lines.place(), std::to_string(fields.size()) + " fields, but the header has " +
                                          std::to_string(header.size()));
    if (!subjects.emplace(fields[name], fields[subject]).second)
      throw data_error(lines.place("name"), in_quotes(fields[name]) + " occurs twice");
  }
  if (subjects.empty()) throw data_error({file.string(), 0, {}}, "names no recording");
  return subjects;
}

}  // namespace facelex
