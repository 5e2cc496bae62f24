#include "cli/commands.hpp"
#include "facelex/coding/dfecs/facs.hpp"
#include "facelex/io/models/model_file.hpp"
#include "facelex/pipeline/fit_stage.hpp"
#include "facelex/pipeline/outputs.hpp"

namespace facelex::cli {
namespace {

struct FacsOptions {
  std::string face;  ///< model file; empty: the built-in face
  FacsUnits units = FacsUnits::pure;
  double code_alpha = 0.05;  ///< > 0

  void describe(OptionList& options) {
    options
        .text("face", face, "Face model whose expression modes are action units; default: the built-in face")
        .choice("units", units, {{"pure", FacsUnits::pure}, {"sided", FacsUnits::sided}},
                "Both sides together, or also each side of paired muscles alone")
        .number("code-alpha", code_alpha, Bounds::above(0), "Penalty of coding, ½-form");
  }
};

class BuildFacsCommand : public Command {
 public:
  explicit BuildFacsCommand(CLI::App& model)
      : Command(model, {"build-facs", "A coding system of FACS action units, as comparator",
                        "Moves the landmarks of a face model by each action unit, seen from the front and "
                        "registered as facelex standardize does, and makes these movements the units of a "
                        "coding system with non-negative codes (paper 001, 3.1). Nothing is learnt.",
                        "facelex model build-facs -o facs.safetensors"}) {
    add_output("Model file to write (.safetensors)");
    add_options("Units", described(options_));
    add_force();
  }

 private:
  int run() override {
    check_model_path(output_);
    const LoadedFace face = load_face(options_.face);
    Provenance made = provenance_of("model build-facs", described(options_), "");
    made.input = face.model->name;
    made.identity.inputs = face.digest;
    prepare_output(output_, made, {{options_.face, made.input}}, force_);
    if (is_done(output_, made)) return 0;
    const auto system = facs_comparator(*face.model, options_.units, options_.code_alpha);
    StageResult result;
    result.kind = system->code_kind();
    result.columns = system->units();
    result.output_digest = write_model(output_, system->to_model());
    write_sidecar(output_, sidecar_of(made, std::move(result)));
    reporter_->info(output_ + ": " + std::to_string(system->units().size()) + " units of " +
                    face.model->name);
    return 0;
  }

  FacsOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_build_facs_command(CLI::App& model) {
  return std::make_unique<BuildFacsCommand>(model);
}

}  // namespace facelex::cli
