#pragma once

// Vectors of FACELEX_LANES doubles for the kernels' sources, which are compiled for one kind of processor
// each. Everything here has internal linkage and uses nothing of the standard library's inline functions:
// code of a newer processor must not find its way into functions that other sources share.

#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace facelex {
namespace {

constexpr int width = FACELEX_LANES;
typedef double Vector __attribute__((vector_size(width * sizeof(double))));
typedef long long Mask __attribute__((vector_size(width * sizeof(double))));

#define FACELEX_INLINE __attribute__((always_inline)) inline
#define FACELEX_LAMBDA __attribute__((always_inline))

FACELEX_INLINE Vector load(const double* from) {
  return *reinterpret_cast<const Vector*>(from);
}
FACELEX_INLINE void store(double* to, Vector value) {
  *reinterpret_cast<Vector*>(to) = value;
}
FACELEX_INLINE Vector all(double value) {
  return value - Vector{};
}
#if FACELEX_LANES == 8 && defined(__AVX512F__)
FACELEX_INLINE Vector larger(Vector a, Vector b) {
  return _mm512_max_pd(a, b);
}
FACELEX_INLINE Vector smaller(Vector a, Vector b) {
  return _mm512_min_pd(a, b);
}
#elif FACELEX_LANES == 4 && defined(__AVX2__)
FACELEX_INLINE Vector larger(Vector a, Vector b) {
  return _mm256_max_pd(a, b);
}
FACELEX_INLINE Vector smaller(Vector a, Vector b) {
  return _mm256_min_pd(a, b);
}
#else
FACELEX_INLINE Vector larger(Vector a, Vector b) {
  return a > b ? a : b;
}
FACELEX_INLINE Vector smaller(Vector a, Vector b) {
  return a < b ? a : b;
}
#endif
FACELEX_INLINE Vector magnitude(Vector a) {
  return reinterpret_cast<Vector>(reinterpret_cast<Mask>(a) & 0x7fffffffffffffffLL);
}
FACELEX_INLINE bool any(Mask mask) {
  long long set = 0;
  for (int i = 0; i < width; ++i) set |= mask[i];
  return set != 0;
}
FACELEX_INLINE int count(Mask mask) {
  int set = 0;
  for (int i = 0; i < width; ++i) set += mask[i] != 0;
  return set;
}
/// ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)) for eight lanes, and so on: few steps one after another.
FACELEX_INLINE double sum(Vector value) {
#if FACELEX_LANES == 8
  typedef double Half __attribute__((vector_size(32)));
  const Half half =
      __builtin_shufflevector(value, value, 0, 1, 2, 3) + __builtin_shufflevector(value, value, 4, 5, 6, 7);
#else
  const auto half = value;
#endif
#if FACELEX_LANES >= 4
  typedef double Pair __attribute__((vector_size(16)));
  const Pair pair = __builtin_shufflevector(half, half, 0, 1) + __builtin_shufflevector(half, half, 2, 3);
#else
  const auto pair = half;
#endif
  return pair[0] + pair[1];
}

template <int... I>
struct Indices {};
template <class A, class B>
struct Joined;
template <int... I, int... J>
struct Joined<Indices<I...>, Indices<J...>> {
  using type = Indices<I..., (static_cast<int>(sizeof...(I)) + J)...>;
};
template <int N>
struct Counted {
  using type = typename Joined<typename Counted<N / 2>::type, typename Counted<N - N / 2>::type>::type;
};
template <>
struct Counted<0> {
  using type = Indices<>;
};
template <>
struct Counted<1> {
  using type = Indices<0>;
};

/// A number known when the program is compiled.
template <int I>
struct Index {
  FACELEX_INLINE constexpr operator int() const { return I; }
};

/// body(0) … body(count − 1). With N > 0, which count then is, unrolled in the source: arrays indexed by the
/// count live in registers.
template <int N, class Body>
FACELEX_INLINE void repeat(int count, Body body) {
  if constexpr (N > 0) {
    [&]<int... I>(Indices<I...>) FACELEX_LAMBDA {
      (body(Index<I>()), ...);
    }
    (typename Counted<N>::type());
  } else {
    for (int i = 0; i < count; ++i) body(i);
  }
}

}  // namespace
}  // namespace facelex
