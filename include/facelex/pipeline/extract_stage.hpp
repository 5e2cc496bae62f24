#pragma once

#include "facelex/batch/runner.hpp"
#include "facelex/video/extract.hpp"

namespace facelex {

/// Videos and image folders.
InputKind video_inputs();

/// Loads the models. `overlay`: also write <name>.overlay.mp4.
Stage extract_stage(ExtractOptions options, bool overlay);

}  // namespace facelex
