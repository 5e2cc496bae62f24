#include <cstdio>

#include "commands.hpp"
#include "facelex/analysis/reconstruction.hpp"
#include "facelex/coding/built_in_codebook.hpp"
#include "facelex/coding/coding_system.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/core/version.hpp"
#include "facelex/face/anatomical_face.hpp"
#include "facelex/face/model_export.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/io/csv.hpp"
#include "stages.hpp"

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

/// "0-16 18" of the list 0, 1 … 16, 18.
std::string ranges_text(const Json& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t end = i;
    while (end + 1 < numbers.size() && numbers[end + 1] == numbers[end].get<int>() + 1) ++end;
    text += (text.empty() ? "" : " ") + numbers[i].dump() + (end > i ? "-" + numbers[end].dump() : "");
    i = end + 1;
  }
  return text;
}

std::string value_text(const Json& value) {
  constexpr std::size_t longest = 32;
  char number[longest];
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) return ranges_text(value);
  if (!value.is_number_float()) return value.dump();
  std::snprintf(number, sizeof number, "%.4g", value.get<double>());
  return number;
}

/// A line for each field, and for a list of objects a line for each of them.
void print_summary(const Json& summary) {
  for (const auto& [field, value] : summary.items()) {
    const bool table = value.is_array() && !value.empty() && value[0].is_object();
    const std::string text = table ? std::to_string(value.size()) : value_text(value);
    std::printf("%-20s %s\n", field.c_str(), text.c_str());
    if (!table) continue;
    for (const Json& row : value) {
      std::string line = "  " + row["name"].get<std::string>();
      for (const auto& [key, entry] : row.items())
        if (key != "name" && !(entry.is_string() && entry.get_ref<const std::string&>().empty()))
          line.append("  ").append(entry.is_string() ? "" : key + " ").append(value_text(entry));
      std::printf("%s\n", line.c_str());
    }
  }
}

/// A row for each code and part, in the system's signals.
void write_templates(const std::string& file, const LoadedSystem& loaded) {
  if (std::filesystem::path(file).extension() != ".csv")
    throw usage_error("--templates: " + in_quotes(file) + " is not named .csv");
  const CodingSystem& system = *loaded.system;
  const RowMatrix linear = unit_templates(system);
  const Eigen::RowVectorXd rest = rest_signals(system);
  const auto names = template_names(system);
  Sidecar sidecar;
  sidecar.stage = "model info";
  sidecar.version = version;
  sidecar.command = "facelex model info " + loaded.file + " --templates {}";
  sidecar.model_digest = loaded.digest;
  sidecar.options = Json::object();
  sidecar.result.columns = {
      {"unit", "code of the codebook, or unit", ""},
      {"part", "decoded: decode(e_k); linear: decode(e_k) - decode(0), of a decoder of one layer W e_k", ""}};
  std::string table = "unit,part";
  for (const Column& column : system.input_columns()) {
    table += ',' + csv_field(column.name);
    sidecar.result.columns.push_back(column);
  }
  for (const bool decoded : {true, false})
    for (Eigen::Index k = 0; k < linear.rows(); ++k) {
      table += '\n' + csv_field(names[static_cast<std::size_t>(k)]) + (decoded ? ",decoded" : ",linear");
      for (Eigen::Index d = 0; d < linear.cols(); ++d)
        append_number(table += ',', linear(k, d) + (decoded ? rest[d] : 0));
    }
  AtomicFile out(file);
  out.write(table + '\n');
  sidecar.result.output_digest = out.commit();
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
        throw usage_error("--templates: " + in_quotes(file_) + " is no coding system",
                          "give a model that facelex learn made");
      write_templates(templates_, load_system(file_));
    }
    if (json_) {
      std::printf("%s\n", summary.dump(2).c_str());
    } else {
      print_summary(summary);
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
