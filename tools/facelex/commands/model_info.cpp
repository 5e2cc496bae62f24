#include <cstdio>

#include "cli/commands.hpp"
#include "cli/summary_text.hpp"
#include "facelex/coding/coding_system.hpp"
#include "facelex/compare/template_table.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/version.hpp"
#include "facelex/dfe/built_in_codebook.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/model/export.hpp"
#include "facelex/pipeline/loaded_system.hpp"
#include "facelex/pipeline/outputs.hpp"
#include "facelex/systems/loading.hpp"

namespace facelex::cli {
namespace {

Json coding_system_summary(const ModelFile& file) {
  const auto system = coding_system_from_model(file);
  Json units = Json::array();
  for (const Column& unit : system->units())
    units.push_back({{"name", unit.name}, {"description", unit.description}, {"unit", unit.unit}});
  return {{"kind", file.kind},
          {"input", kind_name(system->input_kind())},
          {"input_columns", system->input_columns().size()},
          {"codes", kind_name(system->code_kind())},
          {"units", std::move(units)}};
}

Json model_summary(const std::string& name) {
  const ModelFile file = name == built_in_name ? morphable_model_to_file(built_in_face()) : read_model(name);
  if (file.kind == morphable_model_kind) {
    Json summary = {{"kind", file.kind}};
    summary.update(morphable_model_summary(morphable_model_from_file(file)));
    return summary;
  }
  try {
    return coding_system_summary(file);
  } catch (const Error&) {  // a model of another kind: what every file has
    Json tensors = Json::object();
    for (const auto& [tensor, content] : file.tensors) tensors[tensor] = content.shape;
    return {{"kind", file.kind}, {"format_version", file.format_version}, {"tensors", std::move(tensors)}};
  }
}

/// The templates of a system with their sidecar.
void write_templates(const std::string& file, const LoadedSystem& loaded) {
  check_table_path(file, "--templates");
  Sidecar sidecar;
  sidecar.stage = "model info";
  sidecar.version = version;
  sidecar.command = "facelex model info " + loaded.file + " --templates {}";
  sidecar.model_digest = loaded.digest;
  sidecar.options = Json::object();
  sidecar.result = write_template_table(file, *loaded.system);
  write_sidecar(file, sidecar);
}

class ModelInfoCommand : public Command {
 public:
  explicit ModelInfoCommand(CLI::App& parent)
      : Command(parent,
                {"info", "What a model file holds",
                 "Of a morphable model its name, licence, mesh, landmarks and modes, with scale, bounds "
                 "and the root mean square displacement at one scale; of a coding system what it takes "
                 "and its units. --templates writes what each code of a codebook, or each unit, "
                 "stands for.",
                 "facelex model info built-in"}) {
    app_->add_option("file", file_, "Model file, or built-in: the face that facelex ships")
        ->type_name("FILE")
        ->required()
        ->group("Input and output");
    app_->add_flag("--json", json_, "Print JSON")->group("Input and output");
    app_->add_option(
            "--templates", templates_,
            "Also write the signals that each code decodes to, and what it adds to the rest (.csv); built-in "
            "is then the codebook that facelex carries")
        ->type_name("FILE")
        ->group("Input and output");
  }

 private:
  int run() override {
    const bool codebook = !templates_.empty() && file_ == built_in_name;
    const Json summary = codebook ? coding_system_summary(built_in_codebook()) : model_summary(file_);
    if (!templates_.empty()) {
      if (!summary.contains("codes"))
        throw usage_error("--templates: " + path_in_quotes(file_) + " is not a coding system",
                          "give a model that facelex learn made");
      write_templates(templates_, load_system(file_));
    }
    if (json_) {
      std::printf("%s\n", summary.dump(2).c_str());
    } else {
      std::fputs(summary_text(summary).c_str(), stdout);
    }
    return 0;
  }

  std::string file_, templates_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_model_info_command(CLI::App& model) {
  return std::make_unique<ModelInfoCommand>(model);
}

}  // namespace facelex::cli
