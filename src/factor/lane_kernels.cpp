#include "lane_kernels.hpp"

#include <cstring>
#include <initializer_list>

#include "lane_kernels_of.hpp"

namespace facelex {

int padded_units(int atoms) {
  for (const int units : {FACELEX_UNITS})
    if (atoms <= units) return units;
  return atoms;
}

const LaneKernels* lane_kernels(const char* name) {
#ifdef __x86_64__
  if (std::strcmp(name, "avx512") == 0)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl")
               ? &lane_kernels_avx512
               : nullptr;
  if (std::strcmp(name, "avx2") == 0)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &lane_kernels_avx2 : nullptr;
#endif
  return std::strcmp(name, "portable") == 0 ? &lane_kernels_portable : nullptr;
}

const LaneKernels& lane_kernels() {
  static const LaneKernels* const fastest = [] {
    for (const char* name : {"avx512", "avx2"})
      if (const LaneKernels* kernels = lane_kernels(name)) return kernels;
    return &lane_kernels_portable;
  }();
  return *fastest;
}

}  // namespace facelex
