#include "lane_kernels.hpp"

#include <cstring>
#include <initializer_list>
#include <type_traits>

#include "lane_kernels_of.hpp"

namespace facelex {

int padded_units(int atoms) {
  for (const int units : {FACELEX_UNITS})
    if (atoms <= units) return units;
  return atoms;
}

namespace {

/// What this build has for numbers of one type.
template <class Number>
struct KernelsBuilt {
  const LaneKernelsFor<Number>*avx512, *avx2, *portable;
};

template <class Number>
KernelsBuilt<Number> kernels_built() {
  constexpr bool is_double = std::is_same_v<Number, double>;
#ifdef __x86_64__
  if constexpr (is_double)
    return {&lane_kernels_avx512, &lane_kernels_avx2, &lane_kernels_portable};
  else
    return {&lane_kernels_avx512_float, &lane_kernels_avx2_float, &lane_kernels_portable_float};
#else
  if constexpr (is_double)
    return {nullptr, nullptr, &lane_kernels_portable};
  else
    return {nullptr, nullptr, &lane_kernels_portable_float};
#endif
}

bool has_avx512() {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

bool has_avx2() {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

}  // namespace

template <class Number>
const LaneKernelsFor<Number>* lane_kernels(const char* name) {
  const auto built = kernels_built<Number>();
  if (std::strcmp(name, "avx512") == 0) return has_avx512() ? built.avx512 : nullptr;
  if (std::strcmp(name, "avx2") == 0) return has_avx2() ? built.avx2 : nullptr;
  return std::strcmp(name, "portable") == 0 ? built.portable : nullptr;
}

template <class Number>
const LaneKernelsFor<Number>& lane_kernels() {
  static const LaneKernelsFor<Number>* const fastest = [] {
    for (const char* name : {"avx512", "avx2"})
      if (const auto* kernels = lane_kernels<Number>(name)) return kernels;
    return kernels_built<Number>().portable;
  }();
  return *fastest;
}

template const LaneKernelsFor<double>* lane_kernels(const char* name);
template const LaneKernelsFor<float>* lane_kernels(const char* name);
template const LaneKernelsFor<double>& lane_kernels();
template const LaneKernelsFor<float>& lane_kernels();

}  // namespace facelex
