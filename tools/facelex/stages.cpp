#include "stages.hpp"

#include "command.hpp"
#include "facelex/coding/encode.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"

namespace facelex::cli {
namespace {

/// A stage from recordings to recordings, without what it does.
Stage recording_stage(const std::string& name, OptionList list, TableFormat format) {
  TableOptions table{format};
  list.append(described(table));
  Stage stage;
  stage.name = name;
  stage.options = portable_options(list);
  stage.command = command_text(name, list);
  stage.extension = format == TableFormat::npy ? ".npy" : ".csv";
  stage.noun = "recordings";
  return stage;
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
  std::unique_ptr<CodingSystem> system;
  try {
    system = load_coding_system(file);
  } catch (const Error& error) {
    throw environment_error(std::string("--model: ") + error.what());
  }
  return {std::move(system), sha256_of_file(file), std::filesystem::path(file).filename().string()};
}

Stage standardize_stage(StandardizeOptions options, TableFormat format) {
  options.check();
  Stage stage = recording_stage("standardize", described(options), format);
  if (!options.neutral_file.empty()) {
    if (std::error_code error; !std::filesystem::is_regular_file(options.neutral_file, error))
      throw usage_error("--neutral-file: no such file: " + in_quotes(options.neutral_file));
    stage.model_digest = sha256_of_file(options.neutral_file);
  }
  stage.run = [options, format](const auto& input, const auto& output, const Work& work) {
    return standardize(input, output, options, format, work);
  };
  return stage;
}

Stage encode_stage(const LoadedSystem& model, EncodeOptions options, TableFormat format) {
  options.check();
  Stage stage = recording_stage("encode", described(options), format);
  stage.options.update(model.system->resolved(options));
  stage.command += " --model " + model.file;
  stage.model_digest = model.digest;
  stage.run = [model, options, format](const auto& input, const auto& output, const Work& work) {
    return encode_recording(input, output, *model.system, options, format, work);
  };
  return stage;
}

Stage decode_stage(const LoadedSystem& model, TableFormat format) {
  Stage stage = recording_stage("decode", {}, format);
  stage.command += " --model " + model.file;
  stage.model_digest = model.digest;
  stage.run = [model, format](const auto& input, const auto& output, const Work& work) {
    // Units of two models share their names: only the sidecar tells whose codes these are.
    const auto sidecar = read_sidecar(input);
    if (sidecar && !sidecar->model_digest.empty() && sidecar->model_digest != model.digest)
      throw data_error({input.string(), 0, {}}, "its codes were made with another model",
                       "give the model whose sha256 begins with " + sidecar->model_digest.substr(0, 12));
    return decode_recording(input, output, *model.system, format, work);
  };
  return stage;
}

}  // namespace facelex::cli
