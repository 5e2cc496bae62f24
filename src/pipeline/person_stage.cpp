#include "facelex/pipeline/person_stage.hpp"

#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/pipeline/sidecar_text.hpp"

namespace facelex {
namespace {

constexpr const char* person_extension = ".safetensors";

/// The recording's name, as its output is called: the stage knows that path alone.
std::string name_of_output(const std::filesystem::path& output, const RecordingsByPerson& batch) {
  std::filesystem::path name = output;
  name.replace_extension();
  // Names may lie in folders below the output's.
  for (std::filesystem::path tail = name.filename();; tail = name.filename() / tail) {
    if (batch.subject_of.contains(tail.string())) return tail.string();
    name = name.parent_path();
    if (!name.has_relative_path()) return {};
  }
}

std::string command_with(const std::string& command, const std::string& table) {
  return command + " --subjects " + shell_word(last_part(table));
}

}  // namespace

RecordingsByPerson by_person(const Inputs& all, const RecordingSubjects& subjects) {
  const Shard& shard = all.shard;
  RecordingsByPerson batch;
  std::vector<std::string> order;
  std::vector<NamedFile> refused;
  std::map<std::string, std::vector<NamedFile>> items;
  for (const NamedFile& item : all.items) {
    const std::string* subject = subjects.of(item.name);
    if (!subject) {
      refused.push_back(item);
      if (refused.back().problem.empty()) {
        refused.back().problem = subjects.problem_of(item.name);
        refused.back().remedy = "add it, or leave the recording out of the inputs";
      }
      continue;
    }
    const auto [of, is_new] = items.try_emplace(*subject);
    if (is_new) order.push_back(*subject);
    of->second.push_back(item);
  }
  batch.persons.shard = batch.recordings.shard = shard;
  batch.persons.items_in_all = order.size();
  batch.recordings.items_in_all = all.items.size();
  batch.recordings.others = all.others;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (!shard.takes(i)) continue;
    for (const NamedFile& item : items.at(order[i])) {
      batch.recordings.items.push_back(item);
      if (!item.problem.empty()) continue;
      batch.of_subject[order[i]].push_back(item);
      batch.subject_of[item.name] = order[i];
    }
    if (const auto usable = batch.of_subject.find(order[i]); usable != batch.of_subject.end())
      batch.persons.items.push_back({usable->second.front().file, order[i]});
  }
  if (shard.index == 1)
    batch.recordings.items.insert(batch.recordings.items.end(), refused.begin(), refused.end());
  return batch;
}

void refuse_without_person(RecordingsByPerson& batch, const std::vector<ManifestRow>& persons) {
  for (const ManifestRow& person : persons) {
    if (person.state != ItemState::failed) continue;
    for (NamedFile& item : batch.recordings.items) {
      const auto subject = batch.subject_of.find(item.name);
      if (subject == batch.subject_of.end() || subject->second != person.name) continue;
      item.problem = "its person, " + person.name + ", could not be estimated";
      item.remedy = "see what is said of that person";
    }
  }
}

void require_neutral_of_persons(const FitOptions& options) {
  using Source = FitOptions::NeutralSource;
  if (options.neutral == Source::frame || options.neutral == Source::file)
    throw usage_error(field("subjects") +
                          " has one neutral for all recordings of a person, but a frame or a file is of one "
                          "recording",
                      "take " + field("neutral") + " estimated or model");
}

void require_subjects_of_videos(const std::string& table, const FitOptions& options, const Shard& shard) {
  require_neutral_of_persons(options);
  if (shard.count > 1)
    throw usage_error((shard.from_slurm ? Message("a Slurm array task") : Message(field("shard"))) +
                          ": a part of the videos may hold a part of a person's",
                      "extract the videos in parts first, then facelex fit LANDMARKS with " +
                          field("subjects") + ", which divides persons");
  RecordingSubjects checked(table);
}

Stage person_stage(const LoadedFace& face, const FitOptions& options, const RecordingsByPerson& batch,
                   const std::string& table) {
  Stage stage = fit_stage(face, options, TableFormat::csv);
  stage.identity.options["person"] = true;
  stage.command = command_with(stage.command, table);
  stage.command.replace(stage.command.find("{}"), 2, "INPUT");
  stage.identity.options.erase("format");
  stage.identity.options.erase("signals");
  stage.identity.options.erase("smooth");
  stage.noun = "persons";
  stage.by_name = true;
  stage.outputs.extension = person_extension;
  const auto recordings = [batch](const std::filesystem::path& output) {
    return batch.of_subject.at(output.stem().string());
  };
  stage.beside = [recordings](const auto&, const auto& output) {
    std::vector<std::filesystem::path> files;
    for (const NamedFile& one : recordings(output)) {
      files.push_back(one.file);
      files.push_back(sidecar_path(one.file));
    }
    return files;
  };
  stage.run = [face, options, recordings](const auto&, const auto& output, const Work& work) {
    return estimate_person(recordings(output), output, *face.model, options, work);
  };
  return stage;
}

Stage fit_stage_of_persons(const LoadedFace& face, const FitOptions& options, TableFormat format,
                           const RecordingsByPerson& batch, const std::string& table,
                           const std::filesystem::path& folder) {
  Stage stage = fit_stage(face, options, format);
  stage.command = command_with(stage.command, table);
  stage.identity.options["subjects"] = true;
  const auto person_of = [batch, folder](const std::filesystem::path& output) {
    return folder / (batch.subject_of.at(name_of_output(output, batch)) + person_extension);
  };
  stage.beside = [person_of](const auto& input, const auto& output) {
    return std::vector{sidecar_path(input), person_of(output)};
  };
  stage.run = [face, options, format, person_of](const auto& input, const auto& output, const Work& work) {
    const std::filesystem::path person = person_of(output);
    StageResult result = fit(input, output, *face.model, options, format, work, person);
    result.details["subject"] = person.stem().string();
    return result;
  };
  return stage;
}

}  // namespace facelex
