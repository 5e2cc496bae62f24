#pragma once

#include <Eigen/Core>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/core/work.hpp"
#include "facelex/features/wcc/options.hpp"

namespace facelex {

/// Windowed cross-correlation of every signal of one matrix with every signal of another, summed up over
/// windows. Each P×Q; NaN where no window had a value.
struct WindowedCorrelation {
  RowMatrix mean;     ///< over windows of the window's correlation (Fisher z with mean_z)
  RowMatrix sd;       ///< its sample standard deviation; NaN below two windows
  RowMatrix lag;      ///< mean over windows of the lag of the correlation chosen (of largest modulus), frames
  RowMatrix windows;  ///< number of windows that have a value
  Eigen::Index laid = 0;  ///< windows laid
};

/// Windowed cross-correlation (paper 000, IV-B; definitions in docs/methods.md) of evenly sampled signals:
/// x T×P and y T×Q of the same frames, NaN where a value is missing.
///
/// Window w lies at frame before + w·step. At each shift, Pearson's r of the pairs of values of x's and y's
/// window that are both there; with WccMoving::within instead the sum of the products of z-values that
/// overlap at the lag, divided by the window's length, where each window is standardised once with its own
/// mean and population SD (and missing pairs stand for the mean of those that overlap). A correlation is
/// missing when fewer than three pairs, or less than the share `valid` of them, are there, and when one of
/// the signals does not change: its range is below 1e-12 of its largest modulus. Of the shifts of a window
/// that have a value over_lags chooses; ties go to the first of `shifts`, up to rounding; of equal moduli
/// with both signs at one lag the positive may be taken.
///
/// Cost: products of all pairs over the window's length and one shift's few operations for each lag and
/// shift (docs/methods.md), for windows without missing values; with them a matrix product for each shift.
///
/// `partner`: for each window the number of the window of y that it is compared with, a surrogate; empty: the
/// same. Float64; the same bytes whatever the number of threads. Throws Error (data) when x and y have
/// unequal numbers of frames, Error (interrupted).
WindowedCorrelation windowed_correlation(const RowMatrix& x, const RowMatrix& y, const WccFrames& frames,
                                         const Work& work = {},
                                         const std::vector<Eigen::Index>& partner = {});

/// All ordered pairs of the signals of one matrix, the same as windowed_correlation(x, x, …), but faster
/// where exchanging both signals changes the sign of the lag alone.
WindowedCorrelation windowed_correlation(const RowMatrix& x, const WccFrames& frames, const Work& work = {});

}  // namespace facelex
