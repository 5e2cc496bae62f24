#pragma once

// Vectors of FACELEX_LANES doubles, for the kernels of windowed cross-correlation (wcc_kernels_body.hpp).

#include "kernels.hpp"

#if FACELEX_LANES == 8
#include <immintrin.h>
#endif

namespace facelex {
namespace {

constexpr int width = FACELEX_LANES;
typedef double Lanes __attribute__((vector_size(width * sizeof(double)), may_alias));
typedef long long LaneBits __attribute__((vector_size(width * sizeof(double)), may_alias));

#define FACELEX_INLINE __attribute__((always_inline)) inline
/// Loops over sums: where one of them stays a loop, all sums leave the registers.
#define FACELEX_UNROLLED _Pragma("GCC unroll 32")

FACELEX_INLINE Lanes lanes_at(const double* from) {
  return *reinterpret_cast<const Lanes*>(from);
}
FACELEX_INLINE void put(double* to, Lanes value) {
  *reinterpret_cast<Lanes*>(to) = value;
}
FACELEX_INLINE Lanes every(double value) {
  return value - Lanes{};
}
/// Keeps a value in a register: GCC would rather load it again for each product, and loads, not products,
/// would bound the kernel.
FACELEX_INLINE void in_register([[maybe_unused]] Lanes& value) {
#if FACELEX_REGISTERS >= 32
  asm("" : "+v"(value));
#elif defined(__x86_64__)
  asm("" : "+x"(value));
#endif
}
FACELEX_INLINE Lanes modulus(Lanes a) {
  return reinterpret_cast<Lanes>(reinterpret_cast<LaneBits>(a) & 0x7fffffffffffffffLL);
}
FACELEX_INLINE Lanes greater_of(Lanes a, Lanes b) {
  return a > b ? a : b;
}
FACELEX_INLINE Lanes lesser_of(Lanes a, Lanes b) {
  return a < b ? a : b;
}

}  // namespace
}  // namespace facelex
