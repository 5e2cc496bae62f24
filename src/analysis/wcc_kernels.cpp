#include "wcc_kernels.hpp"

#include <cstring>
#include <initializer_list>

namespace facelex {

const WccKernels* wcc_kernels(const char* name) {
#ifdef __x86_64__
  if (std::strcmp(name, "avx512") == 0)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl")
               ? &wcc_kernels_avx512
               : nullptr;
  if (std::strcmp(name, "avx2") == 0)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &wcc_kernels_avx2 : nullptr;
#endif
  return std::strcmp(name, "portable") == 0 ? &wcc_kernels_portable : nullptr;
}

const WccKernels& wcc_kernels() {
  static const WccKernels* const fastest = [] {
    for (const char* name : {"avx512", "avx2"})
      if (const WccKernels* kernels = wcc_kernels(name)) return kernels;
    return &wcc_kernels_portable;
  }();
  return *fastest;
}

}  // namespace facelex
