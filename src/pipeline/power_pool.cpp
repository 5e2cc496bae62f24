#include "facelex/pipeline/power_pool.hpp"

#include <algorithm>

#include "facelex/core/error.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/pipeline/feature_inputs.hpp"
#include "facelex/pipeline/sidecar_text.hpp"
#include "facelex/pipeline/simulate_stage.hpp"
#include "facelex/simulate/simulation.hpp"

namespace facelex {
std::vector<std::filesystem::path> PowerPool::make(const std::filesystem::path& folder,
                                                   const StageRunner& run, bool force, const Work& work,
                                                   Reporter& reporter) {
  const auto pool = folder / "pool";
  const Stage simulate = simulate_stage(
      settings.cohort, settings.cohort_file, load_face({}), settings.simulation(), "landmarks", ".csv",
      [](const auto& model, const auto& cohort, const auto& item, const auto& file, const Work& part) {
        return write_simulated_landmarks(model, cohort, item, true, file, part);
      });
  const auto landmarks = advance(cohort_inputs(settings.cohort, settings.cohort_file), simulate,
                                 pool / "landmarks", run, reporter);
  if (!landmarks) return {};
  const auto fits = advance(*landmarks, fit_stage(load_face({}), FitOptions(), TableFormat::csv),
                            pool / "fits", run, reporter);
  if (!fits) return {};
  if (!settings.system) learn_basis(*fits, pool / "model.safetensors", force, work, reporter);
  const auto codes = advance(*fits, encode_stage(*settings.system, EncodeOptions(), TableFormat::csv),
                             pool / "codes", run, reporter);
  if (!codes) return {};
  write_file_atomically(folder / "labels.csv", labels_csv(settings.cohort));
  std::vector<std::filesystem::path> tables;
  for (FeatureSet* set : settings.features)
    tables.push_back(write_features(*set, *codes, folder, force, work));
  return tables;
}

/// One step of the pool; nothing when it could not be made whole.
std::optional<Inputs> PowerPool::advance(const Inputs& items, const Stage& stage,
                                         const std::filesystem::path& folder, const StageRunner& run,
                                         Reporter& reporter) {
  const BatchSummary made = run(items, stage, folder);
  status_ = made.exit_status();
  if (status_ == 0) return outputs_of(items, made.rows, folder);
  if (status_ == 1) reporter.error("the pool is not whole, so no study is drawn from it");
  return {};
}

void PowerPool::learn_basis(const Inputs& fits, const std::filesystem::path& model, bool force,
                            const Work& work, Reporter& reporter) {
  // Spread over the groups, which stand one after the other.
  constexpr std::size_t enough = 40;
  const std::size_t count = std::min(enough, fits.items.size());
  std::vector<NamedFile> recordings;
  for (std::size_t i = 0; i < count; ++i) recordings.push_back(fits.items[i * fits.items.size() / count]);
  Learning learning = settings.learn.learning("facial-basis", model, force);
  learning.option_prefix = "facial-basis-";
  learn_model(learning, recordings, model, force, work, reporter);
  settings.system = load_system(model);
}

std::filesystem::path PowerPool::write_features(FeatureSet& set, const Inputs& codes,
                                                const std::filesystem::path& folder, bool force,
                                                const Work& work) {
  const std::string name = set.text().name;
  std::filesystem::path file = folder / (name + ".csv");
  // Features that measure the head itself are not taken here.
  const bool head = set.takes_head() && set.head_otherwise() == "none";
  auto inputs = feature_inputs(codes, head ? (folder / "pool/fits").string() : "none", file);
  set.settle(inputs);
  const FeatureMaker maker = set.maker(settings.cohort.fps);
  const OptionList list = set.list();
  Provenance made = provenance_of("features " + name, list);
  made.identity.options = list.to_json();
  made.command = "facelex power " + std::filesystem::path(settings.cohort_file).filename().string();
  made.input = std::to_string(inputs.size()) + " simulated recordings";
  made.identity.inputs = digest_of_inputs(inputs, work);
  if (!force && is_complete(file, made, work)) return file;
  VideoFeatureTable table(file, inputs, maker, work);
  if (!table.left_out().empty())
    throw data_error({},
                     table.left_out().front().name + " has no features: " + table.left_out().front().reason,
                     "longer recordings in the cohort, or shorter windows");
  write_sidecar(file, sidecar_of(made, table.commit()));
  return file;
}

}  // namespace facelex
