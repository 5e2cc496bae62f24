#include "facelex/core/quantiles.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace facelex {

double quantile_of(std::vector<double> values, double p) {
  std::sort(values.begin(), values.end());
  return quantile_of_sorted(values, p);
}

double quantile_of_sorted(const std::vector<double>& values, double p) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double place = p * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double share = place - static_cast<double>(below);
  return below + 1 < values.size() ? values[below] + share * (values[below + 1] - values[below])
                                   : values.back();
}

}  // namespace facelex
