#include "stages.hpp"

#include "command.hpp"
#include "facelex/coding/encode.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"

namespace facelex::cli {
namespace {

std::string extension_of(TableFormat format) {
  return format == TableFormat::npy ? ".npy" : ".csv";
}

}  // namespace

void TableOptions::describe(OptionList& options) {
  options.choice("format", format, {{"csv", TableFormat::csv}, {"npy", TableFormat::npy}},
                 "Tables as CSV, or as NumPy arrays of the signals alone");
}

LoadedSystem load_system(const std::string& file) {
  std::error_code missing;
  if (!std::filesystem::exists(file, missing))
    throw environment_error("--model: no such file: " + in_quotes(file), "make one with facelex learn");
  return {load_coding_system(file), sha256_of_file(file), std::filesystem::path(file).filename().string()};
}

Stage standardize_stage(StandardizeOptions options, TableFormat format) {
  options.check();
  Stage stage;
  stage.name = "standardize";
  TableOptions table{format};
  OptionList list = described(options);
  list.append(described(table));
  stage.options = portable_options(list);
  stage.command = command_text(stage.name, list);
  if (!options.neutral_file.empty()) stage.model_digest = sha256_of_file(options.neutral_file);
  stage.extension = extension_of(format);
  stage.noun = "recordings";
  stage.run = [options, format](const auto& input, const auto& output, const Work& work) {
    return standardize(input, output, options, format, work);
  };
  return stage;
}

Stage encode_stage(const LoadedSystem& model, EncodeOptions options, TableFormat format) {
  options.check();
  Stage stage;
  stage.name = "encode";
  TableOptions table{format};
  OptionList list = described(options);
  list.append(described(table));
  stage.options = portable_options(list);
  stage.options.update(model.system->resolved(options));
  stage.command = command_text(stage.name, list) + " --model " + model.file;
  stage.model_digest = model.digest;
  stage.extension = extension_of(format);
  stage.noun = "recordings";
  stage.run = [model, options, format](const auto& input, const auto& output, const Work& work) {
    return encode_recording(input, output, *model.system, options, format, work);
  };
  return stage;
}

Stage decode_stage(const LoadedSystem& model, TableFormat format) {
  Stage stage;
  stage.name = "decode";
  TableOptions table{format};
  const OptionList list = described(table);
  stage.options = portable_options(list);
  stage.command = command_text(stage.name, list) + " --model " + model.file;
  stage.model_digest = model.digest;
  stage.extension = extension_of(format);
  stage.noun = "recordings";
  stage.run = [model, format](const auto& input, const auto& output, const Work& work) {
    return decode_recording(input, output, *model.system, format, work);
  };
  return stage;
}

}  // namespace facelex::cli
