#ifdef __x86_64__
#define FACELEX_LANES 8
#define FACELEX_REGISTERS 32
#include "wcc_kernels_body.hpp"

namespace facelex {

const WccKernels wcc_kernels_avx512 = {"avx512", center, moments, choose};

}  // namespace facelex
#endif
