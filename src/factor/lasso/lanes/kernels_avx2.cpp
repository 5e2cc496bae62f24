#ifdef __x86_64__
#define FACELEX_NUMBER double
#define FACELEX_LANES 4
#define FACELEX_REGISTERS 16
#include "kernels_body.hpp"
#include "kernels_of.hpp"

namespace facelex {

const LaneKernelsFor<double> lane_kernels_avx2 = {"avx2", code<FACELEX_UNITS>, sweep<FACELEX_UNITS>,
                                                  sweep_with_violation<FACELEX_UNITS>, multiply};

}  // namespace facelex
#endif
