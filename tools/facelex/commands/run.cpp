#include <algorithm>
#include <exception>
#include <functional>
#include <optional>

#include "cli/commands.hpp"
#include "cli/graphics_card.hpp"
#include "facelex/core/error.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/pipeline/extract_stage.hpp"
#include "facelex/pipeline/person_stage.hpp"
#include "facelex/pipeline/run_settings.hpp"
#include "facelex/pipeline/stages.hpp"
#include "facelex/provenance/ownership.hpp"

namespace facelex::cli {
namespace {

class RunCommand : public Command {
 public:
  explicit RunCommand(CLI::App& parent)
      : Command(
            parent,
            {"run", "The whole way: videos to codes in a learnt lexicon",
             "Extracts landmarks, fits a 3-D face to them (or, with --signal motion, standardises them), "
             "learns a coding system from all videos and codes every frame. Writes OUT/landmarks, OUT/fits "
             "(or OUT/motion), OUT/codes, OUT/model.safetensors, OUT/manifest.csv and OUT/run.json, with "
             "which facelex run --config repeats the run. What is complete already is not done again.",
             "facelex run interviews -o out"}) {
    add_inputs("Videos, image folders, or folders of videos; default: those of --config");
    add_output("Folder to write to");
    add_options("Coding system", described(settings_.run));
    add_options("Extraction", described(settings_.extract), "extract");
    add_options("Fitting", described(settings_.fit), "fit");
    add_options("Standardisation", described(settings_.standardize), "standardize");
    for (const LearnableSystem& one : learnable_systems())
      add_options("Learning: " + one.name, one.options(settings_.learn), one.name);
    add_options("Coding", described(settings_.encode), "encode");
    add_batch_options();
  }

 private:
  std::filesystem::path folder(const std::string& name) const {
    return std::filesystem::path(output_) / name;
  }

  int run() override {
    if (input_arguments_.empty() && !input_options_.has_list() && configuration_.contains("inputs"))
      input_arguments_ = configured_inputs(configuration_, config_);
    const Inputs videos = inputs(video_inputs());
    if (settings_.run.model.empty() && videos.shard.count > 1)
      throw usage_error(std::string(videos.shard.from_slurm ? "a Slurm array task" : "--shard") +
                            ": a lexicon is learnt from all videos, not from a part of them",
                        "give --model, or --shard none in one task, or run extract in shards first");
    require_own_files(videos.shard);
    // Whatever is wrong with options or models is said before hours of extraction.
    if (!settings_.run.model.empty()) {
      system_ = load_system(settings_.run.model);
      encode_stage(*system_, settings_.encode, TableFormat::csv);
    }
    settings_.resolve(system_ ? system_->system.get() : nullptr, folder("fits").string());
    learning_ =
        settings_.learn.learning(settings_.run.system, folder("model.safetensors"), force_, graphics_card());
    learning_.option_prefix = settings_.run.system + "-";
    const Stage extraction = extract_stage(settings_.extract, false);
    std::optional<LoadedFace> face;
    if (settings_.fits_faces() && (settings_.run.signal != CodedSignal::motion || settings_.own_fits)) {
      face = load_face(settings_.run.face);
      fit_stage(*face, settings_.fit, TableFormat::csv);
    }
    if (!settings_.run.subjects.empty())
      require_subjects_of_videos(settings_.run.subjects, settings_.fit, videos.shard);
    write_configuration();

    goes_on_ = true;
    advance(videos, extraction, "landmarks");
    if (face)
      advance(outputs_of(videos, rows_, folder("landmarks")), "fit", "fits", [&](const Inputs& recordings) {
        return fit_recordings(recordings, *face, settings_.fit, TableFormat::csv, settings_.run.subjects,
                              folder("fits"));
      });
    if (settings_.run.signal == CodedSignal::motion && goes_on_)
      advance(outputs_of(videos, rows_, folder("landmarks")),
              standardize_stage(settings_.standardize, TableFormat::csv), "motion");
    if (goes_on_) code(outputs_of(videos, rows_, folder(last_folder_)));
    if (!dry_run_) {
      Manifest manifest(manifest_path(output_, videos.shard));
      manifest.rows() = rows_;
      manifest.write();
    }
    if (failure_) std::rethrow_exception(failure_);
    return status_;
  }

  void advance(const Inputs& items, const Stage& stage, const char* name) {
    advance(items, stage.identity.stage, name,
            [&](const Inputs& given) { return run_stage(given, stage, folder(name)); });
  }

  /// One stage, unless one before it ended the run or left nothing to do. `name`: its folder.
  void advance(const Inputs& items, const std::string& stage, const char* name,
               const std::function<BatchSummary(const Inputs&)>& run_it) {
    if (!goes_on_) return;
    goes_on_ = false;
    if (items.items.empty()) return;
    const BatchSummary summary = run_it(items);
    status_ = std::max(status_, summary.exit_status());
    if (rows_.empty())
      rows_ = summary.rows;
    else
      add_stage(rows_, summary.rows, stage);
    last_folder_ = name;
    goes_on_ = !dry_run_ && status_ <= 1;
  }

  /// Learns, unless a model was given, and codes.
  void code(const Inputs& signals) {
    if (signals.items.empty()) return;
    const std::filesystem::path model = folder("model.safetensors");
    try {
      if (!system_) {
        Work work = Command::work();
        learn_model(learning_, signals.items, model, force_, work, *reporter_);
        system_ = load_system(model);
      }
    } catch (const Error& error) {
      failure_ = std::make_exception_ptr(
          Error(error.kind(), "learn " + settings_.run.system + ": " + error.message()));
      return;
    }
    advance(signals, encode_stage(*system_, settings_.encode, TableFormat::csv), "codes");
  }

  void require_own_files(const Shard& shard) const {
    std::error_code error;
    const auto manifest = manifest_path(output_, shard), configuration = folder("run.json");
    require_ours(manifest, is_manifest(manifest), force_);
    bool ours = !std::filesystem::exists(configuration, error);
    try {
      if (!ours) ours = read_json(configuration).value("command", Json()) == "run";
    } catch (const std::exception&) {  // no JSON, or none of ours
      ours = false;
    }
    require_ours(configuration, ours, force_);
  }

  /// run.json, with which --config repeats the run.
  void write_configuration() {
    if (dry_run_) return;
    Json json = settings_.to_json();
    if (!input_arguments_.empty()) json["inputs"] = input_arguments_;
    json.update(described(input_options_).to_json());
    write_file_atomically(folder("run.json"),
                          json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  }

  RunSettings settings_;
  Learning learning_;
  std::optional<LoadedSystem> system_;
  std::vector<ManifestRow> rows_;
  std::string last_folder_;
  int status_ = 0;
  bool goes_on_ = false;
  std::exception_ptr failure_;
};

}  // namespace

std::unique_ptr<Command> make_run_command(CLI::App& parent) {
  return std::make_unique<RunCommand>(parent);
}

}  // namespace facelex::cli
