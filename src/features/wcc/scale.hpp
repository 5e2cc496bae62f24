#pragma once

#include <cstddef>

namespace facelex {

/// Reciprocal lengths of the deviations of windows of signals; NaN for one that does not change: whose range
/// is below 1e-12 of its largest modulus. False when squares are so large or small that values of one window
/// would have left the range of a double.
bool wcc_scales(const double* squares, const double* low, const double* high, std::ptrdiff_t count,
                double* scale);

}  // namespace facelex
