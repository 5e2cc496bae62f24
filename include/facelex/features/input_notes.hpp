#pragma once

#include <vector>

#include "facelex/features/feature_table.hpp"
#include "facelex/features/video_signals.hpp"

namespace facelex {

/// The frame rate at which the features of these inputs are made: options.fps, else that of most of them; 0:
/// none has time stamps. The note of an input whose time stamps give another rate, or none, says so.
/// at_one_rate: the features need one rate for all inputs; if false, a rate other than that of most is not
/// noted.
double settle_frame_rate(std::vector<FeatureInput>& inputs, const CodeSignalOptions& options,
                         bool at_one_rate = true);

/// Says in the note of each input what its sidecar knows and the table does not show: that the table had more
/// rows once, or is of a part of its video.
void note_incomplete_tables(std::vector<FeatureInput>& inputs);

}  // namespace facelex
