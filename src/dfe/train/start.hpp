#pragma once

#include <cstdint>

#include "facelex/core/work.hpp"
#include "facelex/dfe/network.hpp"

namespace facelex {

/// At most `codes` codes (rows, of Z numbers) for a codebook that `stages` stages share, from T×Z points:
/// each stage gets an equal share of them, the cluster centres (k-means) of what the nearest of all codes so
/// far leave over of the points. Centres of the points alone would serve the first stage only: what is left
/// over lies around zero, where none of them is. Fewer codes where points have fewer different values.
/// Deterministic for any work.threads.
FloatRowMatrix start_codes(const FloatRowMatrix& points, int codes, int stages, std::uint64_t seed,
                           const Work& work = {});

}  // namespace facelex
