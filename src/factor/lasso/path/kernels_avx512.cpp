#ifdef __x86_64__
#define FACELEX_NUMBER double
#define FACELEX_LANES 8
#define FACELEX_REGISTERS 32
#include "kernels_body.hpp"

namespace facelex {

const PathKernels path_kernels_avx512 = {"avx512", project, start, pivot};

}  // namespace facelex
#endif
