#include "facelex/simd/kernel_choice.hpp"

namespace facelex {

#ifdef __x86_64__

bool has_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}

#else

bool has_avx2() {
  return false;
}

bool has_avx512() {
  return false;
}

#endif

}  // namespace facelex
