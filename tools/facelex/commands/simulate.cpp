#include <fstream>

#include "cli/commands.hpp"
#include "facelex/core/error.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/pipeline/simulate_stage.hpp"
#include "facelex/provenance/ownership.hpp"
#include "facelex/simulate/simulation.hpp"
#ifdef FACELEX_WITH_VIDEO
#include "facelex/simulate/render/video.hpp"
#endif

namespace facelex::cli {
namespace {

class SimulateCommand : public Command {
 public:
  explicit SimulateCommand(CLI::App& parent)
      : Command(
            parent,
            {"simulate", "Videos of people who do what a description says",
             "Films the subjects of a cohort that COHORT describes (docs/simulation.md): how often they "
             "blink, smile, talk, what follows on what, how groups differ. Writes DIR/videos, the truth of "
             "every frame (units, pose, displacements) in DIR/truth, its landmarks in "
             "DIR/truth_landmarks, DIR/labels.csv and DIR/cohort.json; with --landmarks-only "
             "DIR/landmarks instead of videos.",
             "facelex simulate data/sample_cohort.json -o sample"}) {
    app_->add_option("cohort", file_, "Description of the cohort (JSON)")
        ->type_name("COHORT")
        ->required()
        ->group("Input and output");
    app_->add_option(
            "--face", face_file_,
            "Morphable model (facelex model import) whose people are simulated; default: the built-in "
            "face. Units are its modes; where these are blendshapes with ARKit's names, action units "
            "too")
        ->type_name("FILE")
        ->group("Simulation");
    add_output("Folder to write to");
    add_options("Simulation", described(options_));
    add_batch_options();
  }

 private:
  int run() override {
    if (output_.empty()) throw usage_error("--output is empty", "name a folder; is a shell variable unset?");
#ifndef FACELEX_WITH_VIDEO
    if (!options_.landmarks_only)
      throw usage_error("this facelex was built without OpenCV and cannot make videos",
                        "add --landmarks-only");
#endif
    face_ = load_simulated_face(face_file_);
    const Cohort cohort = read_cohort(file_, options_, *face_.model);
#ifdef FACELEX_WITH_VIDEO
    if (!options_.landmarks_only) require_filmable(*face_.model);
#endif
    std::error_code none;
    if (std::filesystem::equivalent(file_, folder("cohort.json"), none))
      throw usage_error(file_ + " is where the resolved cohort is written", "give another --output");
    const std::string resolved = cohort.to_json().dump(2) + "\n";
    require_own_files();
    // Labels of another cohort must not stand beside recordings of which some are still of the old one.
    if (!dry_run_ && resolved != resolved_before()) std::filesystem::remove(folder("labels.csv"), none);
    const auto landmarks = [](bool noisy) {
      return [noisy](const auto& model, const auto& study, const auto& item, const auto& file,
                     const Work& work) {
        return write_simulated_landmarks(model, study, item, noisy, file, work);
      };
    };
    int status = make(cohort, "truth", ".csv", write_simulated_truth);
    const auto go_on = [&](const char* what, const char* extension, const SimulatedWriter& write) {
      if (status <= 1) status = std::max(status, make(cohort, what, extension, write));
    };
    if (options_.landmarks_only) go_on("landmarks", ".csv", landmarks(true));
#ifdef FACELEX_WITH_VIDEO
    if (!options_.landmarks_only) {
      go_on("truth_landmarks", ".csv", landmarks(false));
      go_on("videos", ".mp4", write_simulated_video);
    }
#endif
    if (status == 0 && !dry_run_) {
      write_file_atomically(folder("cohort.json"), resolved);
      write_file_atomically(folder("labels.csv"), labels_csv(cohort));
    }
    return status;
  }

  /// The cohort that the folder holds, as text; empty without one.
  std::string resolved_before() const {
    std::ifstream stream(folder("cohort.json"), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  /// cohort.json in the form that it is written in, and labels.csv beside it or where truth stands, are ours.
  void require_own_files() const {
    const std::string before = resolved_before();
    bool ours = before.empty();
    try {
      if (!ours)
        ours =
            read_cohort(folder("cohort.json").string(), {}, *face_.model).to_json().dump(2) + "\n" == before;
    } catch (const Error&) {
      ours = false;
    }
    require_ours(folder("cohort.json"), ours, force_);
    std::error_code error;
    require_ours(folder("labels.csv"), !before.empty() || std::filesystem::exists(folder("truth"), error),
                 force_);
  }

  std::filesystem::path folder(const char* name) const {
    return std::filesystem::path(output_) / name;
  }

  /// One folder of the output: a file for every item of the cohort.
  int make(const Cohort& cohort, const char* what, const char* extension, const SimulatedWriter& write) {
    const Stage stage = simulate_stage(cohort, file_, face_, options_, what, extension, write);
    return run_stage(cohort_inputs(cohort, file_), stage, folder(what)).exit_status();
  }

  std::string file_, face_file_;
  LoadedFace face_;
  SimulateOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_simulate_command(CLI::App& parent) {
  return std::make_unique<SimulateCommand>(parent);
}

}  // namespace facelex::cli
