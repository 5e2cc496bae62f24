#ifdef __x86_64__
#define FACELEX_NUMBER double
#define FACELEX_LANES 4
#define FACELEX_REGISTERS 16
#include "kernels_body.hpp"

namespace facelex {

const WccKernels wcc_kernels_avx2 = FACELEX_WCC_KERNELS("avx2");

}  // namespace facelex
#endif
