#include "cli/commands.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/version.hpp"
#include "facelex/face/standardize/frontalization.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/pipeline/fit_stage.hpp"

namespace facelex::cli {
namespace {

struct FaceOptions {
  std::string face;  ///< model file; empty: the built-in face

  void describe(OptionList& options) {
    options.text("face", face,
                 "Morphable model (.safetensors) to draw faces from; the built-in face without");
  }
};

class LearnFrontalizationCommand : public Command {
 public:
  explicit LearnFrontalizationCommand(CLI::App& learn)
      : Command(learn, {"frontalization", "The map from turned faces to frontal ones",
                        "Learns from simulated views of a morphable face how landmarks of a turned head look "
                        "from the front, for facelex standardize --frontalize linear --frontalize-map FILE.",
                        "facelex learn frontalization -o frontalization.safetensors"}) {
    add_output("Model file to write (.safetensors)");
    OptionList list = described(face_);
    list.append(described(options_));
    add_options("Learning", std::move(list));
    add_threads();
  }

 private:
  int run() override {
    if (std::filesystem::path(output_).extension() != ".safetensors")
      throw usage_error("--output: " + path_in_quotes(output_) + " is not named .safetensors",
                        "the model's format; its .json is written beside it");
    options_.check();
    Sidecar sidecar;
    const LoadedFace face = load_face(face_.face);
    const MorphableModel& model = *face.model;
    sidecar.input_digest = face.digest;
    Work work;
    work.threads = threads_;
    work.stop = &stop_requested;
    const Frontalization learnt = learn_frontalization(model, options_, work);

    OptionList list = described(face_);
    list.append(described(options_));
    sidecar.stage = "learn frontalization";
    sidecar.version = version;
    sidecar.input = model.name;
    sidecar.options = portable_options(list);
    sidecar.command = command_text(sidecar.stage, list);
    if (const auto mark = sidecar.command.find(" {}"); mark != std::string::npos)
      sidecar.command.erase(mark, 3);
    sidecar.result.details = learnt.training();
    sidecar.result.output_digest = write_model(output_, frontalization_to_file(learnt));
    write_sidecar(output_, sidecar);
    return 0;
  }

  FaceOptions face_;
  FrontalizationOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_learn_frontalization_command(CLI::App& learn) {
  return std::make_unique<LearnFrontalizationCommand>(learn);
}

}  // namespace facelex::cli
