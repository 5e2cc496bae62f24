#include "facelex/pipeline/regressor_stage.hpp"

#include "facelex/core/error.hpp"
#include "facelex/pipeline/sidecar_text.hpp"
#include "facelex/pipeline/stages.hpp"
#include "facelex/video/regress/regressor.hpp"

namespace facelex {

Stage regressor_stage(const std::string& onnx, const LoadedFace* face, const ExtractOptions& extraction,
                      TableFormat format, const std::filesystem::path& landmarks,
                      const std::filesystem::path& fits) {
  const auto regressor = std::make_shared<const Regressor>(Regressor::load(onnx));
  const std::shared_ptr<const MorphableModel> model = face ? face->model : nullptr;
  if (model && model->expression.size() != regressor->expression_size())
    throw usage_error(field("face") + " has " + std::to_string(model->expression.size()) +
                          " expression coefficients, the network of " + field("regressor") + " tells " +
                          std::to_string(regressor->expression_size()),
                      "give the model that the network was made for, or leave " + field("face") + " out");
  TableOptions table{format};
  const OptionList list = described(table);
  Stage stage;
  stage.identity.stage = "fit";
  stage.identity.options = portable_options(list);
  stage.identity.options["regressor"] = std::filesystem::path(onnx).filename().string();
  stage.command =
      command_text("fit", list) + " --regressor " + std::filesystem::path(onnx).filename().string();
  if (face && !face->file.empty()) stage.command += " --face " + face->file;
  stage.identity.models = regressor->digest() + (face ? face->digest : "");
  stage.outputs.extension = format == TableFormat::npy ? ".npy" : ".csv";
  stage.noun = "videos";
  const auto landmarks_of = [=](const std::filesystem::path& output) {
    return landmarks / std::filesystem::relative(output, fits).replace_extension(".csv");
  };
  stage.beside = [=](const auto&, const auto& output) { return std::vector{landmarks_of(output)}; };
  stage.run = [=](const std::filesystem::path& video, const std::filesystem::path& output, const Work& work) {
    return regress_video(video, landmarks_of(output), output, *regressor, model.get(), extraction.source,
                         format, work);
  };
  return stage;
}

}  // namespace facelex
