#define FACELEX_NUMBER double
#define FACELEX_LANES 2
#define FACELEX_REGISTERS 16
#include "kernels_body.hpp"

namespace facelex {

const WccKernels wcc_kernels_portable = FACELEX_WCC_KERNELS("portable");

}  // namespace facelex
