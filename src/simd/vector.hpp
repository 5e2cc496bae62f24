#pragma once

// Vectors of FACELEX_LANES numbers, each a FACELEX_NUMBER (double or float), on a processor with
// FACELEX_REGISTERS vector registers: the one vocabulary of all kernels, included by their sources, which are
// compiled for one kind of processor each. Everything here has internal linkage and uses nothing of the
// standard library's inline functions: code of a newer processor must not find its way into functions that
// other sources share. Bodies of kernels keep to the same.

#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace facelex {
namespace {

using Number = FACELEX_NUMBER;
constexpr bool is_double = sizeof(Number) == sizeof(double);
template <bool Double>
struct BitsOf {
  using type = long long;
};
template <>
struct BitsOf<false> {
  using type = int;
};
using Bits = BitsOf<is_double>::type;  ///< as wide as a Number
constexpr int width = FACELEX_LANES;
typedef Number Vector __attribute__((vector_size(width * sizeof(Number))));
typedef Bits Mask __attribute__((vector_size(width * sizeof(Number))));

#define FACELEX_INLINE __attribute__((always_inline)) inline
#define FACELEX_LAMBDA __attribute__((always_inline))
/// Before a loop over vectors that live in registers: where one of them stays a loop, all leave the
/// registers.
#define FACELEX_UNROLLED _Pragma("GCC unroll 32")

FACELEX_INLINE Vector load(const Number* from) {
  return *reinterpret_cast<const Vector*>(from);
}
FACELEX_INLINE void store(Number* to, Vector value) {
  *reinterpret_cast<Vector*>(to) = value;
}
FACELEX_INLINE Vector all(Number value) {
  return value - Vector{};
}
/// Keeps a value in a register: GCC would rather load it again for each product, and loads, not products,
/// would bound the kernel.
FACELEX_INLINE void in_register([[maybe_unused]] Vector& value) {
#if FACELEX_REGISTERS >= 32
  asm("" : "+v"(value));
#elif defined(__x86_64__)
  asm("" : "+x"(value));
#endif
}
// Of every width that the processor has, whatever the width of a Vector: -march=native tells the sources of
// the narrower kernels too what it has.
template <class Any>
FACELEX_INLINE Any largest(Any a, Any b) {
  return a > b ? a : b;
}
template <class Any>
FACELEX_INLINE Any least_of(Any a, Any b) {
  return a < b ? a : b;
}
#ifdef __AVX2__
FACELEX_INLINE __m256d largest(__m256d a, __m256d b) {
  return _mm256_max_pd(a, b);
}
FACELEX_INLINE __m256 largest(__m256 a, __m256 b) {
  return _mm256_max_ps(a, b);
}
FACELEX_INLINE __m256d least_of(__m256d a, __m256d b) {
  return _mm256_min_pd(a, b);
}
FACELEX_INLINE __m256 least_of(__m256 a, __m256 b) {
  return _mm256_min_ps(a, b);
}
#endif
#ifdef __AVX512F__
FACELEX_INLINE __m512d largest(__m512d a, __m512d b) {
  return _mm512_max_pd(a, b);
}
FACELEX_INLINE __m512 largest(__m512 a, __m512 b) {
  return _mm512_max_ps(a, b);
}
FACELEX_INLINE __m512d least_of(__m512d a, __m512d b) {
  return _mm512_min_pd(a, b);
}
FACELEX_INLINE __m512 least_of(__m512 a, __m512 b) {
  return _mm512_min_ps(a, b);
}
#endif
/// The second where one of the two is NaN.
FACELEX_INLINE Vector larger(Vector a, Vector b) {
  return largest(a, b);
}
FACELEX_INLINE Vector smaller(Vector a, Vector b) {
  return least_of(a, b);
}
FACELEX_INLINE Vector magnitude(Vector a) {
  return reinterpret_cast<Vector>(reinterpret_cast<Mask>(a) &
                                  ~(static_cast<Bits>(1) << (8 * sizeof(Bits) - 1)));
}
FACELEX_INLINE bool any(Mask mask) {
  Bits set = 0;
  for (int i = 0; i < width; ++i) set |= mask[i];
  return set != 0;
}
FACELEX_INLINE int count(Mask mask) {
  int set = 0;
  for (int i = 0; i < width; ++i) set += mask[i] != 0;
  return set;
}
/// A bit for each lane of a comparison.
template <class Lanes>
FACELEX_INLINE unsigned bits_of(Lanes mask) {
#ifdef __AVX512DQ__
  if constexpr (is_double && sizeof(Lanes) == 64)
    return _mm512_movepi64_mask(reinterpret_cast<__m512i>(mask));
  else
#endif
#ifdef __AVX2__
      if constexpr (is_double && sizeof(Lanes) == 32)
    return static_cast<unsigned>(_mm256_movemask_pd(reinterpret_cast<__m256d>(mask)));
  else
#endif
  {
    unsigned bits = 0;
    for (int i = 0; i < width; ++i) bits |= static_cast<unsigned>(mask[i] & 1) << i;
    return bits;
  }
}

typedef Number Lanes2 __attribute__((vector_size(2 * sizeof(Number))));
/// ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)) for eight lanes, and so on: few steps one after another.
FACELEX_INLINE Number sum(Lanes2 value) {
  return value[0] + value[1];
}
/// The largest of the lanes.
FACELEX_INLINE Number highest(Lanes2 value) {
  return value[0] > value[1] ? value[0] : value[1];
}
#if FACELEX_LANES >= 4
typedef Number Lanes4 __attribute__((vector_size(4 * sizeof(Number))));
FACELEX_INLINE Number sum(Lanes4 value) {
  return sum(__builtin_shufflevector(value, value, 0, 1) + __builtin_shufflevector(value, value, 2, 3));
}
FACELEX_INLINE Number highest(Lanes4 value) {
  return highest(
      largest(__builtin_shufflevector(value, value, 0, 1), __builtin_shufflevector(value, value, 2, 3)));
}
#endif
#if FACELEX_LANES >= 8
typedef Number Lanes8 __attribute__((vector_size(8 * sizeof(Number))));
FACELEX_INLINE Number sum(Lanes8 value) {
  return sum(__builtin_shufflevector(value, value, 0, 1, 2, 3) +
             __builtin_shufflevector(value, value, 4, 5, 6, 7));
}
FACELEX_INLINE Number highest(Lanes8 value) {
  return highest(largest(__builtin_shufflevector(value, value, 0, 1, 2, 3),
                         __builtin_shufflevector(value, value, 4, 5, 6, 7)));
}
#endif
#if FACELEX_LANES >= 16
typedef Number Lanes16 __attribute__((vector_size(16 * sizeof(Number))));
FACELEX_INLINE Number sum(Lanes16 value) {
  return sum(__builtin_shufflevector(value, value, 0, 1, 2, 3, 4, 5, 6, 7) +
             __builtin_shufflevector(value, value, 8, 9, 10, 11, 12, 13, 14, 15));
}
FACELEX_INLINE Number highest(Lanes16 value) {
  return highest(largest(__builtin_shufflevector(value, value, 0, 1, 2, 3, 4, 5, 6, 7),
                         __builtin_shufflevector(value, value, 8, 9, 10, 11, 12, 13, 14, 15)));
}
#endif

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
