#include "commands.hpp"
#include "facelex/core/error.hpp"
#include "facelex/face/anatomical_face.hpp"
#include "facelex/face/model_export.hpp"
#include "facelex/face/model_import.hpp"

namespace facelex::cli {
namespace {

class ModelImportCommand : public Command {
 public:
  explicit ModelImportCommand(CLI::App& parent)
      : Command(parent,
                {"import", "Read a morphable model of another program",
                 "Turns ICT-FaceKit, the Surrey Face Model, Basel Face Models, FLAME or any set of OBJ "
                 "blendshapes into one model file in millimetres, for fit, simulate and pictures.",
                 "facelex model import ICT-FaceKit/FaceXModel -o ict.safetensors"}) {
    app_->add_option("path", path_, "File or folder of the model")
        ->type_name("PATH")
        ->required()
        ->group("Input and output");
    add_output("Model file to write (.safetensors)");
    add_options("Import", described(options_));
  }

 private:
  int run() override {
    if (std::filesystem::path(output_).extension() != ".safetensors")
      throw usage_error("--output: " + in_quotes(output_) + " is not named .safetensors");
    std::error_code none;
    if (std::filesystem::equivalent(path_, output_, none))
      throw usage_error("--output: " + in_quotes(output_) + " is the model to be read", "name another file");
    write_model(output_, morphable_model_to_file(import_model(path_, options_)));
    return 0;
  }

  std::string path_;
  ModelImportOptions options_;
};

MorphableModel model_named(const std::string& name) {
  return name == built_in_name ? built_in_face() : load_morphable_model(name);
}

class ModelExportCommand : public Command {
 public:
  explicit ModelExportCommand(CLI::App& parent)
      : Command(parent,
                {"export", "Write a face of a morphable model as a mesh",
                 "Writes the mean face, moved by the given coefficients, in millimetres with y up and "
                 "z towards the viewer; or the neutral face and every mode as OBJ files, which model "
                 "import reads back.",
                 "facelex model export built-in -o smile.ply --expression AU12_L=1,AU12_R=1"}) {
    const std::string group = "Input and output";
    app_->add_option("file", file_, "Model file, or built-in")->type_name("FILE")->required()->group(group);
    app_->add_option("-o,--output", output_, "Mesh to write (.obj, .ply)")->type_name("PATH")->group(group);
    app_->add_option("--all", folder_, "Folder for the OBJ files of all modes")
        ->type_name("DIR")
        ->group(group);
    app_->add_option("--identity", identity_, "Coefficients of identity: name=value,…")
        ->delimiter(',')
        ->group(group);
    app_->add_option("--expression", expression_, "Coefficients of expression: name=value,…")
        ->delimiter(',')
        ->group(group);
  }

 private:
  int run() override {
    if (output_.empty() && folder_.empty())
      throw usage_error("nothing to write", "add -o face.obj or --all DIR");
    const MorphableModel model = model_named(file_);
    const Vertices shape = model.shape(coefficients_of(model.identity, identity_, "--identity"),
                                       coefficients_of(model.expression, expression_, "--expression"));
    if (!output_.empty()) write_mesh(output_, shape, model.triangles);
    if (!folder_.empty()) export_obj_set(folder_, model);
    return 0;
  }

  std::string file_, folder_;
  std::vector<std::string> identity_, expression_;
};

}  // namespace

std::vector<std::unique_ptr<Command>> make_model_commands(CLI::App& model) {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(std::make_unique<ModelImportCommand>(model));
  commands.push_back(make_model_info_command(model));
  commands.push_back(std::make_unique<ModelExportCommand>(model));
  return commands;
}

}  // namespace facelex::cli
