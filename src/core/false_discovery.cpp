#include "facelex/core/false_discovery.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace facelex {

std::vector<double> benjamini_hochberg(const std::vector<double>& p) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p.size(); ++i)
    if (!std::isnan(p[i])) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> q(p.size(), std::numeric_limits<double>::quiet_NaN());
  double smallest = 1;
  for (std::size_t rank = order.size(); rank > 0; --rank) {
    smallest = std::min(smallest,
                        p[order[rank - 1]] * static_cast<double>(order.size()) / static_cast<double>(rank));
    q[order[rank - 1]] = smallest;
  }
  return q;
}

}  // namespace facelex
