#include "power_pool.hpp"

#include <algorithm>

#include "command.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/version.hpp"
#include "facelex/face/simulation.hpp"
#include "facelex/io/atomic_file.hpp"
#include "features_inputs.hpp"
#include "learning.hpp"
#include "simulate_stage.hpp"

namespace facelex::cli {
namespace {

/// People of the pool as landmarks with noise, nothing else.
SimulateOptions simulation_of(const PowerPoolOptions& options) {
  SimulateOptions simulation;
  simulation.subjects = options.pool;
  simulation.seed = options.seed;
  simulation.landmarks_only = true;
  return simulation;
}

}  // namespace

void PowerPoolOptions::describe(OptionList& options) {
  options
      .integer(
          "pool", pool, Bounds::between(0, 100000),
          "Subjects of each group to simulate, from whom the studies are drawn; 0: four times the largest "
          "of --subjects")
      .integer("cohort-seed", seed, Bounds::at_least(-1), "Seed of the simulation; -1: that of the cohort")
      .text("model", model,
            "Coding system that codes the pool (a file, or built-in: the codebook); none: a Facial Basis is "
            "learnt from 40 of its recordings, without labels")
      .texts("features", features,
             "What is taken of the codes: wcc, summary, bow; several are put side by side. None: bow of "
             "tokens, else wcc with the head");
}

void PowerPool::prepare(const std::string& cohort_file, const PowerOptions& studies,
                        const FoldOptions& folds) {
  file_ = cohort_file;
  wcc.check();
  summary.check();
  const int largest = studies.sizes().back();
  if (options.pool == 0) options.pool = 4 * largest;
  if (options.pool < largest)
    throw usage_error("--pool " + std::to_string(options.pool) + " is less than the largest study, " +
                          std::to_string(largest) + " of each group",
                      "simulate more, or ask for smaller studies");
  cohort_ = read_cohort(file_, simulation_of(options));
  if (cohort_.groups.size() < 2)
    throw usage_error(file_ + " has one group", "studies compare groups: describe two");
  check_power(studies, folds, cohort_.groups.size());
  if (!options.model.empty()) system_ = load_system(options.model);
  check_features();
}

/// `features` as given, or what suits the system; known and possible.
void PowerPool::check_features() {
  const bool tokens = system_ && system_->system->code_kind() == SignalKind::tokens;
  features_ = options.features;
  if (features_.empty()) features_ = {tokens ? "bow" : "wcc"};
  for (const std::string& kind : features_) {
    if (kind != "wcc" && kind != "summary" && kind != "bow")
      throw usage_error("--features: there is no " + in_quotes(kind), "one of wcc, summary, bow");
    if ((kind == "bow") != tokens)
      throw usage_error("--features " + kind + " does not fit " +
                            (tokens ? "the tokens of " + options.model : "a system of coefficients"),
                        tokens ? "take bow" : "take wcc or summary, or a --model of tokens");
  }
}

std::vector<std::filesystem::path> PowerPool::make(const std::filesystem::path& folder,
                                                   const StageRunner& run, bool force, const Work& work,
                                                   Reporter& reporter) {
  const auto pool = folder / "pool";
  const Stage simulate = simulate_stage(
      cohort_, file_, simulation_of(options), "landmarks", ".csv",
      [](const auto& model, const auto& cohort, const auto& item, const auto& file, const Work& part) {
        return write_simulated_landmarks(model, cohort, item, true, file, part);
      });
  const auto landmarks = advance(cohort_inputs(cohort_, file_), simulate, pool / "landmarks", run, reporter);
  if (!landmarks) return {};
  const auto fits = advance(*landmarks, fit_stage(load_face({}), FitOptions(), TableFormat::csv),
                            pool / "fits", run, reporter);
  if (!fits) return {};
  if (!system_) learn(*fits, pool / "model.safetensors", force, work, reporter);
  const auto codes = advance(*fits, encode_stage(*system_, EncodeOptions(), TableFormat::csv), pool / "codes",
                             run, reporter);
  if (!codes) return {};
  write_file_atomically(folder / "labels.csv", labels_csv(cohort_));
  std::vector<std::filesystem::path> tables;
  for (const std::string& kind : features_) tables.push_back(write_features(kind, *codes, folder, work));
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

void PowerPool::learn(const Inputs& fits, const std::filesystem::path& model, bool force, const Work& work,
                      Reporter& reporter) {
  // Spread over the groups, which stand one after the other.
  constexpr std::size_t enough = 40;
  const std::size_t count = std::min(enough, fits.items.size());
  std::vector<TrainingInput> recordings;
  for (std::size_t i = 0; i < count; ++i) {
    const BatchItem& item = fits.items[i * fits.items.size() / count];
    recordings.push_back({item.source, item.name});
  }
  LearnOptions learning;
  learn_model(learning.learning("facial-basis", model, force), recordings, model, force, work, reporter);
  system_ = load_system(model);
}

std::filesystem::path PowerPool::write_features(const std::string& kind, const Inputs& codes,
                                                const std::filesystem::path& folder, const Work& work) {
  std::filesystem::path file = folder / (kind + ".csv");
  const auto inputs = feature_inputs(codes, kind == "wcc" ? (folder / "pool/fits").string() : "none", file);
  const FeatureMaker maker = kind == "bow"   ? bow.maker(inputs)
                             : kind == "wcc" ? wcc.maker(cohort_.fps)
                                             : summary.maker(cohort_.fps);
  const VideoFeatureTable table = make_feature_table(inputs, maker, work);
  if (!table.left_out.empty())
    throw data_error({}, table.left_out.front().name + " has no features: " + table.left_out.front().reason,
                     "longer recordings in the cohort, or shorter windows");
  Sidecar sidecar;
  sidecar.stage = "features " + kind;
  sidecar.version = version;
  sidecar.options = (kind == "wcc" ? wcc.list() : kind == "summary" ? summary.list() : bow.list()).to_json();
  sidecar.command = "facelex power " + std::filesystem::path(file_).filename().string();
  sidecar.input = std::to_string(inputs.size()) + " simulated recordings";
  sidecar.input_digest = digest_of_inputs(inputs);
  sidecar.result = write_feature_table(file, table);
  write_sidecar(file, sidecar);
  return file;
}

}  // namespace facelex::cli
