#include "facelex/analysis/windowed_correlation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "wcc_window.hpp"

namespace facelex {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// Mean and spread of windows' values, and their mean lag; parts are added in order.
struct WindowMoments {
  MatrixXd count, mean, squares, lag;  // squares: Σ (value − mean)²; lag: Σ

  WindowMoments(Index p, Index q)
      : count(MatrixXd::Zero(p, q)),
        mean(MatrixXd::Zero(p, q)),
        squares(MatrixXd::Zero(p, q)),
        lag(MatrixXd::Zero(p, q)) {}

  void add(const WccWindow& window, const WccFrames& frames) {
    const bool bounded = frames.over_lags != WccOverLags::mean_z && frames.moving != WccMoving::within;
    for (Index k = 0; k < mean.size(); ++k) {
      double value = window.value().data()[k];
      if (value == WccWindow::missing || (frames.leave_out_zeros && value == 0)) continue;
      if (bounded) value = std::clamp(value, -1.0, 1.0);
      const double n = ++count.data()[k];
      const double step = value - mean.data()[k];
      mean.data()[k] += step / n;
      squares.data()[k] += step * (value - mean.data()[k]);
      lag.data()[k] += window.lag().data()[k];
    }
  }

  /// Chan, Golub & LeVeque 1979.
  void add(const WindowMoments& part) {
    for (Index k = 0; k < mean.size(); ++k) {
      const double n = part.count.data()[k];
      if (n == 0) continue;
      const double all = count.data()[k] + n;
      const double step = part.mean.data()[k] - mean.data()[k];
      squares.data()[k] += part.squares.data()[k] + step * step * count.data()[k] * n / all;
      mean.data()[k] += step * n / all;
      count.data()[k] = all;
      lag.data()[k] += part.lag.data()[k];
    }
  }

  WindowedCorrelation result() const {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    WindowedCorrelation made;
    made.windows = count;
    made.mean = (count.array() > 0).select(mean, none);
    made.lag = (count.array() > 0).select(lag.array() / count.array().max(1), none);
    made.sd = (count.array() > 1).select((squares.array() / (count.array() - 1).max(1)).sqrt(), none);
    return made;
  }
};

WindowedCorrelation correlate(const WccSignals& x, const WccSignals& y, bool same, const WccFrames& frames,
                              const Work& work, const std::vector<Index>& partner) {
  const Index windows = frames.windows(x.frames());
  constexpr Index block = 16;
  const Index blocks = (windows + block - 1) / block;
  const bool half = same && partner.empty() && frames.mirrored && frames.over_lags != WccOverLags::mean_z;
  WindowMoments sum(x.count(), y.count());
  ThreadPool pool(work.threads);
  // A part for each block, but never more of them at once than threads can use.
  const Index round = 2 * std::max(1, work.threads);
  for (Index first = 0; first < blocks; first += round) {
    const Index count = std::min(round, blocks - first);
    std::vector<WindowMoments> parts(static_cast<std::size_t>(count), WindowMoments(x.count(), y.count()));
    pool.for_each(static_cast<std::size_t>(count), [&](std::size_t part) {
      WccWindow window(x, y, frames, half);
      const Index begin = (first + static_cast<Index>(part)) * block;
      for (Index w = begin; w < std::min(begin + block, windows); ++w) {
        work.check_stop();
        const Index other = partner.empty() ? w : partner[static_cast<std::size_t>(w)];
        window.compute(frames.before + w * frames.step, frames.before + other * frames.step);
        parts[part].add(window, frames);
      }
    });
    for (const WindowMoments& part : parts) sum.add(part);
  }
  WindowedCorrelation made = sum.result();
  made.laid = windows;
  if (same && frames.zero_diagonal)
    for (Index i = 0; i < x.count(); ++i) {
      made.mean(i, i) = 0;
      made.sd(i, i) = 0;
      made.lag(i, i) = 0;
    }
  return made;
}

}  // namespace

WindowedCorrelation windowed_correlation(const RowMatrix& x, const RowMatrix& y, const WccFrames& frames,
                                         const Work& work, const std::vector<Index>& partner) {
  if (x.rows() != y.rows())
    throw data_error({}, "signals of " + std::to_string(x.rows()) + " and " + std::to_string(y.rows()) +
                             " frames cannot be compared");
  return correlate(WccSignals(x), WccSignals(y), &x == &y, frames, work, partner);
}

WindowedCorrelation windowed_correlation(const RowMatrix& x, const WccFrames& frames, const Work& work) {
  const WccSignals signals(x);
  return correlate(signals, signals, true, frames, work, {});
}

}  // namespace facelex
