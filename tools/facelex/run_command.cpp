#include <algorithm>

#include "commands.hpp"
#include "extract_stage.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/version.hpp"
#include "facelex/io/atomic_file.hpp"
#include "fit_stage.hpp"
#include "learning.hpp"
#include "stages.hpp"

namespace facelex::cli {
namespace {

/// What is learnt from and coded.
enum class Signal { motion, displacement, expression };

struct RunOptions {
  Signal signal = Signal::displacement;
  std::string system = LearnOptions::systems().front().first;
  std::string model;
  std::string face;

  void describe(OptionList& options) {
    std::vector<std::pair<std::string, std::string>> names;
    for (const auto& [name, summary] : LearnOptions::systems()) names.emplace_back(name, name);
    options
        .choice("signal", signal,
                {{"displacement", Signal::displacement},
                 {"expression", Signal::expression},
                 {"motion", Signal::motion}},
                "What is coded: how a fitted 3-D face moves its landmarks (paper 000), its expression "
                "coefficients, or the motion of registered 2-D landmarks (paper 001)")
        .choice("system", system, names, "The coding system to learn")
        .text("model", model, "Code with this model file instead of learning one")
        .text("face", face, "Morphable model to fit (facelex model import); empty: the built-in face");
  }
};

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
    add_inputs("Videos, image folders, or folders of videos; default: those of --config",
               input_options_struct_);
    add_output("Folder to write to");
    add_options("Coding system", described(run_));
    add_options("Extraction", described(extract_), "extract");
    add_options("Fitting", described(fit_), "fit");
    add_options("Standardisation", described(standardize_), "standardize");
    for (const auto& [system, summary] : LearnOptions::systems())
      add_options("Learning: " + system, learn_.describe_system(system), system);
    add_options("Coding", described(encode_), "encode");
    add_batch_options();
  }

 private:
  std::vector<std::string> configured_inputs() const {
    const Json& inputs = configuration_["inputs"];
    if (inputs.is_string()) return {inputs.get<std::string>()};
    std::vector<std::string> paths;
    for (const Json& path : inputs) {
      if (!path.is_string())
        throw usage_error(config_ + ": inputs: expected a list of paths, found " + path.dump());
      paths.push_back(path.get<std::string>());
    }
    return paths;
  }

  std::filesystem::path folder(const char* name) const { return std::filesystem::path(output_) / name; }

  int run() override {
    if (input_arguments_.empty() && input_options_struct_.list.empty() && configuration_.contains("inputs"))
      input_arguments_ = configured_inputs();
    const Inputs videos = inputs(video_inputs());
    if (run_.model.empty() && videos.shard.count > 1)
      throw usage_error(std::string(videos.shard.from_slurm ? "a Slurm array task" : "--shard") +
                            ": a lexicon is learnt from all videos, not from a part of them",
                        "give --model, or --shard none in one task, or run extract in shards first");
    // Whatever is wrong with options or models is said before hours of extraction.
    const Learning learning = learning_of_signal();
    const MovementStage movement = movement_stage();
    std::optional<LoadedSystem> system;
    if (!run_.model.empty()) {
      system = load_system(run_.model);
      encode_stage(*system, encode_, TableFormat::csv);
    }
    const Stage extraction = extract_stage(extract_, false);
    if (!dry_run_)
      write_file_atomically(folder("run.json"),
                            configuration().dump(2, ' ', false, Json::error_handler_t::replace) + "\n");

    std::vector<ManifestRow> rows;
    int status = 0;
    const BatchSummary extracted = run_stage(videos, extraction, folder("landmarks"));
    status = std::max(status, extracted.exit_status());
    rows = extracted.rows;
    if (dry_run_ || status > 1) return finish(videos, rows, status);
    const Inputs landmarks = outputs_of(videos, rows, folder("landmarks"));
    if (landmarks.items.empty()) return finish(videos, rows, status);

    const BatchSummary moved = run_stage(landmarks, movement.stage, folder(movement.folder));
    status = std::max(status, moved.exit_status());
    merge(rows, landmarks, moved, movement.stage.name.c_str());
    if (status > 1) return finish(videos, rows, status);
    const Inputs motion = outputs_of(videos, rows, folder(movement.folder));
    if (motion.items.empty()) return finish(videos, rows, status);

    if (!system) {
      std::vector<TrainingInput> recordings;
      for (const BatchItem& item : motion.items) recordings.push_back({item.source, item.name});
      Work work;
      work.threads = threads_;
      work.stop = &stop_requested;
      try {
        learn_model(learning, recordings, folder("model.safetensors"), force_, work, *reporter_);
      } catch (const Error& error) {
        finish(videos, rows, status);
        throw Error(error.kind(), std::string("learn ") + run_.system + ": " + error.what());
      }
      system = load_system(folder("model.safetensors"));
    }
    const BatchSummary encoded =
        run_stage(motion, encode_stage(*system, encode_, TableFormat::csv), folder("codes"));
    status = std::max(status, encoded.exit_status());
    merge(rows, motion, encoded, "encode");
    return finish(videos, rows, status);
  }

