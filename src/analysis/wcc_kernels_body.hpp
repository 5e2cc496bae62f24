#pragma once

// The kernels of windowed cross-correlation, for vectors of FACELEX_LANES doubles: included by one source for
// each kind of processor. Everything has internal linkage and uses nothing of the standard library's inline
// functions: code of a newer processor must not find its way into functions that other sources share.

#include "wcc_kernels.hpp"

#if FACELEX_LANES == 8
#include <immintrin.h>
#endif

namespace facelex {
namespace {

constexpr int width = FACELEX_LANES;
typedef double Lanes __attribute__((vector_size(width * sizeof(double)), may_alias));
typedef long long LaneBits __attribute__((vector_size(width * sizeof(double)), may_alias));

#define FACELEX_INLINE __attribute__((always_inline)) inline

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

void center(const double* raw, std::ptrdiff_t rows, std::ptrdiff_t core_first, std::ptrdiff_t core,
            std::ptrdiff_t stride, double* values) {
  for (std::ptrdiff_t i = 0; i < stride; i += width) {
    Lanes low = lanes_at(raw + i), high = low, sum = {};
    for (std::ptrdiff_t t = 0; t < rows; ++t) {
      const Lanes value = lanes_at(raw + t * stride + i);
      low = lesser_of(value, low);
      high = greater_of(value, high);
    }
    for (std::ptrdiff_t t = core_first; t < core_first + core; ++t) sum += lanes_at(raw + t * stride + i);
    const Lanes mean = sum / static_cast<double>(core);
    const Lanes range = high - low;
    // The exponent of 1 over the range: scaling does not round.
    const Lanes power = reinterpret_cast<Lanes>(reinterpret_cast<LaneBits>(1 / range) & 0x7ff0000000000000LL);
    const Lanes scale = range > 0 ? power : every(1);
    sum = Lanes{};
    for (std::ptrdiff_t t = 0; t < rows; ++t) {
      const Lanes value = (lanes_at(raw + t * stride + i) - mean) * scale;
      put(values + t * stride + i, value);
      if (t >= core_first && t < core_first + core) sum += value;
    }
    // What rounding left of the mean.
    const Lanes rest = sum / static_cast<double>(core);
    for (std::ptrdiff_t t = 0; t < rows; ++t)
      put(values + t * stride + i, lanes_at(values + t * stride + i) - rest);
  }
}

/// The best of values, one after another; those that are NaN are passed over.
template <bool Maximum>
struct Best {
  Lanes high, low;  ///< the largest and, where moduli count and no instruction compares them, the least

  FACELEX_INLINE void clear() {
#if FACELEX_LANES == 8
    if (!Maximum) {
      high = every(__builtin_nan(""));
      return;
    }
#endif
    high = every(-__builtin_inf());
    low = every(__builtin_inf());
  }
  FACELEX_INLINE void offer(Lanes r) {
#if FACELEX_LANES == 8
    if (!Maximum) {
      // The larger modulus with its sign; of equal ones the positive; the other one of NaN.
      high = _mm512_range_pd(r, high, 7);
      return;
    }
#endif
    high = greater_of(r, high);
    if (!Maximum) low = lesser_of(r, low);
  }
  FACELEX_INLINE Lanes value() const {
#if FACELEX_LANES == 8
    return high;
#else
    if (Maximum) return high;
    return high >= -low ? high : low;
#endif
  }
};

/// What the rows of a window add up to.
struct RowSums {
  Lanes low, high, sum, squares;
  FACELEX_INLINE void add(const double* raw, const double* values) {
    const Lanes value = lanes_at(raw), centered = lanes_at(values);
    low = lesser_of(value, low);
    high = greater_of(value, high);
    sum += centered;
    squares += centered * centered;
  }
};

void moments(const double* raw, const double* values, std::ptrdiff_t window, std::ptrdiff_t last,
             std::ptrdiff_t stride, double* mean, double* squares, double* change) {
  const auto rows = static_cast<double>(window);
  for (std::ptrdiff_t i = 0; i < stride; i += width) {
    const auto first = lanes_at(raw + last * stride + i);
    RowSums core{first, first, {}, {}};
    for (std::ptrdiff_t t = last; t < window; ++t) core.add(raw + t * stride + i, values + t * stride + i);
    // Rows before the core, which wait where the result of their window will be; then those behind it.
    RowSums before{first, first, {}, {}};
    for (std::ptrdiff_t t = last; t >= 0; --t) {
      const std::ptrdiff_t at = t * stride + i;
      if (t < last) before.add(raw + at, values + at);
      put(mean + at, before.sum);
      put(squares + at, before.squares);
      put(change + at, before.high);
      put(change + (last + 1) * stride + at, before.low);
    }
    for (std::ptrdiff_t t = 0; t <= last; ++t) {
      const std::ptrdiff_t at = t * stride + i;
      if (t > 0) core.add(raw + at + (window - 1) * stride, values + at + (window - 1) * stride);
      const Lanes center = (core.sum + lanes_at(mean + at)) / rows;
      const Lanes low = lesser_of(core.low, lanes_at(change + (last + 1) * stride + at));
      const Lanes high = greater_of(core.high, lanes_at(change + at));
      const Lanes largest = greater_of(modulus(low), modulus(high));
      put(mean + at, center);
      put(squares + at, core.squares + lanes_at(squares + at) - rows * center * center);
      put(change + at, largest > 0 ? (high - low) / largest : Lanes{});
    }
  }
}

/// V vectors of signals of x with J signals of y.
template <int V, int J>
struct WccTile {
  const WccSide &x, &y;
  const std::ptrdiff_t i, j;

