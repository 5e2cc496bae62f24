#include "facelex/features/wcc/windowed_correlation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "reference.hpp"

namespace facelex {
namespace {

using Eigen::Index;

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

void expect_equal(const WindowedCorrelation& got, const WindowedCorrelation& want, const std::string& what) {
  expect_near(got.windows, want.windows, 0, what + " windows");
  expect_near(got.mean, want.mean, 1e-12, what + " mean");
  expect_near(got.sd, want.sd, 1e-12, what + " sd");
  expect_near(got.lag, want.lag, 1e-12, what + " lag");
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
    if (trial % 5 == 4) {  // windows of whole blocks
      options.step = any(8, 12);
      options.window = options.step * any(2, 5);
    }
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
    expect_near(windowed_correlation(x, y, frames).mean, mean_by_shifts(x, y, frames), 1e-12, what);
    const RowMatrix few = x.leftCols(std::min<Index>(x.cols(), 5));
    expect_near(windowed_correlation(few, frames).mean, mean_by_shifts(few, few, frames), 1e-12, what);
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
  EXPECT_NE(problem(options, 25).find("window, step and lag"), std::string::npos);
  options = {};
  options.window = 0.05;
  EXPECT_NE(problem(options, 25).find("at 25 frames per second hold 1 frame,"), std::string::npos);
  options = {};
  options.lag = -0.5;
  EXPECT_NE(problem(options, 25).find("lag: -0.5"), std::string::npos);
  options = {};
  options.moving = WccMoving::within;
  options.lag = 5;
  EXPECT_NE(problem(options, 25).find("leave fewer than 3"), std::string::npos);
  options = {};
  options.valid = 1.5;
  EXPECT_NE(problem(options, 25).find("valid: '1.5'"), std::string::npos);
}

}  // namespace
}  // namespace facelex
