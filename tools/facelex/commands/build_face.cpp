#include "cli/commands.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/pipeline/outputs.hpp"

namespace facelex::cli {
namespace {

class BuildFaceCommand : public Command {
 public:
  explicit BuildFaceCommand(CLI::App& model)
      : Command(model, {"build-face", "A face model from a table of anatomy",
                        "Builds a morphable model from a table of points, action units and anthropometric "
                        "distances that a person can read and correct. The built-in face is made from "
                        "data/anatomical_face.json.",
                        "facelex model build-face data/anatomical_face.json -o face.safetensors"}) {
    app_->add_option("table", table_, "Table of the face (JSON)")
        ->type_name("TABLE")
        ->required()
        ->group("Input and output");
    add_output("Model file to write (.safetensors)");
    add_force();
  }

 private:
  int run() override {
    check_model_path(output_);
    const std::filesystem::path table(table_);
    Provenance made = provenance_of("model build-face", {}, shell_word(last_part(table)));
    made.input = last_part(table);
    made.identity.inputs = sha256_of_file(table);
    prepare_output(output_, made, {{table, made.input}}, force_);
    if (is_done(output_, made)) return 0;
    reporter_->info(output_ + ": " +
                    write_face_model(output_, build_anatomical_face(read_json(table), table_), made));
    return 0;
  }

  std::string table_;
};

}  // namespace

std::unique_ptr<Command> make_build_face_command(CLI::App& model) {
  return std::make_unique<BuildFaceCommand>(model);
}

}  // namespace facelex::cli
