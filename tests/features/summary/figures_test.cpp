// Activations, peaks, sides and kinematics beside naive references and closed forms.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "facelex/core/random.hpp"
#include "facelex/features/summary/kinematics.hpp"
#include "facelex/features/summary/signal_activity.hpp"
#include "facelex/features/summary/signal_peaks.hpp"

namespace facelex {
namespace {

using Eigen::Index;
constexpr double absent = std::numeric_limits<double>::quiet_NaN();

/// A sparse signal with runs of activity and of missing frames.
Eigen::VectorXd bursts(std::uint64_t seed, Index frames) {
  Random random(seed);
  Eigen::VectorXd x(frames);
  int state = 0;  // 0 still, 1 active, 2 missing
  for (Index t = 0; t < frames; ++t) {
    if (random.uniform() < 0.2) state = static_cast<int>(3 * random.uniform());
    x[t] = state == 0 ? 0 : state == 1 ? random.normal() : absent;
  }
  return x;
}

/// By asking of each frame where its run begins and ends.
Activations naive_activations(const Eigen::VectorXd& x, double fps, double threshold, double shortest) {
  const auto there = [&](Index t) { return t >= 0 && t < x.size() && !std::isnan(x[t]); };
  const auto on = [&](Index t) { return there(t) && std::abs(x[t]) > threshold; };
  double seen = 0, active = 0, runs = 0, whole = 0, length = 0, peaks = 0;
  for (Index t = 0; t < x.size(); ++t) {
    seen += there(t) ? 1 : 0;
    if (!on(t)) continue;
    Index a = t, b = t;
    while (on(a - 1)) --a;
    while (on(b + 1)) ++b;
    const bool cut = !there(a - 1) || !there(b + 1);
    const auto n = static_cast<double>(b - a + 1);
    if (!cut && n / fps < shortest - 1e-9) continue;
    active += 1;
    runs += 1 / n;
    if (!cut) whole += 1 / n;
    if (!cut) length += 1;
    peaks += x.segment(a, b - a + 1).cwiseAbs().maxCoeff() / n;
  }
  return {active / seen, runs / (seen / fps / 60), length / whole / fps, peaks / runs};
}

TEST(Activations, AreThoseThatAnotherCountFinds) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    for (const double shortest : {0.0, 0.1}) {
      const Eigen::VectorXd x = bursts(seed, 400);
      const Activations got = activations(x, 25, 0.3, shortest),
                        naive = naive_activations(x, 25, 0.3, shortest);
      EXPECT_NEAR(got.share, naive.share, 1e-12);
      EXPECT_NEAR(got.rate, naive.rate, 1e-9);
      EXPECT_NEAR(got.peak, naive.peak, 1e-9);
      if (std::isnan(naive.duration))
        EXPECT_TRUE(std::isnan(got.duration));
      else
        EXPECT_NEAR(got.duration, naive.duration, 1e-9);
    }
}

TEST(Activations, OneThatTheVideoCutsHasNoDuration) {
  Eigen::VectorXd x(8);
  x << 1, 1, 0, 2, 3, 0, absent, 1;
  const Activations got = activations(x, 2, 0, 0);
  EXPECT_DOUBLE_EQ(got.share, 5.0 / 7);
  EXPECT_DOUBLE_EQ(got.rate, 3 / (3.5 / 60));
  EXPECT_DOUBLE_EQ(got.duration, 1);
  EXPECT_DOUBLE_EQ(got.peak, 5.0 / 3);
  EXPECT_TRUE(std::isnan(activations(Eigen::VectorXd::Ones(5), 2, 0, 0).duration));
  EXPECT_TRUE(std::isnan(activations(Eigen::VectorXd::Constant(5, absent), 2, 0, 0).rate));
}

/// The definition, frame by frame, with the mirror image looked up by walking.
double naive_response(const Eigen::VectorXd& x, Index t, double fps, double scale) {
  const double a = scale * fps / 4;
  double sum = 0, positive = 0;
  for (auto k = -static_cast<Index>(4 * a + 1e-9); k <= static_cast<Index>(4 * a + 1e-9); ++k) {
    const double u = static_cast<double>(k) / a, psi = (1 - u * u) * std::exp(-u * u / 2);
    Index at = t, step = k < 0 ? -1 : 1;
    for (Index i = 0; i < std::abs(k); ++i) {
      if (at + step < 0 || at + step >= x.size())
        step = -step;  // x0 occurs twice
      else
        at += step;
    }
    sum += psi * (x[at] - x[t]);
    positive += std::max(psi, 0.0);
  }
  return sum / positive;
}

TEST(ScaleResponse, IsItsDefinition) {
  Random random(3);
  for (const double scale : {0.2, 0.5, 1.0, 1.6})
    for (const Index frames : {40, 61}) {
      Eigen::VectorXd x(frames + 7);
      for (double& value : x) value = random.normal();
      x[frames] = absent;  // the 6 frames after it are too few
      const Eigen::VectorXd got = scale_response(x, 25, scale), before = x.head(frames);
      for (Index t = 0; t < frames; ++t)
        EXPECT_NEAR(got[t], naive_response(before, t, 25, scale), 1e-12) << t;
      EXPECT_TRUE(std::isnan(got[frames]));
      EXPECT_EQ(std::isnan(got[frames + 1]), scale * 25 > 6);
    }
}

TEST(ResponsePeaks, FindBumpsAtTheirScaleAndNothingInConstants) {
  Eigen::VectorXd x = Eigen::VectorXd::Constant(600, 0.1);
  EXPECT_TRUE(scale_response(x, 30, 1).isZero(0));
  EXPECT_TRUE(response_peaks(scale_response(x, 30, 1), 0, 0.1).empty());
  for (const Index centre : {100, 250, 480})
    for (Index t = 0; t < 600; ++t)
      x[t] += std::exp(-0.5 * std::pow(static_cast<double>(t - centre) / 7.5, 2));  // 1 s: a = 7.5
  const auto height = [&](double scale) { return scale_response(x, 30, scale)[250]; };
  EXPECT_EQ(response_peaks(scale_response(x, 30, 1), 0.1, 1), (std::vector<Index>{100, 250, 480}));
  EXPECT_TRUE(response_peaks(scale_response(x, 30, 1), 2, 1).empty());
  EXPECT_LT(height(0.1), 0.2 * height(1));
  Eigen::VectorXd plateau(7);
  plateau << 0, 1, 1, 1, 0, 2, 2;
  EXPECT_EQ(response_peaks(plateau, 0, 2), (std::vector<Index>{1}));
}

TEST(SideDifference, OfKnownSides) {
  Eigen::VectorXd l(5), r(5);
  l << 1, 2, absent, 0, 3;
  r << 1, 0, 5, 0, 1;
  const SideDifference got = side_difference(l, r);
  EXPECT_DOUBLE_EQ(got.laterality, 4.0 / 8);
  EXPECT_DOUBLE_EQ(got.difference, 4.0 / 8);
  const Eigen::Vector4d a(1, 2, 0, 3), b(1, 0, 0, 1);
  const Eigen::Vector4d x = a.array() - 1.5, y = b.array() - 0.5;
  EXPECT_NEAR(got.correlation, x.dot(y) / x.norm() / y.norm(), 1e-15);
  const SideDifference still = side_difference(Eigen::VectorXd::Zero(4), Eigen::VectorXd::Zero(4));
  EXPECT_TRUE(std::isnan(still.laterality) && std::isnan(still.difference) && std::isnan(still.correlation));
  EXPECT_TRUE(std::isnan(
      side_difference(Eigen::VectorXd::Constant(9, 0.1), Eigen::VectorXd::LinSpaced(9, 0, 1)).correlation));
  EXPECT_DOUBLE_EQ(side_difference(l, 2 * l).correlation, 1);
}

TEST(Evenness, OfSharesIsTheirEntropy) {
  EXPECT_DOUBLE_EQ(evenness(Eigen::Vector3d(2, 2, 2)), 1);
  EXPECT_DOUBLE_EQ(evenness(Eigen::Vector3d(0, 2, 0)), 0);
  EXPECT_NEAR(evenness(Eigen::Vector3d(1, 1, 2)), 1.5 * std::log(2) / std::log(3), 1e-15);
  EXPECT_TRUE(std::isnan(evenness(Eigen::Vector3d::Zero())));
}

/// Frame by frame: a difference counts when all frames that it takes are there.
Kinematics naive_kinematics(const RowMatrix& p, double fps) {
  Kinematics made;
  double n1 = 0, n2 = 0, n3 = 0;
  for (Index t = 0; t < p.rows(); ++t) {
    const auto there = [&](Index k) { return t >= k && !p.middleRows(t - k, k + 1).hasNaN(); };
    if (there(1)) {
      made.path += (p.row(t) - p.row(t - 1)).norm();
      n1 += 1;
    }
    if (there(2)) {
      made.acceleration += (p.row(t) - 2 * p.row(t - 1) + p.row(t - 2)).norm() * fps * fps;
      n2 += 1;
    }
    if (there(3)) {
      made.jerk += (p.row(t) - 3 * p.row(t - 1) + 3 * p.row(t - 2) - p.row(t - 3)).norm() * fps * fps * fps;
      n3 += 1;
    }
  }
  made.speed = made.path * fps / n1;
  made.acceleration /= n2;
  made.jerk /= n3;
  return made;
}

TEST(Kinematics, TakesNoDifferenceAcrossAGap) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    RowMatrix p(200, 3);
    for (double& value : p.reshaped()) value = random.normal();
    for (Index t = 0; t < 200; ++t)
      if (random.uniform() < 0.15) p(t, t % 3) = absent;
    const Kinematics got = kinematics(p, 25, 4, false), naive = naive_kinematics(p, 25);
    EXPECT_NEAR(got.path, naive.path, 1e-9 * naive.path);
    EXPECT_NEAR(got.speed, naive.speed, 1e-9 * naive.speed);
    EXPECT_NEAR(got.acceleration, naive.acceleration, 1e-9 * naive.acceleration);
    EXPECT_NEAR(got.jerk, naive.jerk, 1e-9 * naive.jerk);
  }
}

