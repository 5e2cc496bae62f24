#include "cli/commands.hpp"
#include "facelex/face/standardize/frontalization.hpp"
#include "facelex/pipeline/fit_stage.hpp"
#include "facelex/pipeline/outputs.hpp"

namespace facelex::cli {
namespace {

struct FaceOptions {
  std::string face;  ///< model file; empty: the built-in face

  void describe(OptionList& options) {
    options.text("face", face,
                 "Morphable model (.safetensors) to draw faces from; default: the built-in face");
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
    add_force();
  }

 private:
  int run() override {
    check_model_path(output_);
    options_.check();
    const LoadedFace face = load_face(face_.face);
    const MorphableModel& model = *face.model;
    OptionList list = described(face_);
    list.append(described(options_));
    Provenance made = provenance_of("learn frontalization", list, "");
    made.input = model.name;
    made.identity.inputs = face.digest;
    prepare_output(output_, made, {{face_.face, made.input}}, force_);
    if (is_done(output_, made)) return 0;
    Work work = Command::work();
    const Frontalization learnt = learn_frontalization(model, options_, work);
    StageResult result;
    result.details = learnt.training();
    result.output_digest = write_model(output_, frontalization_to_file(learnt));
    write_sidecar(output_, sidecar_of(made, std::move(result)));
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
