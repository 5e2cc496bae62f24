#include "commands.hpp"
#include "extract_stage.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/version.hpp"
#include "facelex/io/atomic_file.hpp"
#include "learning.hpp"
#include "stages.hpp"

namespace facelex::cli {
namespace {

struct RunOptions {
  std::string system = LearnOptions::systems().front().first;
  std::string model;

  void describe(OptionList& options) {
    std::vector<std::pair<std::string, std::string>> names;
    for (const auto& [name, summary] : LearnOptions::systems()) names.emplace_back(name, name);
    options.choice("system", system, names, "The coding system to learn")
        .text("model", model, "Code with this model file instead of learning one");
  }
};

class RunCommand : public Command {
 public:
  explicit RunCommand(CLI::App& parent)
      : Command(
            parent,
            {"run", "The whole way: videos to codes in a learnt lexicon",
             "Extracts landmarks, standardises them, learns a coding system from all videos and codes every "
             "frame. "
             "Writes OUT/landmarks, OUT/motion, OUT/codes, OUT/model.safetensors, OUT/manifest.csv and "
             "OUT/run.json, "
             "with which facelex run --config repeats the run. What is complete already is not done again.",
             "facelex run interviews -o out"}) {
    add_inputs("Videos, image folders, or folders of videos; default: those of --config",
               input_options_struct_);
    add_output("Folder to write to");
    add_options("Coding system", described(run_));
    add_options("Extraction", described(extract_), "extract");
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
    const Learning learning = learn_.learning(run_.system);
    const Stage standardization = standardize_stage(standardize_, TableFormat::csv);
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

    const BatchSummary standardized = run_stage(landmarks, standardization, folder("motion"));
    status = std::max(status, standardized.exit_status());
    merge(rows, landmarks, standardized, "standardize");
    if (status > 1) return finish(videos, rows, status);
    const Inputs motion = outputs_of(videos, rows, folder("motion"));
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

  /// The items whose outputs exist, as the inputs of the next stage.
  Inputs outputs_of(const Inputs& videos, const std::vector<ManifestRow>& rows,
                    const std::filesystem::path& from) const {
    Inputs next;
    next.shard = videos.shard;
    next.items_in_all = videos.items_in_all;
    for (const ManifestRow& row : rows)
      if (row.state != ItemState::failed && row.state != ItemState::pending)
        next.items.push_back({from / (row.name + ".csv"), row.name, {}});
    return next;
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
    json["standardize"] = described(standardize_).to_json();
    for (const auto& [system, summary] : LearnOptions::systems())
      if (system == run_.system) json[system] = learn_.describe_system(system).to_json();
    json["encode"] = described(encode_).to_json();
    return json;
  }

  InputOptions input_options_struct_;
  RunOptions run_;
  ExtractOptions extract_;
  StandardizeOptions standardize_;
  LearnOptions learn_;
  EncodeOptions encode_;
};

}  // namespace

std::unique_ptr<Command> make_run_command(CLI::App& parent) {
  return std::make_unique<RunCommand>(parent);
}

}  // namespace facelex::cli
