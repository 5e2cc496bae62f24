#ifdef __x86_64__
#define FACELEX_NUMBER float
#define FACELEX_LANES 8
#define FACELEX_REGISTERS 16
#include "kernels_body.hpp"
#include "kernels_of.hpp"

namespace facelex {

const LaneKernelsFor<float> lane_kernels_avx2_float = {"avx2", code<FACELEX_UNITS>, sweep<FACELEX_UNITS>,
                                                       sweep_with_violation<FACELEX_UNITS>, multiply};

}  // namespace facelex
#endif
