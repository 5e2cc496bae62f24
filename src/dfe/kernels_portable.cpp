#define FACELEX_NUMBER float
#define FACELEX_LANES 4
#define FACELEX_REGISTERS 16
#define FACELEX_ROWS 4
#include "kernels_body.hpp"

namespace facelex {

const DfeKernels dfe_kernels_portable = {"portable", linear, normalize, attend, distances};

}  // namespace facelex
