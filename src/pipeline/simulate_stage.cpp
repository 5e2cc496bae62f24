#include "facelex/pipeline/simulate_stage.hpp"

#include <map>
#include <memory>

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/pipeline/sidecar_text.hpp"
#include "facelex/simulate/action_units.hpp"

namespace facelex {

void SimulateOptions::describe(OptionList& options) {
  options.integer("seed", seed, Bounds::at_least(-1), "Seed of everything random; -1: that of the cohort")
      .integer("subjects", subjects, Bounds::between(0, 100000),
               "Subjects of each group; 0: as the cohort says")
      .flag("null", null, "Behaviour is drawn from all groups alike: no difference between them is true")
      .flag("landmarks-only", landmarks_only, "Landmarks with noise instead of videos");
}

LoadedFace load_simulated_face(const std::string& file) {
  LoadedFace face = load_face(file);
  if (!face.file.empty())
    face.model = std::make_shared<const MorphableModel>(placed_like_built_in(with_action_units(*face.model)));
  return face;
}

Cohort read_cohort(const std::string& file, const SimulateOptions& options, const MorphableModel& face) {
  Json json;
  try {
    json = read_json(file);
  } catch (const Error& error) {
    throw error.of_kind(ErrorKind::usage);
  }
  Cohort cohort = Cohort::from_json(json, file, face.expression.names);
  if (options.seed >= 0) cohort.seed = options.seed;
  if (options.null) cohort.null = true;
  if (options.subjects > 0)
    for (CohortGroup& group : cohort.groups) group.subjects = options.subjects;
  cohort.check(file);
  return cohort;
}

Inputs cohort_inputs(const Cohort& cohort, const std::string& file) {
  Inputs inputs;
  for (const CohortItem& item : cohort_items(cohort)) inputs.items.push_back({file, item.name, {}});
  inputs.items_in_all = inputs.items.size();
  return inputs;
}

Stage simulate_stage(const Cohort& cohort, const std::string& file, const LoadedFace& face,
                     const SimulateOptions& options, const std::string& what, const std::string& extension,
                     const SimulatedWriter& write) {
  struct Simulated {
    LoadedFace face;
    Cohort cohort;
    std::map<std::string, CohortItem> items;
  };
  const auto simulated = std::make_shared<Simulated>(Simulated{face, cohort, {}});
  for (const CohortItem& item : cohort_items(cohort)) simulated->items.emplace(item.name, item);
  SimulateOptions given = options;
  const OptionList list = described(given);
  Stage stage;
  stage.identity.stage = "simulate " + what;
  stage.identity.options = portable_options(list);
  // What was read decides, not what the file holds by the time it is hashed.
  Sha256 digest;
  digest.update(cohort.to_json().dump());
  stage.identity.options["cohort_sha256"] = digest.hex();
  stage.command = command_text("simulate", list);
  stage.command.replace(stage.command.find("{}"), 2, std::filesystem::path(file).filename().string());
  // The built-in face is the program's, whose version counts anyway.
  if (!face.file.empty()) {
    stage.identity.models = face.digest;
    stage.command += " --face " + face.file;
  }
  stage.outputs.extension = extension;
  stage.noun = extension == ".mp4" ? "videos" : "recordings";
  stage.run = [simulated, write](const auto&, const auto& output, const Work& work) {
    return write(*simulated->face.model, simulated->cohort, simulated->items.at(output.stem().string()),
                 output, work);
  };
  return stage;
}

}  // namespace facelex
