#include "features/wcc/kernels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "facelex/features/wcc/windowed_correlation.hpp"
#include "facelex/simd/aligned_buffer.hpp"
#include "features/wcc/blocks.hpp"
#include "features/wcc/window.hpp"
#include "reference.hpp"

namespace facelex {
namespace {

constexpr const char* processors[] = {"portable", "avx2", "avx512"};

TEST(WccKernels, ShiftsOfAWindowAgree) {
  // One window of 12 rows of 9 signals at three places of each: values, moments and every sum naively. A
  // tenth signal stays as it is, so nothing may be chosen for its pairs.
  constexpr Index window = 12, last = 2, rows = window + last, stride = wcc_stride(10);
  Random random(5);
  AlignedBuffer<double> raw(rows * stride);
  for (Index t = 0; t < rows; ++t)
    for (Index i = 0; i < 10; ++i) raw.data()[t * stride + i] = i < 9 ? 50 + random.normal() : 50;
  int kinds = 0;
  for (const char* name : processors) {
    const WccKernels* kernels = wcc_kernels(name);
    if (kernels == nullptr) continue;
    ++kinds;
    AlignedBuffer<double> values(rows * stride), mean(3 * stride), squares(3 * stride), low(3 * stride),
        high(3 * stride);
    AlignedBuffer<double> scale(3 * stride), offset(3 * stride), scratch(3 * 64);
    kernels->center(raw.data(), rows, last, window - last, stride, values.data());
    kernels->moments(raw.data(), values.data(), window, last, stride,
                     {mean.data(), squares.data(), low.data(), high.data()});
    for (Index k = 0; k < 3 * stride; ++k) {
      const bool changes = high.data()[k] > low.data()[k];
      scale.data()[k] = changes ? 1 / std::sqrt(squares.data()[k]) : none;
      offset.data()[k] = std::sqrt(12.0) * mean.data()[k];
    }
    AlignedBuffer<double> value(stride * stride), lag(stride * stride), magnitude(stride * stride);
    std::fill_n(magnitude.data(), stride * stride, -1.0);
    const WccSide side{values.data(), scale.data(), offset.data(), stride};
    const std::vector<WccLag> lags = {{0, 2, 2, 10, 3, 1, 0, 0}, {-1, 2, 1, 11, 2, 1, 1, 0}};
    kernels->choose(side, 10, side, 10, lags.data(), 2, false, {value.data(), lag.data(), magnitude.data()},
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
    for (Index i = 0; i < 10; ++i)
      for (const Index at : {9 * stride + i, i * stride + 9})
        ASSERT_EQ(magnitude.data()[at], -1) << name << " chose for a signal that stays as it is";
  }
  EXPECT_GE(kinds, 1);
}

/// Windows of `blocks` blocks, made in the units that options are in: one frame is one second.
WccFrames frames_of_blocks(Index blocks, Index rows, double lag, double lag_step, WccMoving moving,
                           WccOverLags over_lags) {
  WccOptions options;
  options.preset = WccPreset::rmea;
  options.window = static_cast<double>(blocks * rows);
  options.step = static_cast<double>(rows);
  options.lag = lag;
  options.lag_step = lag_step;
  options.moving = moving;
  options.over_lags = over_lags;
  return wcc_frames(options, 1);
}

/// The correlation that a window chooses, straight from its shifts; `second`: the best of the others, for
/// telling ties.
double chosen_r(const RowMatrix& x, Index i, Index at_x, const RowMatrix& y, Index j, Index at_y,
                const WccFrames& frames, double& lag) {
  double best = none;
  for (const WccShift& shift : frames.shifts) {
    const auto r = pearson(part(x, i, at_x + shift.x, frames.window),
                           part(y, j, at_y + shift.y, frames.window), frames.valid);
    if (!r) continue;
    const bool better = frames.over_lags == WccOverLags::maximum ? *r > best : std::abs(*r) > std::abs(best);
    if (!std::isnan(best) && !better) continue;
    best = *r;
    lag = static_cast<double>(shift.lag);
  }
  return best;
}

struct BlockCase {
  Index blocks, rows;
  double lag, lag_step;
  WccMoving moving;
  WccOverLags over_lags;
};
const std::vector<BlockCase> block_cases = {
    {2, 20, 7, 1, WccMoving::second, WccOverLags::largest},
    {2, 9, 12, 1, WccMoving::earlier, WccOverLags::largest},
    {3, 12, 15, 2, WccMoving::earlier, WccOverLags::maximum},
    {4, 8, 9, 3, WccMoving::second, WccOverLags::maximum},
    {5, 10, 25, 1, WccMoving::earlier, WccOverLags::largest},
    {16, 8, 0, 1, WccMoving::second, WccOverLags::largest},
};

TEST(WccKernels, BlocksAreTheirWindows) {
  int kinds = 0;
  for (const char* name : processors) {
    const WccKernels* kernels = wcc_kernels(name);
    if (kernels == nullptr) continue;
    ++kinds;
    for (const BlockCase& c : block_cases) {
      const WccFrames frames = frames_of_blocks(c.blocks, c.rows, c.lag, c.lag_step, c.moving, c.over_lags);
      const RowMatrix values_x = signals(21, 260, 11, false), values_y = signals(34, 260, 7, false);
      const WccSignals x(values_x), y(values_y);
      WccBlocks blocks(x, y, frames, frames.shifts, *kernels);
      ASSERT_TRUE(blocks.usable());
      const Index stride = wcc_stride(11), size = stride * wcc_stride(7);
      AlignedBuffer<double> value(size), lag(size), magnitude(size);
      // Windows in order, one left out, one again, and the second signals' three windows ahead.
      for (const auto& [w, ahead] : std::vector<std::pair<Index, Index>>{
               {0, 0}, {1, 0}, {2, 0}, {4, 0}, {4, 0}, {0, 3}, {1, 3}, {2, 2}}) {
        const Index at_x = frames.before + w * frames.step, at_y = at_x + ahead * frames.step;
        ASSERT_LE(at_y + frames.window + frames.after, 260);
        std::fill_n(value.data(), size, none);
        std::fill_n(magnitude.data(), size, c.over_lags == WccOverLags::maximum ? -4.0 : -1.0);
        ASSERT_TRUE(blocks.compute(at_x, at_y, {value.data(), lag.data(), magnitude.data()}));
        for (Index i = 0; i < 11; ++i)
          for (Index j = 0; j < 7; ++j) {
            double want_lag = 0;
            const double want = chosen_r(values_x, i, at_x, values_y, j, at_y, frames, want_lag);
            const std::string what = std::string(name) + " " + std::to_string(c.blocks) + "×" +
                                     std::to_string(c.rows) + " window " + std::to_string(w) + " pair " +
                                     std::to_string(i) + "," + std::to_string(j);
            ASSERT_EQ(std::isnan(value.data()[j * stride + i]), std::isnan(want)) << what;
            if (std::isnan(want)) continue;
            ASSERT_NEAR(value.data()[j * stride + i], want, 2e-14) << what;
            ASSERT_EQ(lag.data()[j * stride + i], want_lag) << what;
          }
      }
    }
  }
  EXPECT_GE(kinds, 1);
}

/// Pearson's r of columns in long double.
double exact_r(const RowMatrix& x, Index i, Index j, Index first, Index shift, Index n) {
  long double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
  for (Index t = 0; t < n; ++t) {
    mx += x(first + t, i) / static_cast<long double>(n);
    my += x(first + shift + t, j) / static_cast<long double>(n);
  }
  for (Index t = 0; t < n; ++t) {
    const long double a = x(first + t, i) - mx, b = x(first + shift + t, j) - my;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  return static_cast<double>(xy / std::sqrt(xx * yy));
}

TEST(WccKernels, BlocksLoseNoDigitsBesideSteps) {
  // Steps a million times the noise between blocks: windows beside a step see only the noise.
  const WccFrames frames = frames_of_blocks(3, 16, 6, 1, WccMoving::second, WccOverLags::largest);
  RowMatrix values = signals(77, 400, 4, false);
  for (Index t = 0; t < 400; ++t)
    for (Index j = 0; j < 4; ++j) values(t, j) = 3e6 + (t / (90 + 7 * j)) * 1e6 + values(t, j) * (j + 1);
  const WccSignals x(values);
  WccBlocks blocks(x, x, frames, frames.shifts);
  const Index stride = wcc_stride(4), size = stride * stride;
  AlignedBuffer<double> value(size), lag(size), magnitude(size);
  for (Index w = 0; w < frames.windows(400); ++w) {
    const Index at = frames.before + w * frames.step;
    std::fill_n(magnitude.data(), size, -1.0);
    ASSERT_TRUE(blocks.compute(at, at, {value.data(), lag.data(), magnitude.data()}));
    for (Index i = 0; i < 4; ++i)
      for (Index j = 0; j < 4; ++j) {
        const auto chosen = static_cast<Index>(lag.data()[j * stride + i]);
        ASSERT_NEAR(value.data()[j * stride + i], exact_r(values, i, j, at, chosen, frames.window), 1e-14)
            << w << ": " << i << "," << j;
      }
  }
}

TEST(WccKernels, BlocksAreTakenOnlyWhereWindowsAreMadeOfThem) {
  const RowMatrix values = signals(3, 100, 2, false);
  const WccSignals x(values);
  const auto usable = [&](Index window, Index step, WccMoving moving) {
    WccFrames frames = frames_of_blocks(1, step, 2, 1, moving, WccOverLags::largest);
    frames.window = window;
    return WccBlocks(x, x, frames, frames.shifts).usable();
  };
  EXPECT_TRUE(usable(40, 20, WccMoving::second));
  EXPECT_FALSE(usable(41, 20, WccMoving::second));  // not whole blocks
  EXPECT_FALSE(usable(20, 20, WccMoving::second));  // nothing shared
  EXPECT_FALSE(usable(40, 20, WccMoving::both));
  EXPECT_FALSE(usable(40, 20, WccMoving::within));
  EXPECT_FALSE(usable(8, 4, WccMoving::second));  // blocks too short to save anything
}

}  // namespace
}  // namespace facelex
