#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "facelex/core/json.hpp"
#include "facelex/face/fit/face.hpp"
#include "facelex/face/fit/fit.hpp"
#include "facelex/face/pose/camera.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"

namespace facelex {

struct PictureSize {
  int width = 0, height = 0;
};

/// "1280x720". Throws Error (usage) for anything else.
PictureSize parse_picture_size(const std::string& text);

/// The camera of a recording: one for all frames, or none, then each frame has a distant one.
struct RecordingCamera {
  std::optional<Camera> fixed;
  bool size_unknown = false;

  Camera of(const Landmarks68& points) const { return fixed ? *fixed : distant_camera(points); }
  Json json() const {
    if (!fixed) return {{"model", "scaled-orthographic"}};
    return {
        {"model", "perspective"}, {"fx", fixed->fx}, {"fy", fixed->fy}, {"cx", fixed->cx}, {"cy", fixed->cy}};
  }
};

/// openface_camera of the picture's size, as FitOptions and the sidecar of `input` give it.
RecordingCamera recording_camera(const std::filesystem::path& input, const FitOptions& options);

}  // namespace facelex
