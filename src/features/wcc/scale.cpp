#include "scale.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace facelex {

bool wcc_scales(const double* squares, const double* low, const double* high, std::ptrdiff_t count,
                double* scale) {
  bool in_range = true;
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    const double largest = std::max(std::abs(low[i]), std::abs(high[i]));
    const bool changes = high[i] - low[i] > 1e-12 * largest;
    in_range = in_range && (!changes || (squares[i] > 1e-200 && squares[i] < 1e200));
    scale[i] = changes ? 1 / std::sqrt(squares[i]) : std::numeric_limits<double>::quiet_NaN();
  }
  return in_range;
}

}  // namespace facelex
