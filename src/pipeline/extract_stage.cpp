#include "facelex/pipeline/extract_stage.hpp"
#include "facelex/pipeline/sidecar_text.hpp"

namespace facelex {
namespace {

constexpr const char* overlay_suffix = ".overlay.mp4";

}  // namespace

InputKind video_inputs() {
  return {"videos",
          [](const std::filesystem::path& file) {
            return is_video_file(file) && !file.filename().string().ends_with(overlay_suffix);
          },
          [](const std::filesystem::path& folder) { return is_image_folder(folder); }};
}

Stage extract_stage(ExtractOptions options, bool overlay) {
  options.check();
  const auto models = std::make_shared<const FaceModels>(FaceModels::load(options));
  Stage stage;
  stage.identity.stage = "extract";
  const OptionList list = described(options);
  stage.identity.options = portable_options(list);
  stage.command = command_text(stage.identity.stage, list);
  stage.identity.models = models->digest();
  stage.noun = "videos";
  stage.outputs.leftovers = {overlay_suffix};
  if (overlay) stage.outputs.companions = {overlay_suffix};
  stage.run = [options, models, overlay](const auto& input, const auto& output, const Work& work) {
    std::optional<std::filesystem::path> overlay_file;
    if (overlay) overlay_file = output.parent_path() / (output.stem().string() + overlay_suffix);
    return extract(input, output, overlay_file, *models, options, work);
  };
  return stage;
}

}  // namespace facelex
