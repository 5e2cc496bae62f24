#pragma once

// Windows that overlap by whole blocks, for vectors of FACELEX_LANES doubles (wcc_kernels_body.hpp).

#include "wcc_lanes.hpp"
#include "wcc_products.hpp"

namespace facelex {
namespace {

/// V vectors of signals of x, from signal i, with J signals of y, from j.
template <int V, int J>
struct WccBlockTile {
  const WccBlockRun& run;
  const std::ptrdiff_t i, j;
  static constexpr std::ptrdiff_t size = V * J * width;

  /// Adds what the older blocks of the window hold of this lag, and leaves the new block's where the oldest
  /// was.
  FACELEX_INLINE void exchange(Lanes* sums, double* held) const {
    double* const oldest = held + run.slot * size;
    for (int k = 0; k < V * J; ++k) {
      const Lanes old = lanes_at(oldest + k * width);
      put(oldest + k * width, sums[k]);
      sums[k] += old;
    }
    for (std::ptrdiff_t slot = 0; slot < run.contrasts; ++slot) {
      if (slot == run.slot) continue;
      for (int k = 0; k < V * J; ++k) sums[k] += lanes_at(held + slot * size + k * width);
    }
  }

  FACELEX_INLINE void add_contrasts(Lanes* sums, const WccBlockLag& lag) const {
    for (std::ptrdiff_t c = 0; c < run.contrasts; ++c) {
      const double *of_x = lag.contrasts_x + c * run.stride_x + i,
                   *of_y = lag.contrasts_y + c * run.stride_y + j;
      for (int k = 0; k < J; ++k) {
        const Lanes right = every(of_y[k]);
        for (int v = 0; v < V; ++v) sums[k * V + v] += lanes_at(of_x + v * width) * right;
      }
    }
  }

  template <bool Maximum>
  FACELEX_INLINE void offer(const Lanes* sums, const WccBlockLag& lag, const WccChoice& choice) const {
    for (int k = 0; k < J; ++k) {
      const Lanes scale = every(lag.scale_y[j + k]);
      for (int v = 0; v < V; ++v)
        offer_lag<Maximum>(sums[k * V + v] * (lanes_at(lag.scale_x + i + v * width) * scale), lag.lag, choice,
                           (j + k) * run.stride_x + i + v * width);
    }
  }

  template <bool Maximum>
  FACELEX_INLINE void all_lags(const WccBlockLag* lags, std::ptrdiff_t count, const WccChoice& choice) const {
    double* const ring = run.ring + (i * run.columns + j * V * width) * run.lags * run.contrasts;
    for (std::ptrdiff_t n = 0; n < count; ++n) {
      const WccBlockLag& lag = lags[n];
      double* const held = ring + lag.number * run.contrasts * size;
      Lanes sums[V * J] = {};
      add_products<V, J>(sums, lag.x + i, run.stride_x, lag.y + j, run.stride_y, run.rows);
      if (run.choose) {
        exchange(sums, held);
        add_contrasts(sums, lag);
        offer<Maximum>(sums, lag, choice);
      } else {
        for (int k = 0; k < V * J; ++k) put(held + run.slot * size + k * width, sums[k]);
      }
    }
  }
};

/// All pairs; V vectors of x at once, then what is left.
template <bool Maximum, int V = single_vectors>
void choose_blocks_of(std::ptrdiff_t first, const WccBlockLag* lags, std::ptrdiff_t count,
                      const WccBlockRun& run, const WccChoice& choice) {
  std::ptrdiff_t next = first;
  for (; next + (V - 1) * width < run.signals_x; next += V * width)
    for (std::ptrdiff_t j = 0; j < run.signals_y; j += single_columns)
      WccBlockTile<V, single_columns>{run, next, j}.template all_lags<Maximum>(lags, count, choice);
  if constexpr (V > 1) choose_blocks_of<Maximum, V - 1>(next, lags, count, run, choice);
}

void choose_blocks(const WccBlockLag* lags, std::ptrdiff_t count, const WccBlockRun& run,
                   const WccChoice& choice) {
  (run.maximum ? choose_blocks_of<true> : choose_blocks_of<false>)(0, lags, count, run, choice);
}

}  // namespace
}  // namespace facelex
