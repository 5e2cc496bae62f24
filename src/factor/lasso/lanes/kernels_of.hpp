#pragma once

#include "kernels.hpp"

/// The numbers of units that have kernels of their own, ascending; more than the last are taken as they are.
/// 23 is the mouth's of paper 000.
#ifdef FACELEX_SANITIZED  // which makes the compiler take hours over all of them
#define FACELEX_UNITS 1, 3, 8
#else
#define FACELEX_UNITS 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 23, 24
#endif

namespace facelex {

extern const LaneKernelsFor<double> lane_kernels_avx512, lane_kernels_avx2, lane_kernels_portable;
extern const LaneKernelsFor<float> lane_kernels_avx512_float, lane_kernels_avx2_float,
    lane_kernels_portable_float;

}  // namespace facelex
