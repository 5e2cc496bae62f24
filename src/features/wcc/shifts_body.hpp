#pragma once

// All shifts of one window, for vectors of FACELEX_LANES doubles (kernels_body.hpp).

#include "kernels.hpp"
#include "products.hpp"
#include "simd/vector.hpp"

namespace facelex {
namespace {

/// The best of values, one after another; those that are NaN are passed over.
template <bool Maximum>
struct Best {
  Vector high, low;  ///< the largest and, where moduli count and no instruction compares them, the least

  FACELEX_INLINE void clear() {
#if FACELEX_LANES == 8
    if (!Maximum) {
      high = all(__builtin_nan(""));
      return;
    }
#endif
    high = all(-__builtin_inf());
    low = all(__builtin_inf());
  }
  FACELEX_INLINE void offer(Vector r) {
#if FACELEX_LANES == 8
    if (!Maximum) {
      // The larger modulus with its sign; of equal ones the positive; the other one of NaN.
      high = _mm512_range_pd(r, high, 7);
      return;
    }
#endif
    high = larger(r, high);
    if (!Maximum) low = smaller(r, low);
  }
  FACELEX_INLINE Vector value() const {
#if FACELEX_LANES == 8
    return high;
#else
    if (Maximum) return high;
    // Where all were NaN nothing was offered, and −∞ would have the largest modulus of all.
    const Vector best = high >= -low ? high : low;
    return high >= low ? best : all(__builtin_nan(""));
#endif
  }
};

/// V vectors of signals of x with J signals of y.
template <int V, int J>
struct WccTile {
  const WccSide &x, &y;
  const std::ptrdiff_t i, j;

  /// Products of row_x, row_x + 1, … of x with row_y, row_y + 1, … of y.
  FACELEX_INLINE void add(Vector* sums, std::ptrdiff_t row_x, std::ptrdiff_t row_y,
                          std::ptrdiff_t rows) const {
    add_products<V, J>(sums, x.values + row_x * x.stride + i, x.stride, y.values + row_y * y.stride + j,
                       y.stride, rows);
  }

  /// The sums of products of one shift as correlations. NaN, of a signal that does not change, is neither
  /// larger nor less than anything.
  template <bool Maximum>
  FACELEX_INLINE void offer(const Vector* sums, std::ptrdiff_t place_x, std::ptrdiff_t place_y,
                            Best<Maximum>* found) const {
    const double *scale_x = x.scale + place_x * x.stride + i, *offset_x = x.offset + place_x * x.stride + i;
    const double *scale_y = y.scale + place_y * y.stride + j, *offset_y = y.offset + place_y * y.stride + j;
    for (int k = 0; k < J; ++k) {
      const Vector scale = all(scale_y[k]), offset = all(offset_y[k]);
      for (int v = 0; v < V; ++v) {
        const Vector r =
            (sums[k * V + v] - load(offset_x + v * width) * offset) * (load(scale_x + v * width) * scale);
        found[k * V + v].offer(r);
      }
    }
  }

  template <bool Maximum, bool Several>
  FACELEX_INLINE void shifts_of(const WccLag& lag, double* scratch, Best<Maximum>* found) const {
    Vector sums[V * J] = {};
    add(sums, lag.core_x, lag.core_y, lag.core);
    if (Several && lag.starts > 1) {
      // Rows before the core, from the last place but one to the first, which has all.
      constexpr std::ptrdiff_t size = V * J * width;
      const std::ptrdiff_t last = lag.starts - 1;
      Vector before[V * J] = {};
      for (std::ptrdiff_t start = last - 1, row = -lag.spacing; start >= 0; --start, row -= lag.spacing) {
        add(before, lag.core_x + row, lag.core_y + row, lag.spacing);
        FACELEX_UNROLLED for (int k = 0; k < V * J; ++k) store(scratch + start * size + k * width, before[k]);
      }
      std::ptrdiff_t row = lag.core;
      for (std::ptrdiff_t start = 0; start < last; ++start, row += lag.spacing) {
        FACELEX_UNROLLED for (int k = 0; k < V * J; ++k) before[k] =
            sums[k] + load(scratch + start * size + k * width);
        offer<Maximum>(before, lag.place_x + start, lag.place_y + start, found);
        add(sums, lag.core_x + row, lag.core_y + row, lag.spacing);
      }
    }
    offer<Maximum>(sums, lag.place_x + lag.starts - 1, lag.place_y + lag.starts - 1, found);
  }

  template <bool Maximum, bool Several>
  FACELEX_INLINE void run(const WccLag* lags, std::ptrdiff_t count, const WccChoice& choice,
                          double* scratch) const {
    for (std::ptrdiff_t number = 0; number < count; ++number) {
      Best<Maximum> found[V * J];
      FACELEX_UNROLLED for (int k = 0; k < V * J; ++k) found[k].clear();
      shifts_of<Maximum, Several>(lags[number], scratch, found);
      for (int k = 0; k < J; ++k)
        for (int v = 0; v < V; ++v)
          offer_lag<Maximum>(found[k * V + v].value(), lags[number].lag, choice,
                             (j + k) * x.stride + i + v * width);
    }
  }
};

/// All pairs; V vectors of x at once, then what is left.
template <bool Maximum, bool Several, int V = Several ? several_vectors : single_vectors>
void choose_of(const WccSide& x, std::ptrdiff_t first, std::ptrdiff_t signals_x, const WccSide& y,
               std::ptrdiff_t signals_y, const WccLag* lags, std::ptrdiff_t count, const WccChoice& choice,
               double* scratch) {
  constexpr int columns = Several ? several_columns : single_columns;
  std::ptrdiff_t next = first;
  for (; next + (V - 1) * width < signals_x; next += V * width)
    for (std::ptrdiff_t j = 0; j < signals_y; j += columns)
      WccTile<V, columns>{x, y, next, j}.template run<Maximum, Several>(lags, count, choice, scratch);
  if constexpr (V > 1)
    choose_of<Maximum, Several, V - 1>(x, next, signals_x, y, signals_y, lags, count, choice, scratch);
}

void choose(const WccSide& x, std::ptrdiff_t signals_x, const WccSide& y, std::ptrdiff_t signals_y,
            const WccLag* lags, std::ptrdiff_t count, bool maximum, const WccChoice& choice,
            double* scratch) {
  bool several = false;
  for (std::ptrdiff_t k = 0; k < count; ++k) several = several || lags[k].starts > 1;
  const auto run = maximum ? (several ? choose_of<true, true> : choose_of<true, false>)
                           : (several ? choose_of<false, true> : choose_of<false, false>);
  run(x, 0, signals_x, y, signals_y, lags, count, choice, scratch);
}

}  // namespace
}  // namespace facelex
