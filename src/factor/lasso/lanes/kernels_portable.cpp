#define FACELEX_NUMBER double
#define FACELEX_LANES 2
#define FACELEX_REGISTERS 16
#include "kernels_body.hpp"
#include "kernels_of.hpp"

namespace facelex {

const LaneKernelsFor<double> lane_kernels_portable = {"portable", code<FACELEX_UNITS>, sweep<FACELEX_UNITS>,
                                                      sweep_with_violation<FACELEX_UNITS>, multiply};

}  // namespace facelex
