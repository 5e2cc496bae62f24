#pragma once

#include "facelex/pipeline/extract_stage.hpp"
#include "facelex/pipeline/fit_stage.hpp"

namespace facelex {

/// Videos to recordings of what a network tells about their faces. The landmarks of the video whose result is
/// `fits`/NAME lie at `landmarks`/NAME.csv. `face`: the model that the network's coefficients belong to, or
/// null.
Stage regressor_stage(const std::string& onnx, const LoadedFace* face, const ExtractOptions& extraction,
                      TableFormat format, const std::filesystem::path& landmarks,
                      const std::filesystem::path& fits);

}  // namespace facelex
