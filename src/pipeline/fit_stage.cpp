#include "facelex/pipeline/fit_stage.hpp"

#include "facelex/coding/expression_vectors.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/pipeline/loaded_system.hpp"
#include "facelex/pipeline/sidecar_text.hpp"
#include "facelex/pipeline/stages.hpp"

namespace facelex {
namespace {

std::string digest_of_tensors(const MorphableModel& model) {
  Sha256 digest;
  for (const auto& [name, tensor] : morphable_model_to_file(model).tensors) {
    digest.update(name);
    digest.update(tensor.bytes.data(), tensor.bytes.size());
  }
  return digest.hex();
}

Stage stage_with_face(const LoadedFace& face, const OptionList& options, TableFormat format) {
  Stage stage;
  stage.identity.stage = "fit";
  stage.identity.options = portable_options(options);
  stage.command = command_text("fit", options);
  if (!face.file.empty()) stage.command += " --face " + face.file;
  stage.identity.models = face.digest;
  stage.outputs.extension = format == TableFormat::npy ? ".npy" : ".csv";
  stage.noun = "recordings";
  return stage;
}

}  // namespace

LoadedFace load_face(const std::string& file) {
  if (file.empty() || file == built_in_name) {
    // It lives as long as the program.
    const std::shared_ptr<const MorphableModel> face(&built_in_face(), [](const MorphableModel*) {});
    return {face, digest_of_tensors(*face), {}};
  }
  std::error_code missing;
  if (!std::filesystem::exists(file, missing))
    throw environment_error(field("face") + ": no such file: " + path_in_quotes(file),
                            "make one with facelex model import, or leave the option out");
  try {
    return {std::make_shared<const MorphableModel>(load_morphable_model(file)), sha256_of_file(file),
            std::filesystem::path(file).filename().string()};
  } catch (const Error& error) {
    throw environment_error(field("face") + ": " + error.message());
  }
}

Stage fit_stage(const LoadedFace& face, FitOptions options, TableFormat format) {
  options.check();
  TableOptions table{format};
  OptionList list = described(options);
  list.append(described(table));
  Stage stage = stage_with_face(face, list, format);
  if (!options.neutral_file.empty()) {
    if (std::error_code error; !std::filesystem::is_regular_file(options.neutral_file, error))
      throw option_error("neutral-file", "no such file: " + path_in_quotes(options.neutral_file));
    Sha256 digest;
    digest.update(face.digest + sha256_of_file(options.neutral_file));
    stage.identity.models = digest.hex();
  }
  // Which says how large the picture was.
  stage.beside = [](const auto& input, const auto&) { return std::vector{sidecar_path(input)}; };
  stage.run = [face, options, format](const auto& input, const auto& output, const Work& work) {
    return fit(input, output, *face.model, options, format, work);
  };
  return stage;
}

InputKind vector_inputs() {
  return {"expression vectors (.csv, .npy, .txt, .expressions, EMOCA folders)",
          [](const std::filesystem::path& file) {
            const std::string extension = file.extension().string();
            if (is_poses_file(file)) return false;
            return extension == ".csv" || extension == ".npy" || extension == ".txt" ||
                   extension.starts_with(".expressions");
          },
          is_emoca_folder};
}

Stage vectors_stage(const LoadedFace& face, const std::vector<std::string>& signals, TableFormat format) {
  FitOptions options;
  options.signals = signals;
  options.check();
  TableOptions table{format};
  OptionList list = described(options);
  list.append(described(table));
  const OptionList all = list;
  for (const Option& option : all.options())
    if (option.name != "signals" && option.name != "format") list.remove(option.name);
  Stage stage = stage_with_face(face, list, format);
  stage.command += " --vectors";
  stage.identity.options["vectors"] = true;
  stage.beside = [](const auto& input, const auto&) { return files_of_vectors(input); };
  stage.run = [face, signals, format](const auto& input, const auto& output, const Work& work) {
    return expression_vectors(input, output, *face.model, signals, format, work);
  };
  return stage;
}

}  // namespace facelex
