#include "dfe_kernels.hpp"

#include <cstring>

namespace facelex {

const DfeKernels* dfe_kernels(const char* name) {
#ifdef __x86_64__
  if (std::strcmp(name, "avx512") == 0)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl")
               ? &dfe_kernels_avx512
               : nullptr;
  if (std::strcmp(name, "avx2") == 0)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &dfe_kernels_avx2 : nullptr;
#endif
  return std::strcmp(name, "portable") == 0 ? &dfe_kernels_portable : nullptr;
}

const DfeKernels& dfe_kernels() {
  static const DfeKernels* const fastest = [] {
    for (const char* name : {"avx512", "avx2"})
      if (const DfeKernels* kernels = dfe_kernels(name)) return kernels;
    return &dfe_kernels_portable;
  }();
  return *fastest;
}

}  // namespace facelex
