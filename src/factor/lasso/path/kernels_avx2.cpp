#ifdef __x86_64__
#define FACELEX_NUMBER double
#define FACELEX_LANES 4
#define FACELEX_REGISTERS 16
#include "kernels_body.hpp"

namespace facelex {

const PathKernels path_kernels_avx2 = {"avx2", project, start, pivot};

}  // namespace facelex
#endif
