#pragma once

// Windows that overlap by whole blocks, for vectors of FACELEX_LANES doubles (kernels_body.hpp).

#include "kernels.hpp"
#include "products.hpp"
#include "simd/vector.hpp"

namespace facelex {
namespace {

void split_still(const double* values, std::ptrdiff_t rows, std::ptrdiff_t stride, const WccSplit& to) {
  for (std::ptrdiff_t k = 0; 2 * k < rows; ++k)
    for (std::ptrdiff_t i = 0; i < stride; i += width) {
      const Vector even = load(values + 2 * k * stride + i);
      const Vector odd = 2 * k + 1 < rows ? load(values + (2 * k + 1) * stride + i) : Vector{};
      store(to.shared + k * stride + i, even + odd);
      store(to.first + k * stride + i, even);
      store(to.second + k * stride + i, odd);
    }
}

void split_moving(const double* values, std::ptrdiff_t rows, std::ptrdiff_t stride, const WccSplit& to) {
  for (std::ptrdiff_t k = 0; 2 * k + 1 < rows; ++k) {
    // Behind the last row whatever is finite: a block of an odd number of rows has a 0 there.
    const std::ptrdiff_t next = 2 * k + 2 < rows ? 2 * k + 2 : rows - 1;
    for (std::ptrdiff_t i = 0; i < stride; i += width) {
      const Vector odd = load(values + (2 * k + 1) * stride + i);
      store(to.shared + k * stride + i, odd);
      store(to.first + k * stride + i, load(values + 2 * k * stride + i) - odd);
      store(to.second + k * stride + i, load(values + next * stride + i) - odd);
    }
  }
}

/// V vectors of signals of x, from signal i, with J signals of y, from j.
template <int V, int J>
struct WccBlockTile {
  const WccBlockRun& run;
  const std::ptrdiff_t i, j;
  static constexpr std::ptrdiff_t size = V * J * width;

  FACELEX_INLINE void add(Vector* sums, const double* x, const double* y, std::ptrdiff_t rows) const {
    add_products<V, J>(sums, x + i, run.stride_x, y + j, run.stride_y, rows);
  }

  /// Keeps the new block's products where the oldest block's were, and makes them the window's.
  FACELEX_INLINE void finish(Vector* sums, const WccBlockLag& lag, double* window) const {
    double* const held =
        run.ring + ((i * run.columns + j * V * width) * run.lags + lag.number * size) * run.contrasts;
    double* const oldest = held + run.slot * size;
    FACELEX_UNROLLED for (int k = 0; k < V * J; ++k) {
      const Vector old = load(oldest + k * width);
      store(oldest + k * width, sums[k]);
      sums[k] += old;
    }
    if (!run.choose) return;
    for (std::ptrdiff_t slot = 0; slot < run.contrasts; ++slot) {
      if (slot == run.slot) continue;
      FACELEX_UNROLLED for (int k = 0; k < V * J; ++k) sums[k] += load(held + slot * size + k * width);
    }
    for (std::ptrdiff_t c = 0; c < run.contrasts; ++c) {
      const double* const of_x = lag.contrasts_x + c * run.stride_x + i;
      const double* const of_y = lag.contrasts_y + c * run.stride_y + j;
      for (int k = 0; k < J; ++k) {
        const Vector right = all(of_y[k]);
        for (int v = 0; v < V; ++v) sums[k * V + v] += load(of_x + v * width) * right;
      }
    }
    FACELEX_UNROLLED for (int k = 0; k < V * J; ++k) store(window + k * width, sums[k]);
  }

  FACELEX_INLINE void products(const WccBundle& bundle, const WccBlockProducts& described,
                               double* windows) const {
    Vector sums[V * J] = {};
    if (described.lags == 1) {
      add(sums, described.x[0], described.y[0], run.rows);
      finish(sums, bundle.lags[described.lag[0]], windows + described.lag[0] * size);
      return;
    }
    const std::ptrdiff_t half = (run.rows + 1) / 2;
    alignas(64) double shared[size];
    add(sums, described.x[0], described.y[0], half);
    FACELEX_UNROLLED for (int k = 0; k < V * J; ++k) store(shared + k * width, sums[k]);
    add(sums, described.x[1], described.y[1], half);
    finish(sums, bundle.lags[described.lag[0]], windows + described.lag[0] * size);
    FACELEX_UNROLLED for (int k = 0; k < V * J; ++k) sums[k] = load(shared + k * width);
    add(sums, described.x[2], described.y[2], half);
    finish(sums, bundle.lags[described.lag[1]], windows + described.lag[1] * size);
  }

  template <bool Maximum>
  FACELEX_INLINE void offer(const WccBundle& bundle, const double* windows, const WccChoice& choice) const {
    for (int k = 0; k < J; ++k)
      for (int v = 0; v < V; ++v) {
        const std::ptrdiff_t at = (j + k) * run.stride_x + i + v * width;
        Vector value = load(choice.value + at), lag = load(choice.lag + at),
               held = load(choice.magnitude + at);
        for (std::ptrdiff_t n = 0; n < bundle.lag_count; ++n) {
          const WccBlockLag& block_lag = bundle.lags[n];
          const Vector r = load(windows + n * size + (k * V + v) * width) *
                           (load(block_lag.scale_x + i + v * width) * all(block_lag.scale_y[j + k]));
          const Vector modulus_or_r = Maximum ? r : magnitude(r);
          // NaN, of a signal that does not change, is neither larger nor less than anything.
          const Mask better = modulus_or_r > held;
          value = better ? r : value;
          lag = better ? all(block_lag.lag) : lag;
          held = better ? modulus_or_r : held;
        }
        store(choice.value + at, value);
        store(choice.lag + at, lag);
        store(choice.magnitude + at, held);
      }
  }

  template <bool Maximum>
  FACELEX_INLINE void all_lags(const WccBundle* bundles, std::ptrdiff_t count,
                               const WccChoice& choice) const {
    alignas(64) double windows[wcc_bundle * size];
    for (std::ptrdiff_t b = 0; b < count; ++b) {
      const WccBundle& bundle = bundles[b];
      for (std::ptrdiff_t p = 0; p < bundle.product_count; ++p) products(bundle, bundle.products[p], windows);
      if (run.choose) offer<Maximum>(bundle, windows, choice);
    }
  }
};

/// All pairs; V vectors of x at once, then what is left.
template <bool Maximum, int V = single_vectors>
void choose_blocks_of(std::ptrdiff_t first, const WccBundle* bundles, std::ptrdiff_t count,
                      const WccBlockRun& run, const WccChoice& choice) {
  std::ptrdiff_t next = first;
  for (; next + (V - 1) * width < run.signals_x; next += V * width)
    for (std::ptrdiff_t j = 0; j < run.signals_y; j += single_columns)
      WccBlockTile<V, single_columns>{run, next, j}.template all_lags<Maximum>(bundles, count, choice);
  if constexpr (V > 1) choose_blocks_of<Maximum, V - 1>(next, bundles, count, run, choice);
}

void choose_blocks(const WccBundle* bundles, std::ptrdiff_t count, const WccBlockRun& run,
                   const WccChoice& choice) {
  (run.maximum ? choose_blocks_of<true> : choose_blocks_of<false>)(0, bundles, count, run, choice);
}

}  // namespace
}  // namespace facelex
