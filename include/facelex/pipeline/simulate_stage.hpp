#pragma once

#include <functional>
#include <string>

#include "facelex/batch/runner.hpp"
#include "facelex/core/options.hpp"
#include "facelex/pipeline/fit_stage.hpp"
#include "facelex/simulate/cohort.hpp"

namespace facelex {

/// What the command line changes of a cohort.
struct SimulateOptions {
  long long seed = -1;
  int subjects = 0;
  bool null = false;
  bool landmarks_only = false;

  void describe(OptionList& options);
};

/// The face of simulated people: load_face's, with action units where its modes are blendshapes
/// (with_action_units).
LoadedFace load_simulated_face(const std::string& file);

/// The cohort of that file as the options change it, for people of that face. Throws Error (usage) that names
/// the file.
Cohort read_cohort(const std::string& file, const SimulateOptions& options, const MorphableModel& face);

/// Writes one recording of a cohort.
using SimulatedWriter = std::function<StageResult(const MorphableModel&, const Cohort&, const CohortItem&,
                                                  const std::filesystem::path& output, const Work&)>;

/// The recordings of a cohort as the items of a batch.
Inputs cohort_inputs(const Cohort& cohort, const std::string& file);
/// One folder of what simulate writes: "landmarks", "truth" …, with the files' extension.
Stage simulate_stage(const Cohort& cohort, const std::string& file, const LoadedFace& face,
                     const SimulateOptions& options, const std::string& what, const std::string& extension,
                     const SimulatedWriter& write);

}  // namespace facelex
