#pragma once

#include <cstddef>

namespace facelex {

/// Signals of one place of the recording side by side: `stride` numbers in each row, those behind the last
/// signal zeros. Stride is an odd multiple of eight numbers, so that rows do not fall on the same lines of
/// the cache, and no less than the number of signals rounded up to eight and to six.
constexpr std::ptrdiff_t wcc_lanes = 8;
constexpr std::ptrdiff_t wcc_columns = 6;
constexpr std::ptrdiff_t wcc_stride(std::ptrdiff_t signals) {
  const std::ptrdiff_t columns = (signals + wcc_columns - 1) / wcc_columns * wcc_columns;
  return ((columns + wcc_lanes - 1) / wcc_lanes | 1) * wcc_lanes;
}

/// Centred signals of one window (rows × stride) and what makes correlations of their products: of each place
/// of the window (places × stride) the reciprocal length of its deviations from its mean, NaN where the
/// signal does not change, and √W times the mean.
struct WccSide {
  const double *values, *scale, *offset;
  std::ptrdiff_t stride;
};

/// The shifts of one lag: `starts` places of x, `spacing` rows apart, and those of y. All of these windows
/// have `core` rows in common, from row core_x of x and core_y of y.
struct WccLag {
  double lag;
  std::ptrdiff_t core_x, core_y, core, starts, spacing, place_x, place_y;
};

/// For each pair what is chosen: [signal of y × stride of x + signal of x].
struct WccChoice {
  double *value, *lag, *magnitude;
};

/// The kernels of windowed cross-correlation for one kind of processor. What they do for a pair of signals
/// depends on these two alone, to the last bit, and exchanging them changes nothing; another kind of
/// processor may round otherwise.
struct WccKernels {
  const char* name;

  /// Takes off each signal's mean over `core` rows from core_first, and scales by the power of two next to 1
  /// over its range. raw, values: rows × stride.
  void (*center)(const double* raw, std::ptrdiff_t rows, std::ptrdiff_t core_first, std::ptrdiff_t core,
                 std::ptrdiff_t stride, double* values);
  /// Of each signal over the `window` rows from row 0, 1 … last, last < window: mean and sum of squared
  /// deviations of values, and range over largest modulus of raw. Each (last + 1) × stride; change has room
  /// for twice that.
  void (*moments)(const double* raw, const double* values, std::ptrdiff_t window, std::ptrdiff_t last,
                  std::ptrdiff_t stride, double* mean, double* squares, double* change);
  /// Improves the choice of all pairs by all lags, in their order: larger moduli (or with `maximum`: larger
  /// values) replace what is held. scratch: most starts × 8 × 64 bytes, aligned to 64 bytes as all arrays.
  void (*choose)(const WccSide& x, std::ptrdiff_t signals_x, const WccSide& y, std::ptrdiff_t signals_y,
                 const WccLag* lags, std::ptrdiff_t count, bool maximum, const WccChoice& choice,
                 double* scratch);
};

extern const WccKernels wcc_kernels_portable, wcc_kernels_avx2, wcc_kernels_avx512;

/// The fastest that this processor can run.
const WccKernels& wcc_kernels();
/// "avx512", "avx2" or "portable"; nullptr when this processor or this build lacks it.
const WccKernels* wcc_kernels(const char* name);

}  // namespace facelex
