#include "kernels.hpp"

#include <initializer_list>
#include <type_traits>

#include "facelex/simd/kernel_choice.hpp"
#include "kernels_of.hpp"

namespace facelex {

int padded_units(int atoms) {
  for (const int units : {FACELEX_UNITS})
    if (atoms <= units) return units;
  return atoms;
}

namespace {

template <class Number>
using Choice = std::conditional_t<
    std::is_same_v<Number, double>,
    KernelChoice<LaneKernelsFor<double>, lane_kernels_avx512, lane_kernels_avx2, lane_kernels_portable>,
    KernelChoice<LaneKernelsFor<float>, lane_kernels_avx512_float, lane_kernels_avx2_float,
                 lane_kernels_portable_float>>;

}  // namespace

template <class Number>
const LaneKernelsFor<Number>* lane_kernels(const char* name) {
  return Choice<Number>::named(name);
}

template <class Number>
const LaneKernelsFor<Number>& lane_kernels() {
  return Choice<Number>::chosen();
}

template const LaneKernelsFor<double>* lane_kernels(const char* name);
template const LaneKernelsFor<float>* lane_kernels(const char* name);
template const LaneKernelsFor<double>& lane_kernels();
template const LaneKernelsFor<float>& lane_kernels();

}  // namespace facelex
