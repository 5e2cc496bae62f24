#pragma once

#include <vector>

namespace facelex {

/// The p-quantile, 0 ≤ p ≤ 1, by linear interpolation (NumPy's default) of values without NaN; NaN when there
/// are none.
double quantile_of(std::vector<double> values, double p);
/// The same of values in ascending order.
double quantile_of_sorted(const std::vector<double>& values, double p);

}  // namespace facelex
