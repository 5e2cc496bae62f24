#include <algorithm>

#include "cli/commands.hpp"
#include "facelex/coding/linear/facial_basis_import.hpp"
#include "facelex/core/error.hpp"
#include "facelex/dfe/import.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/model/export.hpp"
#include "facelex/face/model/import/model.hpp"
#include "facelex/pipeline/loaded_system.hpp"
#include "facelex/pipeline/outputs.hpp"
#include "facelex/provenance/ownership.hpp"

namespace facelex::cli {
namespace {

constexpr std::string_view facial_basis_type = "facial-basis", dfe_type = "dfe";

/// Reads models of other programs: faces and, named by their type, coding systems.
class ModelImportCommand : public Command {
 public:
  explicit ModelImportCommand(CLI::App& parent)
      : Command(
            parent,
            {"import", "Read a model of another program",
             "Turns ICT-FaceKit, the Surrey Face Model, Basel Face Models, FLAME or any set of OBJ "
             "blendshapes into one model file in millimetres, for fit, simulate and pictures; the published "
             "dictionary of Facial Basis (a .npy file) into a coding system, for encode; and so a PyTorch "
             "checkpoint of Discrete Facial Encoding (dfe CHECKPOINT.pt: the state dict of an encoder of "
             "nn.TransformerEncoder, post-norm with ReLU, and a ResidualVQ). The type may stand before the "
             "path.",
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
    add_options("Import of a checkpoint", described(dfe_));
  }

 private:
  enum class Imported { face, facial_basis, dfe };

  int run() override {
    const std::string path = arguments_.back();
    const Imported imported = take_type(path);
    check_model_path(output_);
    refuse_options_of_others(imported);
    const std::string type = imported == Imported::face           ? ""
                             : imported == Imported::facial_basis ? std::string(facial_basis_type) + " "
                                                                  : std::string(dfe_type) + " ";
    Provenance made = provenance_of("model import", options_of(imported), type + shell_word(last_part(path)));
    made.input = last_part(path);
    std::vector<NamedFile> files = {{path, made.input}};
    if (imported == Imported::face) files = files_of_model(path, face_);
    if (imported == Imported::dfe && !dfe_.names.empty())
      files.push_back({dfe_.names, last_part(dfe_.names)});
    made.identity.inputs = digest_of_files(files);
    prepare_output(output_, made, files, force_);
    if (is_done(output_, made)) return 0;
    reporter_->info(output_ + ": " + write_imported(imported, path, made));
    return 0;
  }

  std::string write_imported(Imported imported, const std::string& path, const Provenance& made) const {
    if (imported == Imported::face) return write_face_model(output_, import_model(path, face_), made);
    if (imported == Imported::facial_basis) {
      const auto system = import_facial_basis(path, facial_basis_);
      write_system(*system, made);
      return std::to_string(system->units().size()) + " units";
    }
    const auto system = import_dfe(path, dfe_);
    write_system(*system, made);
    const DfeShape& shape = system->network().shape;
    return std::to_string(shape.inputs) + " inputs in tokens of " + std::to_string(shape.token_width) + ", " +
           std::to_string(shape.layers) + " layers of width " + std::to_string(shape.width) + " with " +
           std::to_string(shape.heads) + " heads, " + std::to_string(shape.stages) + " stages of " +
           std::to_string(shape.codes) + " codes";
  }

  void write_system(const CodingSystem& system, const Provenance& made) const {
    StageResult result;
    result.kind = system.code_kind();
    result.columns = system.units();
    result.output_digest = write_model(output_, system.to_model());
    write_sidecar(output_, sidecar_of(made, std::move(result)));
  }

  OptionList options_of(Imported imported) {
    if (imported == Imported::face) return described(face_);
    return imported == Imported::facial_basis ? described(facial_basis_) : described(dfe_);
  }

  /// What the path holds; a face's type before the path is as good as --type.
  Imported take_type(const std::filesystem::path& path) {
    if (arguments_.size() == 1)
      return face_.type == ModelImportOptions::Type::guess && path.extension() == ".npy"
                 ? Imported::facial_basis
                 : Imported::face;
    const std::string& type = arguments_.front();
    if (type == facial_basis_type) return Imported::facial_basis;
    if (type == dfe_type) return Imported::dfe;
    const OptionList list = described(face_);
    std::vector<std::string> types = list.find("type")->choices;
    types.emplace_back(facial_basis_type);
    types.emplace_back(dfe_type);
    if (std::find(types.begin(), types.end(), type) == types.end()) {
      const auto nearest = nearest_word(type, types);
      throw usage_error(in_quotes(type) + " is not a type of model",
                        nearest ? "did you mean " + *nearest + "?" : "give one PATH, or a type before it");
    }
    list.find("type")->set_text(type);
    return Imported::face;
  }

  void refuse_options_of_others(Imported imported) {
    const char* noun = imported == Imported::face           ? "a face"
                       : imported == Imported::facial_basis ? "a dictionary"
                                                            : "a checkpoint";
    for (const Imported other : {Imported::face, Imported::facial_basis, Imported::dfe}) {
      if (other == imported) continue;
      const Json changed = options_of(other).changed();
      if (!changed.empty())
        throw usage_error("--" + changed.items().begin().key() + " has no meaning for " + noun,
                          "leave it out");
    }
  }

  std::vector<std::string> arguments_;
  ModelImportOptions face_;
  FacialBasisImportOptions facial_basis_;
  DfeImportOptions dfe_;
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
