#pragma once

#include <cstddef>

namespace facelex {

/// Signals of one place of the recording side by side: `stride` numbers in each row, those after the last
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

/// Of signals in one window, or in the windows from row 0, 1 … on. Where several are asked for: a row of
/// `stride` numbers for each.
struct WccMoments {
  double *mean, *squares;  ///< of values: mean and sum of squared deviations from it
  double *low, *high;      ///< of the signals as they are
};

/// Moments of one block of rows, each for `stride` signals. The signals' mean is center + (rest + mean): what
/// was taken off them, what rounding left of that, and the mean of the values that came out.
struct WccBlock {
  const double *center, *rest, *mean, *squares, *low, *high;
};

/// Rows of a block in three tables, from which the products of two neighbouring lags come with three
/// quarters of the multiplications (the two-parallel fast FIR algorithm: Winograd 1980; Mou & Duhamel 1987).
/// With e and o the even and the odd rows, x still and y moving, sums over k:
///   shared Σ (xₑ + xₒ)[k] yₒ[k],  first Σ xₑ[k] (yₑ[k] − yₒ[k]),  second Σ xₒ[k] (yₑ[k + 1] − yₒ[k]);
/// Σ x[t] y[t] = shared + first, Σ x[t] y[t + 1] = shared + second. The differences are taken once for each
/// signal, the products for each pair.
struct WccSplit {
  double *shared, *first, *second;  ///< half of the rows, rounded up × stride
};

/// One lag of windows that are made of blocks. Of the window: the reciprocal lengths of the deviations (NaN
/// where a signal does not change) and the contrasts of the blocks' means (contrasts × stride).
struct WccBlockLag {
  double lag;
  std::ptrdiff_t number;  ///< in the ring: 0 … lags − 1
  const double *scale_x, *scale_y, *contrasts_x, *contrasts_y;
};

/// Where the products of one lag or of two neighbouring lags come from. The mean over the block is 0 for one
/// of the two sides.
struct WccBlockProducts {
  std::ptrdiff_t lags;        ///< 1 or 2
  std::ptrdiff_t lag[2];      ///< their numbers in the bundle
  const double *x[3], *y[3];  ///< one lag: [0] rows × stride; two: shared, first and second
};

/// Lags that are offered together, in their order.
constexpr std::ptrdiff_t wcc_bundle = 4;
struct WccBundle {
  WccBlockLag lags[wcc_bundle];
  WccBlockProducts products[wcc_bundle];
  std::ptrdiff_t lag_count, product_count;
};

/// How windows are made of contrasts + 1 blocks of `rows` rows. ring: products of the latest `contrasts`
/// blocks for all pairs and lags, ⌈signals_x⌉ to lanes × columns × lags × contrasts numbers in an order that
/// is the kernel's own; the new block takes `slot`, 0 … contrasts − 1, which must be the oldest one's.
struct WccBlockRun {
  std::ptrdiff_t signals_x, stride_x, signals_y, stride_y, columns, rows, lags, contrasts, slot;
  bool choose, maximum;  ///< choose: false where the window has not all of its blocks yet
  double* ring;
};

/// The kernels of windowed cross-correlation for one kind of processor. What they do for a pair of signals
/// depends on these two alone, to the last bit; another kind of processor may round otherwise.
struct WccKernels {
  const char* name;

  /// Takes off each signal's mean over `core` rows from core_first, and scales by the power of two next to 1
  /// over its range. raw, values: rows × stride.
  void (*center)(const double* raw, std::ptrdiff_t rows, std::ptrdiff_t core_first, std::ptrdiff_t core,
                 std::ptrdiff_t stride, double* values);
  /// The same without scaling; tells the mean in its two parts, each `stride` numbers.
  void (*center_block)(const double* raw, std::ptrdiff_t rows, std::ptrdiff_t core_first, std::ptrdiff_t core,
                       std::ptrdiff_t stride, double* values, double* mean, double* rest);
  /// Of each signal over the `window` rows from row 0, 1 … last, last < window. Each (last + 1) × stride.
  void (*moments)(const double* raw, const double* values, std::ptrdiff_t window, std::ptrdiff_t last,
                  std::ptrdiff_t stride, const WccMoments& moments);
  /// Blocks of `rows` rows, one after another, as one window: all moments but the mean, and its count − 1
  /// contrasts (× stride): the sum over contrasts of the products of x and y is what the blocks' own
  /// co-moments lack of the window's (Chan, Golub & LeVeque 1979). No term of the squares is negative, so
  /// nothing cancels.
  void (*join_blocks)(const WccBlock* blocks, std::ptrdiff_t count, std::ptrdiff_t rows,
                      std::ptrdiff_t stride, double* contrasts, const WccMoments& moments);
  /// Improves the choice of all pairs by all lags, in their order: larger moduli (or with `maximum`: larger
  /// values) replace what is held. scratch: max starts × 8 × 64 bytes, aligned to 64 bytes as all arrays.
  /// Exchanging x and y changes nothing.
  void (*choose)(const WccSide& x, std::ptrdiff_t signals_x, const WccSide& y, std::ptrdiff_t signals_y,
                 const WccLag* lags, std::ptrdiff_t count, bool maximum, const WccChoice& choice,
                 double* scratch);
  /// The same for windows of blocks, when the new block has been added.
  void (*choose_blocks)(const WccBundle* bundles, std::ptrdiff_t count, const WccBlockRun& run,
                        const WccChoice& choice);
  /// The three tables of the side that stays and of the side that moves, from rows × stride values. Behind
  /// the last of an odd number of rows the one that stays has zeros.
  void (*split_still)(const double* values, std::ptrdiff_t rows, std::ptrdiff_t stride, const WccSplit& to);
  void (*split_moving)(const double* values, std::ptrdiff_t rows, std::ptrdiff_t stride, const WccSplit& to);
};

extern const WccKernels wcc_kernels_portable, wcc_kernels_avx2, wcc_kernels_avx512;

/// Those of chosen_kernel_kind() (simd/kernel_choice.hpp).
const WccKernels& wcc_kernels();
/// "avx512", "avx2" or "portable"; nullptr when this processor or this build lacks it.
const WccKernels* wcc_kernels(const char* name);

}  // namespace facelex
