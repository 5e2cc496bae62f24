#pragma once

#include <cstdint>

namespace facelex {

/// Streams of a training's random numbers; the backend has 0 and 1, the split for validation 5.
enum DfeRandomUse : std::uint64_t { order_of_epoch = 2, cluster_frames = 3, revival = 4 };

}  // namespace facelex