  /// What makes the signals that are coded of landmarks, and its folder.
  struct MovementStage {
    Stage stage;
    const char* folder;
  };

  MovementStage movement_stage() {
    if (run_.signal == Signal::motion) return {standardize_stage(standardize_, TableFormat::csv), "motion"};
    return {fit_stage(load_face(run_.face), fit_, TableFormat::csv), "fits"};
  }

  /// Throws Error (usage) when options contradict the signal.
  Learning learning_of_signal() {
    const bool expression = run_.signal == Signal::expression;
    if (expression && run_.system != "pca" && run_.model.empty())
      throw usage_error("--signal expression: " + run_.system +
                            " learns movements of points, which expression coefficients are not",
                        "choose --system pca, or --signal displacement");
    const char* const wanted = expression ? "expression" : "displacement";
    const auto& written = fit_.signals;
    if (run_.signal != Signal::motion && std::find(written.begin(), written.end(), wanted) == written.end())
      throw usage_error(std::string("--fit-signals leaves out what --signal ") + wanted + " is made of",
                        std::string("add ") + wanted + " to it");
    learn_.pca.fit_part = expression ? FitPart::expression : FitPart::displacement;
    return learn_.learning(run_.system);
  }

  /// What a later stage says of the videos: failures win, seconds add up.
  static void merge(std::vector<ManifestRow>& rows, const Inputs& inputs, const BatchSummary& summary,
                    const char* stage) {
    for (std::size_t i = 0; i < inputs.items.size(); ++i)
      for (ManifestRow& row : rows) {
        if (row.name != inputs.items[i].name) continue;
        const ManifestRow& later = summary.rows[i];
        row.seconds += later.seconds;
        row.finished = later.finished;
        if (later.state == ItemState::failed || later.state == ItemState::pending) {
          row.state = later.state;
          row.message = std::string(stage) + ": " + later.message;
        } else if (row.state == ItemState::skipped) {
          row.state = later.state;
        }
      }
  }

  int finish(const Inputs& videos, const std::vector<ManifestRow>& rows, int status) {
    if (dry_run_) return status;
    Manifest manifest(manifest_path(output_, videos.shard));
    manifest.rows() = rows;
    manifest.write();
    return status;
  }

  /// All options as resolved, in the layout that --config reads.
  Json configuration() {
    Json json;
    json["command"] = "run";
    json["version"] = version;
    if (!input_arguments_.empty()) json["inputs"] = input_arguments_;
    json.update(described(run_).to_json());
    json.update(described(input_options_struct_).to_json());
    json["extract"] = described(extract_).to_json();
    if (run_.signal == Signal::motion)
      json["standardize"] = described(standardize_).to_json();
    else
      json["fit"] = described(fit_).to_json();
    for (const auto& [system, summary] : LearnOptions::systems())
      if (system == run_.system) json[system] = learn_.describe_system(system).to_json();
    json["encode"] = described(encode_).to_json();
    return json;
  }

  InputOptions input_options_struct_;
  RunOptions run_;
  ExtractOptions extract_;
  FitOptions fit_;
  StandardizeOptions standardize_;
  LearnOptions learn_;
  EncodeOptions encode_;
};

}  // namespace

std::unique_ptr<Command> make_run_command(CLI::App& parent) {
  return std::make_unique<RunCommand>(parent);
}

}  // namespace facelex::cli
