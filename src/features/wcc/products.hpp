#pragma once

// What the ways of windowed cross-correlation share, for vectors of FACELEX_LANES doubles
// (kernels_body.hpp).

#include "kernels.hpp"
#include "simd/vector.hpp"

namespace facelex {
namespace {

// Vectors of x and signals of y whose sums fit into the registers.
#if FACELEX_REGISTERS >= 32
constexpr int single_vectors = 4, single_columns = 6, several_vectors = 4, several_columns = 2;
#else
constexpr int single_vectors = 3, single_columns = 3, several_vectors = 2, several_columns = 2;
#endif
static_assert(wcc_columns % single_columns == 0 && wcc_columns % several_columns == 0);

/// Adds the products of V vectors of signals of x with J signals of y over these rows: sums[k · V + v].
template <int V, int J>
FACELEX_INLINE void add_products(Vector* sums, const double* x, std::ptrdiff_t stride_x, const double* y,
                                 std::ptrdiff_t stride_y, std::ptrdiff_t rows) {
  for (std::ptrdiff_t t = 0; t < rows; ++t, x += stride_x, y += stride_y) {
    Vector left[V];
    for (int v = 0; v < V; ++v) {
      left[v] = load(x + v * width);
      in_register(left[v]);
    }
    for (int k = 0; k < J; ++k) {
      const Vector right = all(y[k]);
      for (int v = 0; v < V; ++v) sums[k * V + v] += left[v] * right;
    }
  }
}

/// Improves the choice at `at` by r of a lag. NaN, of a signal that does not change, is neither larger nor
/// less than anything.
template <bool Maximum>
FACELEX_INLINE void offer_lag(Vector r, double lag, const WccChoice& choice, std::ptrdiff_t at) {
  const Vector size = Maximum ? r : magnitude(r);
  const Vector held = load(choice.magnitude + at);
  const Mask better = size > held;
  store(choice.value + at, better ? r : load(choice.value + at));
  store(choice.lag + at, better ? all(lag) : load(choice.lag + at));
  store(choice.magnitude + at, better ? size : held);
}

}  // namespace
}  // namespace facelex
