#include <algorithm>

#include "cli/commands.hpp"
#include "facelex/coding/linear/facial_basis_import.hpp"
#include "facelex/core/error.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/model/export.hpp"
#include "facelex/face/model/import/model.hpp"
#include "facelex/pipeline/loaded_system.hpp"
#include "facelex/pipeline/outputs.hpp"
#include "facelex/provenance/ownership.hpp"

namespace facelex::cli {
namespace {

constexpr std::string_view facial_basis_type = "facial-basis";

class ModelImportCommand : public Command {
 public:
  explicit ModelImportCommand(CLI::App& parent)
      : Command(
            parent,
            {"import", "Read a model of another program",
             "Turns ICT-FaceKit, the Surrey Face Model, Basel Face Models, FLAME or any set of OBJ "
             "blendshapes into one model file in millimetres, for fit, simulate and pictures; and the "
             "published dictionary of Facial Basis (a .npy file) into a coding system, for encode. The "
             "type may stand before the path.",
             "facelex model import facial-basis local_basis_FacialBasis1.0.npy -o published.safetensors"}) {
    app_->add_option("path", arguments_, "File or folder of the model, perhaps after its type")
        ->type_name("[TYPE] PATH")
        ->required()
        ->expected(1, 2)
        ->group("Input and output");
    add_output("Model file to write (.safetensors)");
    add_force();
    add_options("Import of a face", described(face_));
    add_options("Import of a dictionary", described(facial_basis_));
  }

 private:
  int run() override {
    const std::string path = arguments_.back();
    const bool is_dictionary = take_type(path);
    check_model_path(output_);
    refuse_options_of(is_dictionary ? described(face_) : described(facial_basis_),
                      is_dictionary ? "a dictionary" : "a face");
    const OptionList options = is_dictionary ? described(facial_basis_) : described(face_);
    Provenance made = provenance_of(
        "model import", options,
        (is_dictionary ? std::string(facial_basis_type) + " " : "") + shell_word(last_part(path)));
    made.input = last_part(path);
    const auto files =
        is_dictionary ? std::vector<NamedFile>{{path, made.input}} : files_of_model(path, face_);
    made.identity.inputs = digest_of_files(files);
    prepare_output(output_, made, files, force_);
    if (is_done(output_, made)) return 0;
    reporter_->info(output_ + ": " +
                    (is_dictionary ? import_dictionary(path, made)
                                   : write_face_model(output_, import_model(path, face_), made)));
    return 0;
  }

  std::string import_dictionary(const std::string& path, const Provenance& made) const {
    const auto system = import_facial_basis(path, facial_basis_);
    StageResult result;
    result.kind = system->code_kind();
    result.columns = system->units();
    result.output_digest = write_model(output_, system->to_model());
    write_sidecar(output_, sidecar_of(made, std::move(result)));
    return std::to_string(system->units().size()) + " units";
  }

  /// Whether the path holds the dictionary; a face's type before the path is as good as --type.
  bool take_type(const std::filesystem::path& path) {
    if (arguments_.size() == 1)
      return face_.type == ModelImportOptions::Type::guess && path.extension() == ".npy";
    const std::string& type = arguments_.front();
    if (type == facial_basis_type) return true;
    const OptionList list = described(face_);
    std::vector<std::string> types = list.find("type")->choices;
    types.emplace_back(facial_basis_type);
    if (std::find(types.begin(), types.end(), type) == types.end()) {
      const auto nearest = nearest_word(type, types);
      throw usage_error(in_quotes(type) + " is not a type of model",
                        nearest ? "did you mean " + *nearest + "?" : "give one PATH, or a type before it");
    }
    list.find("type")->set_text(type);
    return false;
  }

  static void refuse_options_of(const OptionList& others, const std::string& imported) {
    const Json changed = others.changed();
    if (!changed.empty())
      throw usage_error("--" + changed.items().begin().key() + " has no meaning for " + imported,
                        "leave it out");
  }

  std::vector<std::string> arguments_;
  ModelImportOptions face_;
  FacialBasisImportOptions facial_basis_;
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
    add_force();
  }

 private:
  int run() override {
    if (output_.empty() && folder_.empty())
      throw usage_error("nothing to write", "add -o face.obj or --all DIR");
    const MorphableModel model = model_named(file_);
    const Vertices shape = model.shape(coefficients_of(model.identity, identity_, "identity"),
                                       coefficients_of(model.expression, expression_, "expression"));
    // Both are looked at before one is written.
    if (!output_.empty()) require_ours(output_, is_own_mesh(output_), force_);
    if (!folder_.empty())
      for (const auto& other : others_in_obj_set(folder_, model)) require_ours(other, false, force_);
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
