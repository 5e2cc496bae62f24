#define FACELEX_NUMBER double
#define FACELEX_LANES 2
#define FACELEX_REGISTERS 16
#include "kernels_body.hpp"

namespace facelex {

const PathKernels path_kernels_portable = {"portable", project, start, pivot};

}  // namespace facelex
