#include "facelex/features/summary/signal_peaks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "facelex/features/summary/signal_activity.hpp"

namespace facelex {
namespace {

using Eigen::Index;

/// ψ at 0, 1 … ⌊4a⌋ frames, divided by the sum of all positive values on both sides.
Eigen::VectorXd half_wavelet(double width) {
  const auto reach = std::max<Index>(1, static_cast<Index>(std::floor(4 * width + 1e-9)));
  Eigen::VectorXd wavelet(reach + 1);
  double positive = 0;
  for (Index k = 0; k <= reach; ++k) {
    const double u = static_cast<double>(k) / width;
    wavelet[k] = (1 - u * u) * std::exp(-u * u / 2);
    positive += (k == 0 ? 1 : 2) * std::max(wavelet[k], 0.0);
  }
  return wavelet / positive;
}

}  // namespace

Eigen::VectorXd scale_response(const Eigen::Ref<const Eigen::VectorXd>& signal, double fps, double scale) {
  Eigen::VectorXd response =
      Eigen::VectorXd::Constant(signal.size(), std::numeric_limits<double>::quiet_NaN());
  const Eigen::VectorXd wavelet = half_wavelet(scale * fps / 4);
  const Index reach = wavelet.size() - 1;
  for (const auto& [first, last] : stretches(signal)) {
    const Index length = last - first;
    if (length < 3 || static_cast<double>(length) < scale * fps - 1e-9) continue;
    Eigen::VectorXd wide(length + 2 * reach);  // …  x1 x0 | x0 x1 x2 …
    for (Index t = 0; t < wide.size(); ++t) {
      Index from = ((t - reach) % (2 * length) + 2 * length) % (2 * length);
      if (from >= length) from = 2 * length - 1 - from;
      wide[t] = signal[first + from];
    }
    for (Index t = 0; t < length; ++t) {
      const Index middle = t + reach;
      double sum = 0;
      for (Index k = 1; k <= reach; ++k)
        sum += wavelet[k] * ((wide[middle + k] - wide[middle]) + (wide[middle - k] - wide[middle]));
      response[first + t] = sum;
    }
  }
  return response;
}

std::vector<Index> response_peaks(const Eigen::Ref<const Eigen::VectorXd>& response, double min_height,
                                  double size) {
  const double floor = std::max(min_height, 1e-12 * size);
  std::vector<Index> peaks;
  for (const auto& [first, last] : stretches(response))
    for (Index t = first + 1; t + 1 < last; ++t) {
      if (!(response[t] > floor && response[t] > response[t - 1])) continue;
      Index after = t + 1;
      while (after < last && response[after] == response[t]) ++after;
      if (after < last && response[after] < response[t]) peaks.push_back(t);
      t = after - 1;
    }
  return peaks;
}

}  // namespace facelex
