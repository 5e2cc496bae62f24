#include "cli/commands.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/pipeline/comparing.hpp"

namespace facelex::cli {
namespace {

class CompareCommand : public Command {
 public:
  explicit CompareCommand(CLI::App& parent)
      : Command(parent,
                {"compare", "Several coding systems on the same recordings, in one table",
                 "Codes the same frames with every system and writes what each explains, how sparse, local, "
                 "symmetric and stable its units are, and how they agree with a simulated truth: "
                 "DIR/comparison.csv, comparison.md and units.csv. Systems that take different signals find "
                 "theirs in different folders, under the same names.",
                 "facelex compare motion fits -m lexicon.safetensors -m pca.safetensors --imported au -o "
                 "comparison"}) {
    add_inputs("Folders of recordings of the signals that the systems take", false);
    add_paths("-m,--model", models_, "FILE", "Model file; again for each system")->required();
    add_paths("--imported", imported_, "DIR", "Folder of codes that facelex import made; again for more");
    app_->add_option("--truth", truth_, "Folder truth of facelex simulate: recordings with the true e_*")
        ->type_name("DIR")
        ->group("Input and output");
    app_->add_option("--labels", labels_,
                     "CSV with columns name and subject: which recordings are of one person (default: each "
                     "is of another person)")
        ->type_name("FILE")
        ->group("Input and output");
    add_output("Folder to write to");
    add_options("Comparing", described(options_));
    add_threads();
    add_force();
  }

 private:
  CLI::Option* add_paths(const std::string& name, std::vector<std::string>& paths, const std::string& type,
                         const std::string& help) {
    return app_->add_option(name, paths, help)
        ->type_name(type)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->group("Input and output");
  }

  int run() override {
    options_.check();
    const std::filesystem::path folder(output_);
    const auto systems = compared_systems(models_, imported_);
    const auto truth =
        truth_.empty() ? std::vector<NamedFile>{} : recordings_of_folder(truth_, "--truth", folder);
    const auto subjects = labels_.empty() ? std::map<std::string, std::string>{} : read_subjects(labels_);
    const auto sources = recording_sources(input_arguments_, input_options_, folder);
    for (const auto& source : sources) say_damaged_sidecars(source);
    for (const ComparedSystem& system : systems) say_damaged_sidecars(system.codes);
    say_damaged_sidecars(truth);
    const auto matched = match_recordings(systems, sources, truth, subjects);
    const Provenance made = provenance(matched.recordings);
    if (!force_ && matched.left_out.empty() && is_compared_already(folder, made)) {
      reporter_->info(
          (folder / "comparison.csv").string() +
          " is complete already for these systems, recordings and options; --force compares again");
      return 0;
    }
    require_comparison_folder(folder, force_);
    Work work = Command::work();
    work.progress = [this](std::int64_t done, std::int64_t) { reporter_->progress(done, {}); };
    reporter_->begin("compare", "recordings", static_cast<std::int64_t>(matched.recordings.size()));
    Comparison comparison = compare_systems(systems, matched.recordings, options_, work);
    reporter_->end();
    comparison.left_out.insert(comparison.left_out.begin(), matched.left_out.begin(), matched.left_out.end());
    for (const LeftOut& one : comparison.left_out) reporter_->error(one.name + " is left out: " + one.reason);
    write_comparison(folder, comparison, options_, made);
    reporter_->info(
        std::to_string(systems.size()) + " systems on " + std::to_string(comparison.frames) + " frames of " +
        std::to_string(comparison.recordings) + " recordings" +
        (comparison.left_out.empty() ? "" : ", " + std::to_string(comparison.left_out.size()) + " left out") +
        "; see " + (folder / "comparison.md").string());
    return comparison.left_out.empty() ? 0 : 1;
  }

  Provenance provenance(const std::vector<ComparedRecording>& recordings) {
    Provenance made = provenance_of("compare", described(options_));
    made.input = std::to_string(recordings.size()) + " recordings";
    Sha256 models, files;
    for (const auto& model : models_) {
      made.command += " --model " + std::filesystem::path(model).filename().string();
      models.update(sha256_of_file(model));
    }
    for (const auto& recording : recordings) {
      files.update(recording.name + "\n" + recording.subject + "\n");
      for (const auto& file : recording.files) files.update(sha256_of_file(file) + "\n");
      files.update((recording.truth.empty() ? "no truth" : sha256_of_file(recording.truth)) + "\n");
    }
    for (const auto& folder : imported_)
      made.command += " --imported " + std::filesystem::path(folder).lexically_normal().filename().string();
    made.identity.models = models.hex();
    made.identity.inputs = files.hex();
    return made;
  }

  std::vector<std::string> models_, imported_;
  std::string truth_, labels_;
  ComparisonOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_compare_command(CLI::App& parent) {
  return std::make_unique<CompareCommand>(parent);
}

}  // namespace facelex::cli
