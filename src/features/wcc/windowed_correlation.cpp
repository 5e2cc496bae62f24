#include "facelex/features/wcc/windowed_correlation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "correlate.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"

namespace facelex {
namespace {

using Eigen::Index;

/// Mean and spread of windows' values, and their mean lag; parts are added in order. Arrays as windows have
/// them: a row for each signal of y, wcc_stride(P) long.
struct WindowMoments {
  Eigen::ArrayXd count, mean, squares, lag;  // squares: Σ (value − mean)²; lag: Σ

  explicit WindowMoments(Index size)
      : count(Eigen::ArrayXd::Zero(size)),
        mean(Eigen::ArrayXd::Zero(size)),
        squares(Eigen::ArrayXd::Zero(size)),
        lag(Eigen::ArrayXd::Zero(size)) {}

  void add(const WccWindow& window, const WccFrames& frames) {
    const bool bounded = frames.over_lags != WccOverLags::mean_z && frames.moving != WccMoving::within;
    const double bound = bounded ? 1 : std::numeric_limits<double>::infinity();
    // Nothing else is below −3. Zeros that count are told from zeros that do not by a number that none is.
    const double left_out = frames.leave_out_zeros ? 0 : WccWindow::missing;
    const double *values = window.value(), *lags = window.lag();
    // No branches: which windows count changes from pair to pair.
    for (Index k = 0; k < mean.size(); ++k) {
      const double value = std::min(std::max(values[k], -bound), bound);
      const bool counts = (values[k] != WccWindow::missing) & (values[k] != left_out);
      const double n = count[k] + (counts ? 1.0 : 0.0);
      const double step = value - mean[k];
      const double next = mean[k] + step / std::max(n, 1.0);
      squares[k] += counts ? step * (value - next) : 0;
      mean[k] = counts ? next : mean[k];
      lag[k] += counts ? lags[k] : 0;
      count[k] = n;
    }
  }

  /// Chan, Golub & LeVeque 1979.
  void add(const WindowMoments& part) {
    for (Index k = 0; k < mean.size(); ++k) {
      const double n = part.count[k];
      if (n == 0) continue;
      const double all = count[k] + n;
      const double step = part.mean[k] - mean[k];
      squares[k] += part.squares[k] + step * step * count[k] * n / all;
      mean[k] += step * n / all;
      count[k] = all;
      lag[k] += part.lag[k];
    }
  }

  WindowedCorrelation result(Index p, Index q) const {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    const auto table = [&](const Eigen::ArrayXd& all) -> RowMatrix {
      const Index stride = wcc_stride(p);
      return Eigen::Map<const RowMatrix>(all.data(), all.size() / stride, stride)
          .topLeftCorner(q, p)
          .transpose();
    };
    WindowedCorrelation made;
    made.windows = table(count);
    made.mean = table((count > 0).select(mean, none));
    made.lag = table((count > 0).select(lag / count.max(1), none));
    made.sd = table((count > 1).select((squares / (count - 1).max(1)).sqrt(), none));
    return made;
  }
};

/// Whether most windows of y come one after another, as those of x do.
bool mostly_in_order(const std::vector<Index>& partner) {
  std::size_t next = 0;
  for (std::size_t w = 1; w < partner.size(); ++w) next += partner[w] == partner[w - 1] + 1 ? 1 : 0;
  return 2 * next >= partner.size();
}

}  // namespace

WindowedCorrelation windowed_correlation(const WccSignals& x, const WccSignals& y, const WccFrames& frames,
                                         const Work& work, const std::vector<Index>& partner) {
  const bool same = &x == &y;
  const Index windows = frames.windows(x.frames());
  // Moments are summed up in parts of so many windows, the same whatever the number of threads. A thread
  // takes several in a row, as windows that follow each other share sums.
  constexpr Index part = 16, max_in_a_row = 16;
  const Index parts = (windows + part - 1) / part, threads = std::max(1, work.threads);
  const Index in_a_row = std::clamp<Index>((parts + threads - 1) / threads, 1, max_in_a_row);
  const bool half = same && partner.empty() && frames.mirrored && frames.over_lags != WccOverLags::mean_z;
  const bool in_order = partner.empty() || mostly_in_order(partner);
  const Index size = wcc_stride(x.count()) * wcc_stride(y.count());
  WindowMoments sum(size);
  ThreadPool pool(work.threads);
  for (Index first = 0; first < parts; first += threads * in_a_row) {
    const Index count = std::min(threads * in_a_row, parts - first);
    std::vector<WindowMoments> of_part(static_cast<std::size_t>(count), WindowMoments(size));
    pool.for_each(static_cast<std::size_t>((count + in_a_row - 1) / in_a_row), [&](std::size_t task) {
      WccWindow window(x, y, frames, half, in_order);
      const Index begin = (first + static_cast<Index>(task) * in_a_row) * part;
      const Index end = std::min({begin + in_a_row * part, (first + count) * part, windows});
      for (Index w = begin; w < end; ++w) {
        work.check_stop();
        const Index other = partner.empty() ? w : partner[static_cast<std::size_t>(w)];
        window.compute(frames.before + w * frames.step, frames.before + other * frames.step);
        of_part[static_cast<std::size_t>(w / part - first)].add(window, frames);
      }
    });
    for (const WindowMoments& moments : of_part) sum.add(moments);
  }
  WindowedCorrelation made = sum.result(x.count(), y.count());
  made.laid = windows;
  if (same && frames.zero_diagonal)
    for (Index i = 0; i < x.count(); ++i) {
      made.mean(i, i) = 0;
      made.sd(i, i) = 0;
      made.lag(i, i) = 0;
    }
  return made;
}

WindowedCorrelation windowed_correlation(const RowMatrix& x, const RowMatrix& y, const WccFrames& frames,
                                         const Work& work, const std::vector<Index>& partner) {
  if (x.rows() != y.rows())
    throw data_error({}, "signals of " + std::to_string(x.rows()) + " and " + std::to_string(y.rows()) +
                             " frames cannot be compared");
  const WccSignals first(x);
  if (&x == &y) return windowed_correlation(first, first, frames, work, partner);
  return windowed_correlation(first, WccSignals(y), frames, work, partner);
}

WindowedCorrelation windowed_correlation(const RowMatrix& x, const WccFrames& frames, const Work& work) {
  return windowed_correlation(x, x, frames, work);
}

}  // namespace facelex
