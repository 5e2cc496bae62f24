#include "facelex/pipeline/stages.hpp"

#include <algorithm>

#include "facelex/coding/encode.hpp"
#include "facelex/coding/expression_face.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/face/standardize/frontalization.hpp"
#include "facelex/pipeline/loaded_system.hpp"
#include "facelex/pipeline/option_names.hpp"
#include "facelex/pipeline/sidecar_text.hpp"

namespace facelex {
namespace {

/// A stage from recordings to recordings, without what it does.
Stage recording_stage(const std::string& name, OptionList list, TableFormat format) {
  TableOptions table{format};
  list.append(described(table));
  Stage stage;
  stage.identity.stage = name;
  stage.identity.options = portable_options(list);
  stage.command = command_text(name, list);
  stage.outputs.extension = format == TableFormat::npy ? ".npy" : ".csv";
  stage.noun = "recordings";
  return stage;
}

/// Of everything that a folder of fits holds. A fit itself names its landmarks, and is checked against them.
std::string digest_of_recordings(const std::string& folder) {
  if (std::error_code error; !std::filesystem::is_directory(folder, error))
    throw option_error("fits", "no such folder: " + path_in_quotes(folder), "facelex fit makes it");
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".csv" || entry.path().extension() == ".npy")
      if (!entry.path().filename().string().starts_with("manifest")) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  Sha256 digest;
  for (const auto& file : files) digest.update(file.string() + sha256_of_file(file));
  return digest.hex();
}

}  // namespace

void TableOptions::describe(OptionList& options) {
  options.choice("format", format, {{"csv", TableFormat::csv}, {"npy", TableFormat::npy}},
                 "Tables as CSV, or as NumPy arrays of the signals alone");
}

Inputs outputs_of(const Inputs& inputs, const std::vector<ManifestRow>& rows,
                  const std::filesystem::path& folder) {
  Inputs next;
  next.shard = inputs.shard;
  next.items_in_all = inputs.items_in_all;
  for (const ManifestRow& row : rows)
    if (row.state != ItemState::failed && row.state != ItemState::pending)
      next.items.push_back({folder / (row.name + ".csv"), row.name, {}});
  return next;
}

Stage standardize_stage(StandardizeOptions options, TableFormat format) {
  options.check();
  Stage stage = recording_stage("standardize", described(options), format);
  // What the result depends on besides the recording: files that the options name.
  Sha256 digest;
  for (const auto& [option, file] : {std::pair("neutral-file", options.neutral_file),
                                     std::pair("frontalize-map", options.frontalize_map)}) {
    if (file.empty()) continue;
    if (std::error_code error; !std::filesystem::is_regular_file(file, error))
      throw option_error(option, "no such file: " + path_in_quotes(file));
    digest.update(argument_of(option) + sha256_of_file(file));
  }
  if (options.frontalize == StandardizeOptions::Frontalization::linear && options.frontalize_map.empty())
    digest.update(built_in_frontalization().digest);
  if (options.frontalize == StandardizeOptions::Frontalization::fitted)
    digest.update(digest_of_recordings(options.fits));
  stage.identity.models = digest.hex();
  stage.run = [options, format](const auto& input, const auto& output, const Work& work) {
    return standardize(input, output, options, format, work);
  };
  return stage;
}

Stage encode_stage(const LoadedSystem& model, EncodeOptions options, TableFormat format) {
  options.check();
  Stage stage = recording_stage("encode", described(options), format);
  stage.identity.options.update(model.system->resolved(options));
  stage.command += " --model " + model.file;
  stage.identity.models = model.digest;
  stage.run = [model, options, format](const auto& input, const auto& output, const Work& work) {
    return encode_recording(input, output, *model.system, options, format, work);
  };
  return stage;
}

Stage decode_stage(const LoadedSystem& model, TableFormat format, const LoadedFace& face,
                   DecodedFacesOptions faces) {
  faces.check();
  OptionList list = described(faces);
  list.remove("most-gigabytes");  // decides whether anything is written, not what
  Stage stage = recording_stage("decode", std::move(list), format);
  stage.command += " --model " + model.file;
  stage.identity.models = model.digest;
  if (face.model) {
    // One refusal, not one for each file.
    const ExpressionFace fits(*face.model, model.system->input_columns());
    if (fits.landmark_columns().empty() && !faces.any())
      throw option_error("face", "the mesh has no landmarks, so their displacement is not known",
                         "give them at facelex model import " + field("landmarks"));
    stage.command += " --face " + (face.file.empty() ? std::string(built_in_name) : face.file);
    Sha256 digest;
    digest.update(model.digest + face.digest);
    stage.identity.models = digest.hex();
  }
  if (faces.any() && !face.model)
    throw usage_error(field("meshes") + " and " + field("vertices") + " need the face that moves",
                      "add " + field("face") + " built-in, or the model of the face that was fitted");
  if (faces.meshes) stage.outputs.companions.emplace_back(meshes_suffix);
  if (faces.vertices) stage.outputs.companions.emplace_back(vertices_suffix);
  stage.run = [model, face, format, faces](const auto& input, const auto& output, const Work& work) {
    // Units of two models share their names: only the sidecar tells whose codes these are.
    const auto sidecar = read_sidecar(input);
    if (sidecar && !sidecar->model_digest.empty() && sidecar->model_digest != model.digest)
      throw data_error({input.string(), 0, {}}, "its codes were made with another model",
                       "give the model whose sha256 begins with " + sidecar->model_digest.substr(0, 12));
    return decode_recording(input, output, *model.system, format, work, face.model.get(), faces);
  };
  return stage;
}

Stage import_stage(ImportCodesOptions options, TableFormat format) {
  options.check();
  Stage stage = recording_stage("import", described(options), format);
  stage.noun = "tables";
  stage.run = [options, format](const auto& input, const auto& output, const Work& work) {
    return import_codes(input, output, options, format, work);
  };
  return stage;
}

}  // namespace facelex
