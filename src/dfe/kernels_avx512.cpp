#ifdef __x86_64__
#define FACELEX_NUMBER float
#define FACELEX_LANES 16
#define FACELEX_REGISTERS 32
#define FACELEX_ROWS 8
#include "kernels_body.hpp"

namespace facelex {

const DfeKernels dfe_kernels_avx512 = {"avx512", linear, normalize, attend, distances};

}  // namespace facelex
#endif