  /// Products of row_x, row_x + 1, … of x with row_y, row_y + 1, … of y.
  FACELEX_INLINE void add(Lanes* sums, std::ptrdiff_t row_x, std::ptrdiff_t row_y,
                          std::ptrdiff_t rows) const {
    const double* of_x = x.values + row_x * x.stride + i;
    const double* of_y = y.values + row_y * y.stride + j;
    for (std::ptrdiff_t t = 0; t < rows; ++t, of_x += x.stride, of_y += y.stride) {
      Lanes left[V];
      for (int v = 0; v < V; ++v) {
        left[v] = lanes_at(of_x + v * width);
        in_register(left[v]);
      }
      for (int k = 0; k < J; ++k) {
        const Lanes right = every(of_y[k]);
        for (int v = 0; v < V; ++v) sums[k * V + v] += left[v] * right;
      }
    }
  }

  /// The sums of products of one shift as correlations. NaN, of a signal that does not change, is neither
  /// larger nor less than anything.
  template <bool Maximum>
  FACELEX_INLINE void offer(const Lanes* sums, std::ptrdiff_t place_x, std::ptrdiff_t place_y,
                            Best<Maximum>* found) const {
    const double *scale_x = x.scale + place_x * x.stride + i, *offset_x = x.offset + place_x * x.stride + i;
    const double *scale_y = y.scale + place_y * y.stride + j, *offset_y = y.offset + place_y * y.stride + j;
    for (int k = 0; k < J; ++k) {
      const Lanes scale = every(scale_y[k]), offset = every(offset_y[k]);
      for (int v = 0; v < V; ++v) {
        const Lanes r = (sums[k * V + v] - lanes_at(offset_x + v * width) * offset) *
                        (lanes_at(scale_x + v * width) * scale);
        found[k * V + v].offer(r);
      }
    }
  }

  template <bool Maximum, bool Several>
  FACELEX_INLINE void shifts_of(const WccLag& lag, double* scratch, Best<Maximum>* found) const {
    Lanes sums[V * J] = {};
    add(sums, lag.core_x, lag.core_y, lag.core);
    if (Several && lag.starts > 1) {
      // Rows before the core, from the last place but one to the first, which has all.
      constexpr std::ptrdiff_t size = V * J * width;
      const std::ptrdiff_t last = lag.starts - 1;
      Lanes before[V * J] = {};
      for (std::ptrdiff_t start = last - 1, row = -lag.spacing; start >= 0; --start, row -= lag.spacing) {
        add(before, lag.core_x + row, lag.core_y + row, lag.spacing);
        for (int k = 0; k < V * J; ++k) put(scratch + start * size + k * width, before[k]);
      }
      std::ptrdiff_t row = lag.core;
      for (std::ptrdiff_t start = 0; start < last; ++start, row += lag.spacing) {
        for (int k = 0; k < V * J; ++k) before[k] = sums[k] + lanes_at(scratch + start * size + k * width);
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
      for (int k = 0; k < V * J; ++k) found[k].clear();
      shifts_of<Maximum, Several>(lags[number], scratch, found);
      for (int k = 0; k < J; ++k)
        for (int v = 0; v < V; ++v) {
          const std::ptrdiff_t at = (j + k) * x.stride + i + v * width;
          const Lanes best = found[k * V + v].value();
          const Lanes size = Maximum ? best : modulus(best);
          const Lanes held = lanes_at(choice.magnitude + at);
          const LaneBits better = size > held;
          put(choice.value + at, better ? best : lanes_at(choice.value + at));
          put(choice.lag + at, better ? every(lags[number].lag) : lanes_at(choice.lag + at));
          put(choice.magnitude + at, better ? size : held);
        }
    }
  }
};

#if FACELEX_REGISTERS >= 32
constexpr int single_vectors = 4, single_columns = 6, several_vectors = 4, several_columns = 2;
#else
constexpr int single_vectors = 3, single_columns = 3, several_vectors = 2, several_columns = 2;
#endif
static_assert(wcc_columns % single_columns == 0 && wcc_columns % several_columns == 0);

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
