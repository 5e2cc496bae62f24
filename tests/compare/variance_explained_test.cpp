#include "facelex/compare/variance_explained.hpp"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <algorithm>
#include <bit>

#include "facelex/factor/lasso/path.hpp"
#include "hand_made.hpp"

namespace facelex {
namespace {

using test::random_matrix;

RowMatrix orthonormal_rows(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  const Eigen::MatrixXd q =
      Eigen::HouseholderQR<Eigen::MatrixXd>(random_matrix(columns, rows, seed)).householderQ() *
      Eigen::MatrixXd::Identity(columns, rows);
  return q.transpose();
}

/// Σ over samples of the least residual over all sets of at most k units, by trying every set.
double best_by_trying(const RowMatrix& samples, const RowMatrix& units, int most) {
  double sum = 0;
  for (const auto& sample : samples.rowwise()) {
    double best = sample.squaredNorm();
    for (unsigned set = 1; set < (1U << units.rows()); ++set) {
      if (std::popcount(set) > most) continue;
      std::vector<Eigen::Index> chosen;
      for (Eigen::Index k = 0; k < units.rows(); ++k)
        if (set >> k & 1U) chosen.push_back(k);
      const Eigen::MatrixXd w = units(chosen, Eigen::all).transpose();
      const Eigen::VectorXd x = sample.transpose();
      best = std::min(best, (x - w * w.colPivHouseholderQr().solve(x)).squaredNorm());
    }
    sum += best;
  }
  return sum;
}

TEST(ResidualByActiveUnitsTest, OrthogonalUnitsTakeTheLargestProjections) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    RowMatrix units = orthonormal_rows(5, 8, seed);
    units.row(2) *= 7;  // orthogonal units of any length
    const RowMatrix samples = random_matrix(12, 8, 60 + seed);
    const Eigen::VectorXd residual = residual_by_active_units(samples, units, 5, false);
    ASSERT_EQ(residual.size(), 6);
    for (int k = 0; k <= 5; ++k)
      EXPECT_NEAR(residual[k], best_by_trying(samples, units, k), 1e-9) << k << " units";
  }
}

TEST(ResidualByActiveUnitsTest, PositiveCodesCannotGoBack) {
  const RowMatrix units = RowMatrix::Identity(3, 3);
  RowMatrix samples(1, 3);
  samples << 1, -5, 2;
  EXPECT_TRUE(
      residual_by_active_units(samples, units, 3, true).isApprox(Eigen::Vector4d(30, 26, 25, 25), 1e-12));
  EXPECT_TRUE(
      residual_by_active_units(samples, units, 3, false).isApprox(Eigen::Vector4d(30, 5, 1, 0), 1e-12));
}

TEST(ResidualByActiveUnitsTest, OtherUnitsFollowTheLassoPathWhateverTheirLength) {
  RowMatrix units = random_matrix(4, 7, 3);
  const RowMatrix samples = random_matrix(10, 7, 4);
  const Eigen::VectorXd residual = residual_by_active_units(samples, units, 4, false);
  EXPECT_NEAR(residual[0], samples.squaredNorm(), 1e-9);
  EXPECT_NEAR(residual[4], best_by_trying(samples, units, 4), 1e-7);
  for (int k = 1; k <= 4; ++k) {
    EXPECT_LE(residual[k], residual[k - 1] + 1e-12);
    EXPECT_GE(residual[k], best_by_trying(samples, units, k) - 1e-9) << "no path is better than the best set";
  }
  RowMatrix scaled = units;
  scaled.row(1) *= 50;
  EXPECT_TRUE(residual_by_active_units(samples, scaled, 4, false).isApprox(residual, 1e-9));
  EXPECT_TRUE(residual_by_active_units(samples, units, 2, false).isApprox(residual.head(3), 1e-12))
      << "how far the path goes does not change its beginning";
  const RowMatrix normed = units.rowwise().normalized();
  const Eigen::VectorXd shrunk = lasso_path_curves(samples, normed, false, {}).residual_by_units;
  for (int k = 1; k <= 4; ++k) EXPECT_LE(residual[k], shrunk[k] + 1e-9) << "refitted, not shrunk";
  EXPECT_LT(residual[1], 0.99 * shrunk[1]);
}

TEST(ResidualByActiveUnitsTest, UnitsThatDoNotMoveExplainNothing) {
  RowMatrix units = RowMatrix::Zero(3, 3);
  units(1, 1) = 2;
  RowMatrix samples(1, 3);
  samples << 1, 3, 0;
  EXPECT_TRUE(
      residual_by_active_units(samples, units, 3, false).isApprox(Eigen::Vector4d(10, 1, 1, 1), 1e-12));
}

TEST(PartDrawsTest, IsPooledOverParts) {
  const PartDraws draws(3, 0, 1);
  const Estimate found = draws.variance_explained({{1, 10}, {2, 10}, {30, 100}});
  EXPECT_DOUBLE_EQ(found.value, 1 - 33.0 / 120);
  EXPECT_TRUE(std::isnan(found.low)) << "no draws, no interval";
  EXPECT_TRUE(std::isnan(draws.variance_explained({{0, 0}, {0, 0}, {0, 0}}).value)) << "nothing moves";
}

TEST(PartDrawsTest, IntervalHoldsTheTruthAboutAsOftenAsItSays) {
  // Shares of error of the population are uniform in 0.2 … 0.4: 30 % on average.
  int held = 0;
  constexpr int studies = 400;
  for (int study = 0; study < studies; ++study) {
    Random random(static_cast<std::uint64_t>(1000 + study));
    std::vector<PartError> parts;
    for (int i = 0; i < 25; ++i) {
      const double squares = random.uniform(50, 150);
      parts.push_back({squares * random.uniform(0.2, 0.4), squares});
    }
    const Estimate found = PartDraws(parts.size(), 300, 5).variance_explained(parts);
    EXPECT_LE(found.low, found.high);
    held += found.low <= 0.7 && 0.7 <= found.high;
  }
  EXPECT_GT(held, 0.88 * studies);
  EXPECT_LT(held, 0.99 * studies);
}

TEST(PartDrawsTest, AlikePartsLeaveNoDoubt) {
  const Estimate found = PartDraws(4, 200, 9).variance_explained({{1, 4}, {1, 4}, {1, 4}, {1, 4}});
  EXPECT_DOUBLE_EQ(found.low, 0.75);
  EXPECT_DOUBLE_EQ(found.high, 0.75);
  EXPECT_TRUE(std::isnan(PartDraws(1, 200, 9).variance_explained({{1, 4}}).low))
      << "one subject tells nothing";
}

}  // namespace
}  // namespace facelex