TEST(Kinematics, OfACircleAndAMinimumJerkReach) {
  RowMatrix circle(1001, 2), reach(1001, 1);
  for (Index t = 0; t <= 1000; ++t) {
    const double s = static_cast<double>(t) / 1000;  // one turn, one reach in a second
    circle.row(t) << 2 * std::cos(2 * std::numbers::pi * s), 2 * std::sin(2 * std::numbers::pi * s);
    reach(t, 0) = 10 * std::pow(s, 3) - 15 * std::pow(s, 4) + 6 * std::pow(s, 5);
  }
  const Kinematics round = kinematics(circle, 1000, 1, false);
  const double w = 2 * std::numbers::pi;
  EXPECT_NEAR(round.range, 4 * std::numbers::sqrt2, 1e-4);
  EXPECT_NEAR(round.path, 2 * w, 1e-3);
  EXPECT_NEAR(round.speed, 2 * w, 1e-3);
  EXPECT_NEAR(round.acceleration, 2 * w * w, 1e-2);
  EXPECT_NEAR(round.jerk, 2 * w * w * w, 1e-1);
  // ∫ jerk² = 720 for the unit reach, v_peak = 15/8: −ln(720/(15/8)²) = −5.32.
  EXPECT_NEAR(kinematics(reach, 1000, 1.001, false).smoothness, -std::log(720 / std::pow(15.0 / 8, 2)), 0.02);
  for (Index t = 0; t <= 1000; ++t) reach(t, 0) += 0.01 * std::sin(0.1 * static_cast<double>(t));
  EXPECT_LT(kinematics(reach, 1000, 1.001, false).smoothness, -6);
}

TEST(Kinematics, AnglesGoTheShortWay) {
  RowMatrix yaw(9, 1);
  yaw << 3.0, 3.1, 3.2 - 2 * std::numbers::pi, 3.3 - 2 * std::numbers::pi, absent, 3.2, 3.1, 3.0, 2.9;
  const Kinematics got = kinematics(yaw, 10, 4, true);
  EXPECT_NEAR(got.path, 0.6, 1e-12);
  EXPECT_NEAR(got.range, 0.4, 1e-12);
  EXPECT_GT(kinematics(yaw, 10, 4, false).path, 6);
}

TEST(Kinematics, WithoutEnoughFramesIsMissing) {
  RowMatrix p = RowMatrix::Constant(5, 2, absent);
  EXPECT_TRUE(std::isnan(kinematics(p, 25, 4, false).range));
  p.topRows(3) << 0, 0, 1, 0, 2, 0;
  const Kinematics got = kinematics(p, 25, 4, false);
  EXPECT_DOUBLE_EQ(got.path, 2);
  EXPECT_DOUBLE_EQ(got.acceleration, 0);
  EXPECT_TRUE(std::isnan(got.jerk));
}

}  // namespace
}  // namespace facelex
