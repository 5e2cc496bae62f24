#include "facelex/factor/lasso/path.hpp"
#include "conditions.hpp"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <cmath>
#include <limits>

#include "facelex/core/error.hpp"
#include "facelex/factor/lasso/sparse_coding.hpp"
#include "factor/fixture.hpp"

namespace facelex {
namespace {

using test::kkt_violation;

LassoPath path_of(const RowMatrix& atoms, const Eigen::VectorXd& sample, bool positive,
                  const PathStop& stop = {}) {
  return lasso_path(atoms * atoms.transpose(), atoms * sample, sample.squaredNorm(), positive, stop);
}

/// The code at any α, from the points of the path.
Eigen::VectorXd code_at(const LassoPath& path, double alpha) {
  const auto point = [&](std::size_t p) {
    return Eigen::VectorXd(path.codes.row(static_cast<Eigen::Index>(p)).transpose());
  };
  for (std::size_t p = 0; p < path.alphas.size(); ++p) {
    if (path.alphas[p] > alpha) continue;
    if (p == 0 || path.alphas[p] == alpha) return point(p);
    const double share = (path.alphas[p - 1] - alpha) / (path.alphas[p - 1] - path.alphas[p]);
    return point(p - 1) + share * (point(p) - point(p - 1));
  }
  return point(path.alphas.size() - 1);
}

/// Non-negative least squares by trying every support.
double best_non_negative_residual(const RowMatrix& atoms, const Eigen::VectorXd& sample) {
  double best = sample.squaredNorm();
  for (unsigned support = 1; support < 1U << static_cast<unsigned>(atoms.rows()); ++support) {
    std::vector<Eigen::Index> units;
    for (Eigen::Index k = 0; k < atoms.rows(); ++k)
      if (support >> static_cast<unsigned>(k) & 1U) units.push_back(k);
    const Eigen::MatrixXd active = atoms(units, Eigen::all).transpose();
    const Eigen::VectorXd code = active.colPivHouseholderQr().solve(sample);
    if (code.minCoeff() >= 0) best = std::min(best, (sample - active * code).squaredNorm());
  }
  return best;
}

TEST(LassoPath, IsThatOfScikitLearnAtItsBreakpoints) {
  for (const Json& test : sklearn_fixture().at("path")) {
    const RowMatrix samples = matrix_from(test.at("samples")), atoms = matrix_from(test.at("atoms"));
    const bool positive = test.at("positive").get<bool>();
    for (Eigen::Index t = 0; t < samples.rows(); ++t) {
      const Json& theirs = test.at("paths")[static_cast<std::size_t>(t)];
      const auto alphas = theirs.at("alphas").get<std::vector<double>>();
      const RowMatrix codes = matrix_from(theirs.at("codes"));
      const LassoPath path = path_of(atoms, samples.row(t), positive);
      for (std::size_t p = 0; p < alphas.size(); ++p) {
        if (alphas[p] <= 1e-6 * alphas[0]) continue;  // where theirs ends short of the optimum
        const Eigen::VectorXd code = code_at(path, alphas[p]);
        EXPECT_LT((code - codes.row(static_cast<Eigen::Index>(p)).transpose()).cwiseAbs().maxCoeff(), 1e-7)
            << "sample " << t << ", alpha " << alphas[p];
        ASSERT_LT(p, path.alphas.size());
        EXPECT_NEAR(path.alphas[p] / alphas[p], 1, 1e-9) << "the same breakpoints";
      }
    }
  }
}

TEST(LassoPath, EveryPointIsOptimalWithAlikeDependentAndZeroAtoms) {
  std::size_t drops = 0, returns = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const auto units = static_cast<Eigen::Index>(1 + random.below(20));
    const auto columns = static_cast<Eigen::Index>(2 + random.below(20));
    RowMatrix atoms = normal_matrix(random, units, columns);
    if (seed % 3 == 0) atoms.rowwise() += 3 * normal_matrix(random, 1, columns).row(0);
    if (seed % 5 == 0 && units > 3) atoms.row(1) = atoms.row(3);
    if (seed % 7 == 0 && units > 2) atoms.row(0) = 0.5 * atoms.row(1) - atoms.row(2);
    if (seed % 11 == 0) atoms.row(units / 2).setZero();
    atoms *= std::pow(10.0, static_cast<double>(seed % 9) - 4);
    const Eigen::VectorXd sample = normal_matrix(random, columns, 1).col(0) + atoms.row(0).transpose();
    const bool positive = seed % 2 == 0;
    const LassoPath path = path_of(atoms, sample, positive);
    ASSERT_EQ(static_cast<Eigen::Index>(path.alphas.size()), path.codes.rows());
    EXPECT_EQ(path.alphas.back(), 0);
    EXPECT_EQ(path.codes.row(0).cwiseAbs().maxCoeff(), 0);
    for (std::size_t p = 0; p < path.alphas.size(); ++p) {
      const Eigen::VectorXd code = path.codes.row(static_cast<Eigen::Index>(p)).transpose();
      EXPECT_LT(kkt_violation(atoms, sample, code, path.alphas[p], positive), 1e-9)
          << "seed " << seed << " point " << p;
      EXPECT_NEAR(path.squared_residual[p], (sample - atoms.transpose() * code).squaredNorm(),
                  1e-10 * sample.squaredNorm());
      if (p == 0) continue;
      EXPECT_LT(path.alphas[p], path.alphas[p - 1]);
      const double middle = (path.alphas[p] + path.alphas[p - 1]) / 2;
      EXPECT_LT(kkt_violation(atoms, sample, code_at(path, middle), middle, positive), 1e-9)
          << "seed " << seed;
      for (Eigen::Index k = 0; k < units; ++k) {
        const auto at = static_cast<Eigen::Index>(p);
        const bool left = path.codes(at, k) == 0 && path.codes(at - 1, k) != 0;
        drops += left;
        if (left && (path.codes.col(k).tail(path.codes.rows() - at - 1).array() != 0).any()) ++returns;
      }
    }
  }
  EXPECT_GT(drops, 100U);
  EXPECT_GT(returns, 10U);
}

TEST(LassoPath, EndsAtLeastSquares) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    const RowMatrix atoms = normal_matrix(random, 6, 9);
    const Eigen::VectorXd sample = normal_matrix(random, 9, 1).col(0);
    const LassoPath with_signs = path_of(atoms, sample, false), non_negative = path_of(atoms, sample, true);
    const Eigen::MatrixXd columns = atoms.transpose();
    const Eigen::VectorXd least_squares = columns.colPivHouseholderQr().solve(sample);
    EXPECT_LT((with_signs.codes.bottomRows(1).transpose() - least_squares).cwiseAbs().maxCoeff(), 1e-10);
    EXPECT_NEAR(non_negative.squared_residual.back(), best_non_negative_residual(atoms, sample), 1e-11);
  }
}

