#include "cli/commands.hpp"
#include "facelex/core/error.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/provenance/ownership.hpp"

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
    if (std::filesystem::path(output_).extension() != ".safetensors")
      throw usage_error("--output: " + path_in_quotes(output_) + " is not named .safetensors");
    require_ours(output_, is_ours(output_), force_);
    const MorphableModel model = build_anatomical_face(read_json(table_), table_);
    write_model(output_, morphable_model_to_file(model));
    std::printf("%s: %td vertices, %td expression modes, %td identity modes\n", output_.c_str(),
                model.vertex_count(), model.expression.size(), model.identity.size());
    return 0;
  }

  std::string table_;
};

}  // namespace

std::unique_ptr<Command> make_build_face_command(CLI::App& model) {
  return std::make_unique<BuildFaceCommand>(model);
}

}  // namespace facelex::cli
