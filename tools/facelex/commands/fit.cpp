#include <algorithm>

#include "cli/commands.hpp"
#include "facelex/core/error.hpp"
#include "facelex/pipeline/fit_stage.hpp"
#include "facelex/pipeline/person_stage.hpp"
#ifdef FACELEX_WITH_VIDEO
#include "facelex/pipeline/extract_stage.hpp"
#include "facelex/pipeline/regressor_stage.hpp"
#endif
#include "facelex/pipeline/stages.hpp"

namespace facelex::cli {
namespace {

class FitCommand : public Command {
 public:
  explicit FitCommand(CLI::App& parent)
      : Command(parent,
                {"fit", "Landmarks to head pose and expression of a 3-D face",
                 "Fits a morphable model to the landmarks of every frame: one identity for the whole "
                 "recording (with --subjects for all recordings of a person), head pose and expression per "
                 "frame (paper 000, III-A). Writes "
                 "DIR/<path below the input>.csv with a row for every row of the input: pose, "
                 "expression coefficients, and the landmarks' displacement in mm from the person's own "
                 "neutral face. With --vectors the inputs are expression vectors of other systems "
                 "instead (EMOCA, SMIRK, DECA, 3DI, MediaPipe, ARKit, OpenFace), in the basis of "
                 "--face. Videos are extracted first: then the landmarks lie in DIR/landmarks and the "
                 "fits in DIR/fits.",
                 "facelex fit landmarks -o fits"}) {
    add_inputs("Files of landmarks (.csv, .npy), videos, or folders of one of these");
    add_output("Folder to write to");
    app_->add_option("--face", face_, "Morphable model (facelex model import); default: the built-in face")
        ->type_name("FILE")
        ->group("Fitting");
    app_->add_option(
            "--subjects", subjects_,
            "Labels (CSV: name, subject) that say whose a recording is: one identity, one set of offsets "
            "and one neutral for all recordings of a person, kept in DIR/persons; --shard then divides "
            "persons")
        ->type_name("FILE")
        ->group("Fitting");
    app_->add_flag("--vectors", vectors_, "The inputs are expression vectors of other systems")
        ->group("Fitting");
    OptionList list = described(options_);
    list.append(described(table_));
    add_options("Fitting", std::move(list));
#ifdef FACELEX_WITH_VIDEO
    app_->add_option("--regressor", regressor_,
                     "Network in ONNX (its description beside it, docs/formats.md) that estimates the "
                     "expression from the pictures of a video, instead of the fit to landmarks")
        ->group("Fitting");
    add_options("Extraction of videos", described(extract_), "extract");
#endif
    add_batch_options();
  }

 private:
  int run() override {
    const LoadedFace face = load_face(face_);
    refuse_options_without_effect();
    if (vectors_)
      return run_stage(inputs(vector_inputs()), vectors_stage(face, options_.signals, table_.format), output_)
          .exit_status();
    const InputKind tables = recording_files("recordings (.csv, .npy)");
#ifdef FACELEX_WITH_VIDEO
    InputKind any = video_inputs();
    any.noun = "recordings (.csv, .npy) or videos";
    any.is_file = [tables](const auto& file) { return tables.is_file(file) || video_inputs().is_file(file); };
    const Inputs given = inputs_of_fit(any);
    const auto videos = std::count_if(given.items.begin(), given.items.end(), [&](const NamedFile& item) {
      return item.problem.empty() && !tables.is_file(item.file);
    });
    if (videos > 0) {
      if (videos < std::ssize(given.items))
        throw usage_error("the inputs hold videos (" + std::to_string(videos) + ") and other files (" +
                              std::to_string(std::ssize(given.items) - videos) + ")",
                          "name the videos alone, or the folder of their landmarks");
      return fit_videos(given, face);
    }
    if (!regressor_.empty())
      throw usage_error("--regressor looks at pictures, but the inputs are tables", "name the videos");
#else
    const Inputs given = inputs_of_fit(tables);
#endif
    return fit_recordings(given, face, options_, table_.format, subjects_, output_).exit_status();
  }

  /// With --subjects the batch as a whole: it is divided by persons.
  Inputs inputs_of_fit(const InputKind& kind) const {
    if (subjects_.empty()) return inputs(kind);
    require_neutral_of_persons(options_);
    return undivided_inputs(kind);
  }

  /// What only the fit to landmarks heeds.
  void refuse_options_without_effect() {
    if (vectors_ && !subjects_.empty())
      throw usage_error("--subjects has no meaning with --vectors", "leave it out");
    std::string other = vectors_ ? "--vectors" : "";
#ifdef FACELEX_WITH_VIDEO
    if (!regressor_.empty()) {
      if (vectors_) throw usage_error("--vectors and --regressor are two different inputs", "choose one");
      other = "--regressor";
    }
#endif
    if (other.empty()) return;
    const Json changed = described(options_).changed();
    for (const auto& [name, value] : changed.items())
      if (name != "signals" || other == "--regressor")
        throw usage_error(std::string("--").append(name).append(" has no meaning with ").append(other),
                          "leave it out");
  }

#ifdef FACELEX_WITH_VIDEO
  int fit_videos(const Inputs& videos, const LoadedFace& face) {
    const std::filesystem::path landmarks = std::filesystem::path(output_) / "landmarks";
    const std::filesystem::path fits = std::filesystem::path(output_) / "fits";
    // Whatever is wrong with options or labels is said before hours of extraction.
    const Stage stage = regressor_.empty() ? fit_stage(face, options_, table_.format)
                                           : regressor_stage(regressor_, face_.empty() ? nullptr : &face,
                                                             extract_, table_.format, landmarks, fits);
    if (!subjects_.empty()) require_subjects_of_videos(subjects_, options_, videos.shard);
    const BatchSummary extracted = run_stage(videos, extract_stage(extract_, false), landmarks);
    if (dry_run_ || extracted.exit_status() > 1) return extracted.exit_status();
    Inputs next = outputs_of(videos, extracted.rows, landmarks);
    if (!regressor_.empty()) {  // which looks at the videos again
      next.items.clear();
      for (std::size_t i = 0; i < extracted.rows.size(); ++i)
        if (extracted.rows[i].state != ItemState::failed && extracted.rows[i].state != ItemState::pending)
          next.items.push_back(videos.items[i]);
    }
    if (next.items.empty()) return extracted.exit_status();
    const BatchSummary fitted = regressor_.empty()
                                    ? fit_recordings(next, face, options_, table_.format, subjects_, fits)
                                    : run_stage(next, stage, fits);
    return std::max(extracted.exit_status(), fitted.exit_status());
  }

  ExtractOptions extract_;
  std::string regressor_;
#endif
  FitOptions options_;
  TableOptions table_;
  std::string face_, subjects_;
  bool vectors_ = false;
};

}  // namespace

std::unique_ptr<Command> make_fit_command(CLI::App& parent) {
  return std::make_unique<FitCommand>(parent);
}

}  // namespace facelex::cli