// Paper 001's equations 3 and 4 have no ½: their α is twice ours.
TEST(LassoPath, HalfThePenaltyOfPaper001IsTheAlphaOfItsEquations) {
  Random random(5);
  const RowMatrix samples = sparse_samples(random, 30, 12, 8);
  const RowMatrix atoms = normal_matrix(random, 8, 12);
  for (const double paper_alpha : {0.1, 0.5, 2.0}) {
    PathStop stop;
    stop.alpha = paper_alpha / 2;
    const RowMatrix codes = encode_by_path(samples, atoms, true, stop);
    for (Eigen::Index t = 0; t < samples.rows(); ++t) {
      const auto objective = [&](const Eigen::RowVectorXd& z) {
        return (samples.row(t) - z * atoms).squaredNorm() + paper_alpha * z.sum();
      };
      const Eigen::RowVectorXd code = codes.row(t);
      const double least = objective(code);
      for (Eigen::Index k = 0; k < code.size(); ++k)
        for (const double step : {-1e-3, 1e-3}) {
          Eigen::RowVectorXd other = code;
          other[k] += step;
          if (other[k] >= 0) {
            EXPECT_GT(objective(other), least);
          }
        }
    }
  }
}

TEST(LassoPath, AtOneAlphaIsTheSparseCode) {
  for (const bool positive : {false, true}) {
    Random random(positive ? 1 : 2);
    const RowMatrix samples = sparse_samples(random, 60, 14, 10);
    const RowMatrix atoms = normal_matrix(random, 10, 14);
    LassoOptions options;
    options.alpha = 0.3;
    options.positive = positive;
    PathStop stop;
    stop.alpha = options.alpha;
    const RowMatrix codes = encode_by_path(samples, atoms, positive, stop);
    EXPECT_LT((codes - sparse_encode(samples, atoms, options).codes).cwiseAbs().maxCoeff(), 1e-8);
    EXPECT_GT((codes.array() == 0).count(), 0);
  }
}

