#ifdef __x86_64__
#define FACELEX_NUMBER double
#define FACELEX_LANES 8
#define FACELEX_REGISTERS 32
#include "kernels_body.hpp"
#include "kernels_of.hpp"

namespace facelex {

const LaneKernelsFor<double> lane_kernels_avx512 = {"avx512", code<FACELEX_UNITS>, sweep<FACELEX_UNITS>,
                                                    sweep_with_violation<FACELEX_UNITS>, multiply};

}  // namespace facelex
#endif
