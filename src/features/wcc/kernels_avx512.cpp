#ifdef __x86_64__
#define FACELEX_NUMBER double
#define FACELEX_LANES 8
#define FACELEX_REGISTERS 32
#include "kernels_body.hpp"

namespace facelex {

const WccKernels wcc_kernels_avx512 = FACELEX_WCC_KERNELS("avx512");

}  // namespace facelex
#endif