TEST(LassoPath, StopsAtUnitsOrBudgetWhicheverComesFirst) {
  std::size_t shorter = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    const bool positive = seed % 2 == 0;
    const RowMatrix samples = sparse_samples(random, 10, 8, 9), atoms = normal_matrix(random, 9, 8);
    for (Eigen::Index t = 0; t < samples.rows(); ++t) {
      const Eigen::VectorXd sample = samples.row(t).transpose();
      const LassoPath whole = path_of(atoms, sample, positive);
      PathStop stop;
      stop.most_units = 3;
      const LassoPath three = path_of(atoms, sample, positive, stop);
      const auto units = [](const auto& code) { return (code.array() != 0).count(); };
      double best = std::numeric_limits<double>::infinity();
      for (Eigen::Index p = 0; p < whole.codes.rows(); ++p)
        if (units(whole.codes.row(p)) <= 3)
          best = std::min(best, whole.squared_residual[static_cast<std::size_t>(p)]);
      EXPECT_LE(units(three.codes.bottomRows(1)), 3);
      EXPECT_EQ(three.squared_residual.back(), best);
      const RowMatrix code_of_three = encode_by_path(samples.middleRows(t, 1), atoms, positive, stop);
      EXPECT_LT((code_of_three - three.codes.bottomRows(1)).cwiseAbs().maxCoeff(), 1e-12);
      shorter += three.alphas.size() < whole.alphas.size();

      stop = {};
      stop.l1_budget = whole.codes.bottomRows(1).cwiseAbs().sum() * 0.4;
      if (stop.l1_budget == 0) continue;
      const LassoPath cheap = path_of(atoms, sample, positive, stop);
      const Eigen::VectorXd code = cheap.codes.bottomRows(1).transpose();
      EXPECT_NEAR(code.cwiseAbs().sum() / stop.l1_budget, 1, 1e-10);
      EXPECT_LT(kkt_violation(atoms, sample, code, cheap.alphas.back(), positive), 1e-9);
      stop.alpha = cheap.alphas.back() * 1.5;
      EXPECT_EQ(path_of(atoms, sample, positive, stop).alphas.back(),
                std::min(stop.alpha, whole.alphas.front()));
    }
  }
  EXPECT_GT(shorter, 200U);
}

TEST(LassoPath, UnitsThatComeOrGoTogetherAreOnePoint) {
  // Orthogonal atoms that correlate alike with the sample.
  const RowMatrix atoms = RowMatrix::Identity(4, 4);
  const Eigen::VectorXd sample = (Eigen::VectorXd(4) << 2, 2, -2, 1).finished();
  const LassoPath with_signs = path_of(atoms, sample, false), positive = path_of(atoms, sample, true);
  ASSERT_EQ(with_signs.alphas, (std::vector<double>{2, 1, 0}));
  EXPECT_LT((with_signs.codes.row(2).transpose() - sample).cwiseAbs().maxCoeff(), 1e-15);
  ASSERT_EQ(positive.alphas, (std::vector<double>{2, 1, 0}));
  EXPECT_EQ(positive.codes(2, 2), 0);

  // The same atom twice: one of the two.
  RowMatrix twins(3, 2);
  twins << 1, 0, 1, 0, 0, 1;
  const LassoPath path = path_of(twins, Eigen::Vector2d(3, 1), false);
  ASSERT_EQ(path.alphas, (std::vector<double>{3, 1, 0}));
  EXPECT_EQ(path.codes.row(2), (Eigen::RowVector3d(3, 0, 1)));
}

// Atoms of −1, 0 and 1: units come and go together all the time, and many depend on each other.
TEST(LassoPath, IsOptimalWhereEverythingTies) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    RowMatrix atoms(static_cast<Eigen::Index>(2 + random.below(16)),
                    static_cast<Eigen::Index>(2 + random.below(6)));
    for (double& value : atoms.reshaped()) value = static_cast<double>(random.below(3)) - 1;
    Eigen::VectorXd sample(atoms.cols());
    for (double& value : sample) value = static_cast<double>(random.below(5)) - 2;
    const bool positive = seed % 2 == 0;
    const LassoPath path = path_of(atoms, sample, positive);
    EXPECT_EQ(path.alphas.back(), 0);
    for (std::size_t p = 0; p < path.alphas.size(); ++p)
      ASSERT_LT(kkt_violation(atoms, sample, path.codes.row(static_cast<Eigen::Index>(p)).transpose(),
                              path.alphas[p], positive),
                1e-9)
          << "seed " << seed << " point " << p;
  }
}

TEST(LassoPath, NothingToExplainIsOnePoint) {
  const RowMatrix atoms = RowMatrix::Identity(3, 3);
  for (const Eigen::VectorXd& sample :
       {Eigen::VectorXd(Eigen::Vector3d::Zero()), Eigen::VectorXd(Eigen::Vector3d(-1, -2, 0))}) {
    const LassoPath path = path_of(atoms, sample, true);
    EXPECT_EQ(path.alphas, std::vector<double>{0});
    EXPECT_EQ(path.codes, RowMatrix::Zero(1, 3));
    EXPECT_EQ(path.squared_residual, std::vector<double>{sample.squaredNorm()});
  }
  EXPECT_EQ(lasso_path(Eigen::MatrixXd(0, 0), Eigen::VectorXd(0), 2, true).squared_residual,
            std::vector<double>{2});
}

