#pragma once

// Windowed cross-correlation straight from its definition, and signals for its tests.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/core/random.hpp"
#include "facelex/features/wcc/options.hpp"

namespace facelex {

using Eigen::Index;

inline constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Pearson's r of the pairs that are both there, as the formula stands; nothing below three pairs or the
/// share, or when a signal stays as it is.
inline std::optional<double> pearson(const std::vector<double>& a, const std::vector<double>& b,
                                     double share) {
  std::vector<double> x, y;
  for (std::size_t t = 0; t < a.size(); ++t)
    if (!std::isnan(a[t]) && !std::isnan(b[t])) {
      x.push_back(a[t]);
      y.push_back(b[t]);
    }
  const auto n = static_cast<double>(x.size());
  if (n < 3 || n < share * static_cast<double>(a.size())) return {};
  double mx = 0, my = 0;
  for (std::size_t t = 0; t < x.size(); ++t) {
    mx += x[t] / n;
    my += y[t] / n;
  }
  double xx = 0, yy = 0, xy = 0;
  bool x_moves = false, y_moves = false;
  for (std::size_t t = 0; t < x.size(); ++t) {
    x_moves = x_moves || x[t] != x[0];
    y_moves = y_moves || y[t] != y[0];
    xx += (x[t] - mx) * (x[t] - mx);
    yy += (y[t] - my) * (y[t] - my);
    xy += (x[t] - mx) * (y[t] - my);
  }
  if (!x_moves || !y_moves) return {};
  return xy / (std::sqrt(xx) * std::sqrt(yy));
}

inline std::vector<double> part(const RowMatrix& x, Index column, Index first, Index n) {
  std::vector<double> values;
  for (Index t = first; t < first + n; ++t) values.push_back(x(t, column));
  return values;
}

/// Smooth signals with an offset and steps; some frames missing for all, some for one signal alone.
inline RowMatrix signals(std::uint64_t seed, Index frames, Index count, bool gaps) {
  Random random(seed);
  RowMatrix x(frames, count);
  for (Index j = 0; j < count; ++j) {
    double value = random.uniform(-3, 3);
    const double offset = j % 3 == 1 ? 40 : 0;
    for (Index t = 0; t < frames; ++t) {
      value = 0.9 * value + random.normal();
      x(t, j) = value + offset + (t > frames / 2 && j % 4 == 2 ? 100 : 0);
    }
  }
  // A lexicon's codes: exact zeros for long. Not in two persons at once: r = 1 at several lags would be a
  // tie.
  const Index from = seed % 2 == 0 ? frames / 4 : 3 * frames / 5;
  for (Index t = from; t < from + frames / 5; ++t) x(t, 0) = 0;
  if (gaps) {
    for (Index t = frames / 3; t < frames / 3 + 12; ++t) x.row(t).setConstant(none);
    for (Index t = 0; t < frames; ++t) {
      if (random.uniform() < 0.1) x.row(t).setConstant(none);
      if (random.uniform() < 0.2) x(t, 1) = none;
    }
    x.col(count - 1).setConstant(none);
  }
  return x;
}

inline void expect_near(const RowMatrix& got, const RowMatrix& want, double tolerance,
                        const std::string& what) {
  ASSERT_EQ(got.rows(), want.rows());
  ASSERT_EQ(got.cols(), want.cols());
  for (Index i = 0; i < got.rows(); ++i)
    for (Index j = 0; j < got.cols(); ++j) {
      ASSERT_EQ(std::isnan(got(i, j)), std::isnan(want(i, j))) << what << " " << i << "," << j;
      if (!std::isnan(want(i, j))) {
        ASSERT_NEAR(got(i, j), want(i, j), tolerance) << what << " " << i << "," << j;
      }
    }
}

/// Mean over windows straight from the shifts, for whatever they are; largest modulus or largest value.
inline RowMatrix mean_by_shifts(const RowMatrix& x, const RowMatrix& y, const WccFrames& frames) {
  RowMatrix mean = RowMatrix::Constant(x.cols(), y.cols(), none);
  for (Index i = 0; i < x.cols(); ++i)
    for (Index j = 0; j < y.cols(); ++j) {
      double sum = 0, n = 0;
      for (Index w = 0; w < frames.windows(x.rows()); ++w) {
        const Index at = frames.before + w * frames.step;
        std::optional<double> best;
        for (const WccShift& shift : frames.shifts) {
          const auto r = pearson(part(x, i, at + shift.x, frames.window),
                                 part(y, j, at + shift.y, frames.window), frames.valid);
          const bool maximum = frames.over_lags == WccOverLags::maximum;
          if (r && (!best || (maximum ? *r > *best : std::abs(*r) > std::abs(*best)))) best = r;
        }
        if (best) {
          sum += *best;
          ++n;
        }
      }
      if (n > 0) mean(i, j) = sum / n;
    }
  return mean;
}

}  // namespace facelex
