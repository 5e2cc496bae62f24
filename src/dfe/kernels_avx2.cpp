#ifdef __x86_64__
#define FACELEX_NUMBER float
#define FACELEX_LANES 8
#define FACELEX_REGISTERS 16
#define FACELEX_ROWS 4
#include "kernels_body.hpp"

namespace facelex {

const DfeKernels dfe_kernels_avx2 = {"avx2", linear, normalize, attend, distances};

}  // namespace facelex
#endif