TEST(LassoPath, CurvesAreThoseOfThePathsOneByOne) {
  for (const bool positive : {false, true}) {
    for (const Eigen::Index units : {3, 8, 13, 21, 30}) {
      Random random(static_cast<std::uint64_t>(units));
      RowMatrix samples = sparse_samples(random, 300, 12, units);
      samples.row(7).setZero();
      const RowMatrix atoms = normal_matrix(random, units, 12);
      const std::vector<double> budgets = {0.1, 1, 4, 1000};
      const PathCurves curves = lasso_path_curves(samples, atoms, positive, budgets);
      Eigen::VectorXd residual = Eigen::VectorXd::Zero(units + 1), share = residual;
      Eigen::VectorXd by_budget = Eigen::VectorXd::Zero(4);
      for (Eigen::Index t = 0; t < samples.rows(); ++t) {
        const Eigen::VectorXd sample = samples.row(t).transpose();
        for (Eigen::Index k = 0; k <= units; ++k) {
          PathStop stop;
          stop.most_units = k;
          const double left =
              k == 0 ? sample.squaredNorm() : path_of(atoms, sample, positive, stop).squared_residual.back();
          residual[k] += left;
          if (t != 7) share[k] += left / sample.squaredNorm();
        }
        for (std::size_t i = 0; i < 4; ++i) {
          PathStop stop;
          stop.l1_budget = budgets[i];
          by_budget[static_cast<Eigen::Index>(i)] +=
              path_of(atoms, sample, positive, stop).squared_residual.back();
        }
      }
      EXPECT_LT((curves.residual_by_units - residual).cwiseAbs().maxCoeff(), 1e-9 * residual[0]);
      EXPECT_LT((curves.share_by_units - share).cwiseAbs().maxCoeff(), 1e-7);
      EXPECT_LT((curves.residual_by_l1 - by_budget).cwiseAbs().maxCoeff(), 1e-9 * residual[0]);
      EXPECT_NEAR(curves.squares, samples.squaredNorm(), 1e-9 * curves.squares);
      EXPECT_EQ(curves.samples, 300);
      EXPECT_EQ(curves.moving, 299);
      EXPECT_EQ(curves.l1, budgets);
      EXPECT_GT(curves.breakpoints, 299);
    }
  }
}

TEST(LassoPath, TheSameBytesForAnyThreads) {
  Random random(3);
  const RowMatrix samples = sparse_samples(random, 3000, 15, 8), atoms = normal_matrix(random, 8, 15);
  Work work;
  work.threads = 3;
  const PathCurves one = lasso_path_curves(samples, atoms, true, {1, 2});
  const PathCurves three = lasso_path_curves(samples, atoms, true, {1, 2}, work);
  EXPECT_EQ(one.residual_by_units, three.residual_by_units);
  EXPECT_EQ(one.share_by_units, three.share_by_units);
  EXPECT_EQ(one.residual_by_l1, three.residual_by_l1);
  PathStop stop;
  stop.most_units = 2;
  const RowMatrix codes = encode_by_path(samples, atoms, false, stop);
  EXPECT_EQ(codes, encode_by_path(samples, atoms, false, stop, work));
  EXPECT_EQ(codes.row(1234), encode_by_path(samples.row(1234), atoms, false, stop))
      << "depends on its sample alone";
}

TEST(LassoPath, RefusesBadInput) {
  RowMatrix samples = RowMatrix::Ones(3, 4);
  const RowMatrix atoms = RowMatrix::Ones(2, 4);
  PathStop stop;
  stop.alpha = -1;
  EXPECT_THROW(encode_by_path(samples, atoms, true, stop), Error);
  stop = {};
  stop.most_units = -1;
  EXPECT_THROW(encode_by_path(samples, atoms, true, stop), Error);
  stop = {};
  stop.l1_budget = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(encode_by_path(samples, atoms, true, stop), Error);
  EXPECT_THROW(encode_by_path(samples, RowMatrix::Ones(2, 3), true, {}), Error);
  EXPECT_THROW(lasso_path_curves(samples, atoms, true, {2, 1}), Error);
  EXPECT_THROW(lasso_path_curves(samples, atoms, true, {0}), Error);
  samples(1, 2) = std::numeric_limits<double>::infinity();
  EXPECT_THROW(lasso_path_curves(samples, atoms, true, {}), Error);
  EXPECT_THROW(lasso_path(Eigen::MatrixXd::Ones(2, 3), Eigen::VectorXd::Ones(2), 1, true), Error);
  EXPECT_THROW(lasso_path(Eigen::MatrixXd::Ones(2, 2), Eigen::VectorXd::Constant(2, samples(1, 2)), 1, true),
               Error);
}

}  // namespace
}  // namespace facelex
