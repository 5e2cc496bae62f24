#pragma once

#include <vector>

namespace facelex {

/// The p-quantile, 0 ≤ p ≤ 1, by linear interpolation (NumPy's default) of values without NaN; NaN when there
/// are none.
double quantile_of(std::vector<double> values, double p);

}  // namespace facelex
