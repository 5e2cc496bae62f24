#define FACELEX_NUMBER float
#define FACELEX_LANES 4
#define FACELEX_REGISTERS 16
#include "kernels_body.hpp"
#include "kernels_of.hpp"

namespace facelex {

const LaneKernelsFor<float> lane_kernels_portable_float = {
    "portable", code<FACELEX_UNITS>, sweep<FACELEX_UNITS>, sweep_with_violation<FACELEX_UNITS>, multiply};

}  // namespace facelex
