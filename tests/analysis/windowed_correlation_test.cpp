#include "facelex/analysis/windowed_correlation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "../../src/analysis/wcc_kernels.hpp"
#include "../../src/factor/lane_buffer.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"

namespace facelex {
namespace {

using Eigen::Index;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Pearson's r of the pairs that are both there, as the formula stands; nothing below three pairs or the
/// share, or when a signal stays as it is.
std::optional<double> pearson(const std::vector<double>& a, const std::vector<double>& b, double share) {
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

std::vector<double> z_scored(std::vector<double> values) {
  double sum = 0, n = 0;
  for (const double v : values)
    if (!std::isnan(v)) {
      sum += v;
      ++n;
    }
  double squares = 0;
  bool moves = false;
  for (const double v : values)
    if (!std::isnan(v)) {
      squares += (v - sum / n) * (v - sum / n);
      moves = moves || std::abs(v - sum / n) > 1e-13;
    }
  for (double& v : values) v = moves && n >= 3 ? (v - sum / n) / std::sqrt(squares / n) : none;
  return values;
}

struct Setting {
  const char* name;
  WccOptions options;
  // The definition again, in frames, from statistics.md and not from the code.
  Index window, step, lag;
};

std::vector<double> part(const RowMatrix& x, Index column, Index first, Index n) {
  std::vector<double> values;
  for (Index t = first; t < first + n; ++t) values.push_back(x(t, column));
  return values;
}

/// The correlations of one window of one pair: (lag, r) of every shift that has a value.
std::vector<std::pair<Index, double>> window_of(const Setting& s, const RowMatrix& x, Index i,
                                                const RowMatrix& y, Index j, Index at, Index at_y) {
  std::vector<std::pair<Index, double>> found;
  const auto add = [&](Index a, Index b) {
    const auto r = pearson(part(x, i, at + a, s.window), part(y, j, at_y + b, s.window), s.options.valid);
    if (r) found.emplace_back(b - a, *r);
  };
  switch (s.options.preset) {
    case WccPreset::boker:
      for (Index lag = -s.lag; lag <= s.lag; ++lag) add(lag > 0 ? -lag : 0, lag > 0 ? 0 : lag);
      break;
    case WccPreset::rmea:
      for (Index lag = -s.lag; lag <= s.lag; ++lag) add(0, lag);
      break;
    case WccPreset::bitbox_2025:
      for (Index a = -s.lag; a <= s.lag; ++a)
        for (Index b = -s.lag; b <= s.lag; ++b) add(a, b);
      break;
    case WccPreset::bitbox_2024: {
      const auto zx = z_scored(part(x, i, at, s.window)), zy = z_scored(part(y, j, at_y, s.window));
      for (Index lag = 0; lag <= s.lag; ++lag) {
        double sum = 0, n = 0;
        for (Index t = 0; t + lag < s.window; ++t)
          if (!std::isnan(zx[t + lag]) && !std::isnan(zy[t])) {
            sum += zx[t + lag] * zy[t];
            ++n;
          }
        const auto overlap = static_cast<double>(s.window - lag);
        if (n >= 3 && n >= s.options.valid * overlap)
          found.emplace_back(-lag, sum / n * overlap / static_cast<double>(s.window));
      }
    }
  }
  return found;
}

WindowedCorrelation reference(const Setting& s, const RowMatrix& x, const RowMatrix& y, bool same,
                              const std::vector<Index>& partner = {}) {
  const Index p = x.cols(), q = y.cols();
  WindowedCorrelation made;
  made.mean = made.sd = made.lag = RowMatrix::Constant(p, q, none);
  made.windows = RowMatrix::Zero(p, q);
  const bool moves = s.options.preset != WccPreset::bitbox_2024;
  const Index before = moves ? s.lag : 0, after = moves && s.options.preset != WccPreset::boker ? s.lag : 0;
  for (Index i = 0; i < p; ++i)
    for (Index j = 0; j < q; ++j) {
      std::vector<double> values, lags;
      std::size_t w = 0;
      for (Index at = before; at + s.window + after <= x.rows(); at += s.step, ++w) {
        const Index at_y = partner.empty() ? at : before + partner[w] * s.step;
        const auto found = window_of(s, x, i, y, j, at, at_y);
        if (found.empty()) continue;
        std::pair<Index, double> best = found[0];
        double z = 0;
        for (const auto& one : found) {
          const double offered = moves ? std::abs(one.second) : one.second;
          const double held = moves ? std::abs(best.second) : best.second;
          if (offered > held || (offered == held && std::abs(one.first) < std::abs(best.first))) best = one;
          z += std::min(10.0, std::atanh(std::min(1.0, std::abs(one.second))));
        }
        values.push_back(s.options.preset == WccPreset::rmea ? z / static_cast<double>(found.size())
                                                             : best.second);
        lags.push_back(static_cast<double>(best.first));
      }
      const auto n = static_cast<double>(values.size());
      made.windows(i, j) = n;
      if (values.empty()) continue;
      double sum = 0, squares = 0, lag = 0;
      for (std::size_t k = 0; k < values.size(); ++k) {
        sum += values[k];
        lag += lags[k];
      }
      for (const double v : values) squares += (v - sum / n) * (v - sum / n);
      made.mean(i, j) = sum / n;
      made.lag(i, j) = lag / n;
      if (n > 1) made.sd(i, j) = std::sqrt(squares / (n - 1));
    }
  if (same && s.options.preset == WccPreset::bitbox_2024)
    for (Index i = 0; i < p; ++i) made.mean(i, i) = made.sd(i, i) = made.lag(i, i) = 0;
  return made;
}

std::vector<Setting> settings() {
  // 20 frames per second. 1.1 s = 22 frames, step 11, lag 22/4 = 5; 0.5 s = 10 frames, lags 0 … 10/4 − 1 = 1.
  std::vector<Setting> all(4);
  all[0] = {"boker", {}, 30, 10, 8};
  all[0].options.window = 1.5;
  all[0].options.step = 0.5;
  all[0].options.lag = 0.4;
  all[1] = {"bitbox-2024", {}, 10, 5, 1};
  all[1].options.preset = WccPreset::bitbox_2024;
  all[2] = {"bitbox-2025", {}, 22, 11, 5};
  all[2].options.preset = WccPreset::bitbox_2025;
  all[3] = {"rmea", {}, 20, 20, 3};
  all[3].options.preset = WccPreset::rmea;
  all[3].options.window = all[3].options.step = 1;
  all[3].options.lag = 0.15;
  return all;
}

/// Smooth signals with an offset and steps; some frames missing for all, some for one signal alone.
RowMatrix signals(std::uint64_t seed, Index frames, Index count, bool gaps) {
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

void expect_equal(const RowMatrix& got, const RowMatrix& want, double tolerance, const std::string& what) {
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

void expect_equal(const WindowedCorrelation& got, const WindowedCorrelation& want, const std::string& what) {
  expect_equal(got.windows, want.windows, 0, what + " windows");
  expect_equal(got.mean, want.mean, 1e-12, what + " mean");
  expect_equal(got.sd, want.sd, 1e-12, what + " sd");
  expect_equal(got.lag, want.lag, 1e-12, what + " lag");
}

TEST(WindowedCorrelation, EveryPresetIsItsDefinition) {
  for (const Setting& s : settings())
    for (const bool gaps : {false, true})
      for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const RowMatrix x = signals(seed, 200, 6, gaps), y = signals(seed + 101, 200, 4, gaps);
        const WccFrames frames = wcc_frames(s.options, 20);
        const std::string what = std::string(s.name) + (gaps ? " gaps " : " ") + std::to_string(seed);
        ASSERT_EQ(frames.window, s.window) << what;
        ASSERT_EQ(frames.step, s.step) << what;
        expect_equal(windowed_correlation(x, frames), reference(s, x, x, true), what + " one person");
        expect_equal(windowed_correlation(x, y, frames), reference(s, x, y, false), what + " two persons");
        const Index windows = frames.windows(200);
        std::vector<Index> partner(static_cast<std::size_t>(windows));
        for (Index w = 0; w < windows; ++w) partner[w] = (w + 3) % windows;
        expect_equal(windowed_correlation(x, x, frames, {}, partner), reference(s, x, x, true, partner),
                     what + " other windows");
      }
}

TEST(WindowedCorrelation, TwoPeopleWithEqualSignalsAreOnePerson) {
  for (const Setting& s : settings()) {
    const RowMatrix x = signals(5, 240, 5, true);
    const RowMatrix copy = x;
    const WccFrames frames = wcc_frames(s.options, 20);
    auto one = windowed_correlation(x, frames), two = windowed_correlation(x, copy, frames);
    if (s.options.preset == WccPreset::bitbox_2024) {
      two.mean.diagonal().setZero();
      two.sd.diagonal().setZero();
      two.lag.diagonal().setZero();
    }
    expect_equal(one, two, s.name);
  }
}

TEST(WindowedCorrelation, FindsADelay) {
  Random random(3);
  RowMatrix x(600, 2);
  std::vector<double> wave(620, 0);
  for (std::size_t t = 1; t < wave.size(); ++t) wave[t] = 0.8 * wave[t - 1] + random.normal();
  for (Index t = 0; t < 600; ++t) {
    x(t, 0) = wave[static_cast<std::size_t>(t) + 10];
    x(t, 1) = -wave[static_cast<std::size_t>(t) + 3];  // seven frames later, the other way
  }
  WccOptions options;
  const auto found = windowed_correlation(x, wcc_frames(options, 25));
  EXPECT_NEAR(found.mean(0, 1), -1, 1e-12);
  EXPECT_EQ(found.lag(0, 1), 7);
  EXPECT_EQ(found.lag(1, 0), -7);
  EXPECT_EQ(found.lag(0, 0), 0);
  options.sides = WccSides::y_leads;
  EXPECT_GT(windowed_correlation(x, wcc_frames(options, 25)).mean(0, 1), -0.9);
}

/// Mean over windows straight from the shifts, for whatever they are; largest modulus or largest value.
RowMatrix mean_by_shifts(const RowMatrix& x, const RowMatrix& y, const WccFrames& frames) {
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

TEST(WindowedCorrelation, ShiftsOfEveryShapeAreTheirDefinition) {
  Random random(11);
  for (int trial = 0; trial < 60; ++trial) {
    WccOptions options;
    options.preset = WccPreset::rmea;
    const auto any = [&](Index least, Index most) {
      return static_cast<double>(least +
                                 static_cast<Index>(random.uniform() * static_cast<double>(most - least)));
    };
    options.window = any(5, 34);
    options.step = any(3, 20);
    options.lag = any(0, trial % 4 == 0 ? 40 : 9);  // also lags that leave windows nothing in common
    options.lag_step = any(1, 4);
    options.moving = std::vector{WccMoving::second, WccMoving::earlier, WccMoving::both}[trial % 3];
    options.sides = std::vector{WccSides::both, WccSides::x_leads, WccSides::y_leads}[trial / 3 % 3];
    options.over_lags = trial % 2 == 0 ? WccOverLags::largest : WccOverLags::maximum;
    if (trial % 3 == 2) options.lag = std::min(options.lag, 12.0);
    const WccFrames frames = wcc_frames(options, 1);
    const RowMatrix x = signals(200 + static_cast<std::uint64_t>(trial), 130, 1 + trial % 19, false);
    const RowMatrix y = signals(301 + static_cast<std::uint64_t>(trial), 130, 1 + trial % 7, false);
    const std::string what = "trial " + std::to_string(trial);
    expect_equal(windowed_correlation(x, y, frames).mean, mean_by_shifts(x, y, frames), 1e-12, what);
    const RowMatrix few = x.leftCols(std::min<Index>(x.cols(), 5));
    expect_equal(windowed_correlation(few, frames).mean, mean_by_shifts(few, few, frames), 1e-12, what);
  }
}

TEST(WindowedCorrelation, ManySignalsAreEachPairAlone) {
  for (const Setting& s : settings()) {
    const RowMatrix x = signals(6, 150, 53, false);
    const WccFrames frames = wcc_frames(s.options, 20);
    const auto all = windowed_correlation(x, frames);
    for (const Index i : {0, 7, 8, 30, 47, 52})
      for (const Index j : {0, 5, 31, 48, 52}) {
        RowMatrix a = x.col(i), b = x.col(j);
        const auto alone = windowed_correlation(a, b, frames);
        if (i != j || !frames.zero_diagonal) {
          ASSERT_NEAR(all.mean(i, j), alone.mean(0, 0), 1e-13) << s.name << " " << i << "," << j;
        }
        if (frames.mirrored) {
          ASSERT_EQ(all.mean(i, j), all.mean(j, i)) << s.name << " " << i << "," << j;
        }
      }
  }
}

TEST(WindowedCorrelation, SizesOfNumbersLoseNoDigits) {
  // What is far away in size stands where some shifts of a window see it and others do not.
  for (const double size : {1e3, 1e9, 1e40, 1e120}) {
    RowMatrix x = signals(8, 400, 6, false);
    x.col(1) *= size;
    x.col(2) /= size;
    for (const Index t : {70, 71, 160, 290}) x(t, 3) = size;
    x.col(4) = x.col(4) / size + RowMatrix::Ones(400, 1) / size * 1e5;
    for (const Setting& s : settings()) {
      if (s.options.preset == WccPreset::bitbox_2024) continue;
      const WccFrames frames = wcc_frames(s.options, 20);
      expect_equal(windowed_correlation(x, frames), reference(s, x, x, true),
                   std::string(s.name) + " " + std::to_string(size));
    }
  }
}

TEST(WindowedCorrelation, KernelsOfEveryProcessorAgree) {
  // One window of 12 rows of 9 signals at three places of each: values, moments and every sum naively.
  constexpr Index window = 12, last = 2, rows = window + last, stride = wcc_stride(9);
  Random random(5);
  LaneBuffer<double> raw(rows * stride);
  for (Index t = 0; t < rows; ++t)
    for (Index i = 0; i < 9; ++i) raw.data()[t * stride + i] = 50 + random.normal();
  int kinds = 0;
  for (const char* name : {"portable", "avx2", "avx512"}) {
    const WccKernels* kernels = wcc_kernels(name);
    if (kernels == nullptr) continue;
    ++kinds;
    LaneBuffer<double> values(rows * stride), mean(3 * stride), squares(3 * stride), change(6 * stride);
    LaneBuffer<double> scale(3 * stride), offset(3 * stride), scratch(3 * 64);
    kernels->center(raw.data(), rows, last, window - last, stride, values.data());
    kernels->moments(raw.data(), values.data(), window, last, stride, mean.data(), squares.data(),
                     change.data());
    for (Index k = 0; k < 3 * stride; ++k) {
      scale.data()[k] = 1 / std::sqrt(squares.data()[k]);
      offset.data()[k] = std::sqrt(12.0) * mean.data()[k];
    }
    LaneBuffer<double> value(stride * stride), lag(stride * stride), magnitude(stride * stride);
    std::fill_n(magnitude.data(), stride * stride, -1.0);
    const WccSide side{values.data(), scale.data(), offset.data(), stride};
    const std::vector<WccLag> lags = {{0, 2, 2, 10, 3, 1, 0, 0}, {-1, 2, 1, 11, 2, 1, 1, 0}};
    kernels->choose(side, 9, side, 9, lags.data(), 2, false, {value.data(), lag.data(), magnitude.data()},
                    scratch.data());
    for (Index i = 0; i < 9; ++i)
      for (Index j = 0; j < 9; ++j) {
        const auto at = [&](Index signal, Index place) {
          std::vector<double> there;
          for (Index t = 0; t < window; ++t) there.push_back(raw.data()[(t + place) * stride + signal]);
          return there;
        };
        double best = 0, best_lag = 0;
        for (const auto& [a, b] :
             std::vector<std::pair<Index, Index>>{{0, 0}, {1, 1}, {2, 2}, {1, 0}, {2, 1}}) {
          const double r = *pearson(at(i, a), at(j, b), 0.5);
          if (std::abs(r) <= std::abs(best) + (i == j ? 1e-12 : 0)) continue;
          best = r;
          best_lag = static_cast<double>(b - a);
        }
        ASSERT_NEAR(value.data()[j * stride + i], best, 1e-13) << name << " " << i << "," << j;
        ASSERT_EQ(lag.data()[j * stride + i], best_lag) << name << " " << i << "," << j;
      }
  }
  EXPECT_GE(kinds, 1);
}

TEST(WindowedCorrelation, SameBytesWhateverTheThreads) {
  for (const Setting& s : settings())
    for (const bool gaps : {false, true}) {
      const RowMatrix x = signals(9, 900, 7, gaps);
      const WccFrames frames = wcc_frames(s.options, 20);
      Work work;
      const auto one = windowed_correlation(x, frames, work);
      for (const int threads : {2, 5}) {
        work.threads = threads;
        const auto many = windowed_correlation(x, frames, work);
        EXPECT_EQ(0, std::memcmp(one.mean.data(), many.mean.data(), sizeof(double) * 49)) << s.name;
        EXPECT_EQ(0, std::memcmp(one.sd.data(), many.sd.data(), sizeof(double) * 49)) << s.name;
        EXPECT_EQ(0, std::memcmp(one.lag.data(), many.lag.data(), sizeof(double) * 49)) << s.name;
      }
    }
}

TEST(WindowedCorrelation, EveryOptionChangesTheResult) {
  const RowMatrix x = signals(4, 400, 4, true);
  const auto result = [&](const WccOptions& options) {
    return windowed_correlation(x, wcc_frames(options, 20));
  };
  WccOptions standard;
  const auto base = result(standard);
  std::vector<WccOptions> changed(11, standard);
  changed[0].preset = WccPreset::bitbox_2025;
  changed[1].window = 2;
  changed[2].step = 0.3;
  changed[3].lag = 0.2;
  changed[4].lag_step = 0.25;
  changed[5].moving = WccMoving::second;
  changed[6].moving = WccMoving::within;
  changed[7].sides = WccSides::x_leads;
  changed[8].over_lags = WccOverLags::maximum;
  changed[9].over_lags = WccOverLags::mean_z;
  changed[10].valid = 0.95;
  for (std::size_t i = 0; i < changed.size(); ++i) {
    const auto other = result(changed[i]);
    bool equal = true;
    for (Index k = 0; k < base.mean.size(); ++k)
      equal = equal && (base.mean.data()[k] == other.mean.data()[k] ||
                        (std::isnan(base.mean.data()[k]) && std::isnan(other.mean.data()[k])));
    EXPECT_FALSE(equal) << "option " << i;
  }
  // Orthogonal courses: r is exactly 0 at lag 0.
  RowMatrix still(40, 2);
  for (Index t = 0; t < 40; ++t) still.row(t) << (t % 4 < 2 ? 1 : -1), (t % 4 == 0 || t % 4 == 3 ? 1 : -1);
  WccOptions zeros;
  zeros.window = zeros.step = 0.4;
  zeros.lag = 0;
  EXPECT_EQ(windowed_correlation(still, wcc_frames(zeros, 20)).windows(0, 1), 5);
  zeros.leave_out_zeros = true;
  EXPECT_EQ(windowed_correlation(still, wcc_frames(zeros, 20)).windows(0, 1), 0);
}

TEST(WindowedCorrelation, WhatCannotCorrelateIsMissing) {
  RowMatrix x = signals(2, 200, 3, false);
  x.col(2).setConstant(0.1);  // its mean is not 0.1 to the last bit
  const auto found = windowed_correlation(x, wcc_frames({}, 20));
  EXPECT_EQ(found.windows(0, 2), 0);
  EXPECT_TRUE(std::isnan(found.mean(2, 2)));
  EXPECT_EQ(found.laid, (200 - 100) / 20 + 1);
  const RowMatrix brief = x.topRows(99);
  const auto none_fits = windowed_correlation(brief, wcc_frames({}, 20));
  EXPECT_EQ(none_fits.laid, 0);
  EXPECT_TRUE(none_fits.mean.array().isNaN().all());
  EXPECT_THROW(windowed_correlation(x, brief, wcc_frames({}, 20)), Error);
}

TEST(WindowedCorrelation, BadOptionsSayWhichAndWhatToDo) {
  const auto problem = [](const WccOptions& options, double fps) -> std::string {
    try {
      wcc_frames(options, fps);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      return error.what();
    }
    return {};
  };
  WccOptions options;
  options.preset = WccPreset::rmea;
  EXPECT_NE(problem(options, 25).find("--window, --step and --lag"), std::string::npos);
  options = {};
  options.window = 0.05;
  EXPECT_NE(problem(options, 25).find("1 frames at 25"), std::string::npos);
  options = {};
  options.lag = -0.5;
  EXPECT_NE(problem(options, 25).find("lag: -0.5"), std::string::npos);
  options = {};
  options.moving = WccMoving::within;
  options.lag = 5;
  EXPECT_NE(problem(options, 25).find("leave fewer than 3"), std::string::npos);
  options = {};
  options.valid = 1.5;
  EXPECT_NE(problem(options, 25).find("valid: 1.5"), std::string::npos);
}

}  // namespace
}  // namespace facelex
