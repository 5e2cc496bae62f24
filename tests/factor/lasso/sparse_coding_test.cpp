#include "facelex/factor/lasso/sparse_coding.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "facelex/core/error.hpp"
#include "factor/fixture.hpp"

namespace facelex {
namespace {

double max_difference(const RowMatrix& a, const RowMatrix& b) {
  return (a - b).cwiseAbs().maxCoeff();
}

/// Proximal gradient descent on the residual itself (Beck & Teboulle 2009): no Gram matrix, no coordinates.
Eigen::VectorXd naive_code(const Eigen::VectorXd& x, const RowMatrix& atoms, double alpha, bool positive) {
  const double step = 1 / (atoms * atoms.transpose()).norm();
  Eigen::VectorXd z = Eigen::VectorXd::Zero(atoms.rows()), y = z;
  double momentum = 1;
  for (int i = 0; i < 20000; ++i) {
    const Eigen::VectorXd moved = y + step * (atoms * (x - atoms.transpose() * y));
    const Eigen::VectorXd next = moved.unaryExpr([&](double v) {
      if (v > step * alpha) return v - step * alpha;
      return v < -step * alpha && !positive ? v + step * alpha : 0.0;
    });
    const double grown = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
    y = next + (momentum - 1) / grown * (next - z);
    z = next;
    momentum = grown;
  }
  return z;
}

TEST(SparseCoding, CodesAreThoseOfScikitLearnWithBothStoppingRules) {
  for (const auto& test : sklearn_fixture().at("coding")) {
    const auto samples = matrix_from(test.at("samples")), atoms = matrix_from(test.at("atoms"));
    LassoOptions options{test.at("alpha").get<double>(), LassoSolver::sklearn,
                         test.at("positive").get<bool>(), 1000};
    EXPECT_LT(max_difference(sparse_encode(samples, atoms, options).codes, matrix_from(test.at("sklearn"))),
              1e-9);
    options.solver = LassoSolver::exact;
    const auto exact = sparse_encode(samples, atoms, options);
    EXPECT_LT(max_difference(exact.codes, matrix_from(test.at("exact"))), 1e-6);
    EXPECT_EQ(exact.unconverged, 0);
  }
}

/// scikit-learn 1.2.1's enet_coordinate_descent for one sample, on the residual: no Gram matrix, no lanes.
Eigen::VectorXd naive_sklearn_code(const Eigen::VectorXd& x, const RowMatrix& atoms, double alpha,
                                   bool positive, int max_sweeps) {
  Eigen::VectorXd z = Eigen::VectorXd::Zero(atoms.rows()), residual = x;
  for (int i = 0; i < max_sweeps; ++i) {
    double max_step = 0, max_code = 0;
    for (Eigen::Index k = 0; k < z.size(); ++k) {
      const double norm = atoms.row(k).squaredNorm();
      if (norm == 0) continue;
      const double before = z[k], aim = atoms.row(k).dot(residual) + norm * before;
      z[k] = std::max(std::abs(aim) - alpha, 0.0) * (aim > 0 ? 1 : -1) / norm;
      if (positive && aim < 0) z[k] = 0;
      residual -= (z[k] - before) * atoms.row(k).transpose();
      max_step = std::max(max_step, std::abs(z[k] - before));
      max_code = std::max(max_code, std::abs(z[k]));
    }
    if (max_code != 0 && max_step / max_code >= 1e-4) continue;
    const Eigen::VectorXd correlation = atoms * residual;
    const double dual = positive ? correlation.maxCoeff() : correlation.cwiseAbs().maxCoeff();
    const double scale = dual > alpha ? alpha / dual : 1;
    const double gap = 0.5 * residual.squaredNorm() * (1 + scale * scale) + alpha * z.cwiseAbs().sum() -
                       scale * residual.dot(x);
    if (gap < 1e-4 * x.squaredNorm()) break;
  }
  return z;
}

TEST(SparseCoding, LanesDoWhatOneSampleAloneWouldDo) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    Random random(seed);
    const bool positive = seed % 2 != 0;
    const Eigen::Index atoms_count = 1 + static_cast<Eigen::Index>(random.below(20));
    // Numbers of samples around the lanes', so that lanes run empty and refill.
    const auto samples = sparse_samples(random, 1 + static_cast<Eigen::Index>(random.below(30)), 12, 6);
    RowMatrix atoms = normal_matrix(random, atoms_count, 12);
    if (seed % 3 == 0) atoms.row(0).setZero();
    const LassoOptions options{0.3, LassoSolver::sklearn, positive, seed % 4 == 3 ? 3 : 1000};
    const auto codes = sparse_encode(samples, atoms, options).codes;
    for (Eigen::Index t = 0; t < samples.rows(); ++t)
      EXPECT_LT((codes.row(t).transpose() -
                 naive_sklearn_code(samples.row(t), atoms, 0.3, positive, options.max_sweeps))
                    .cwiseAbs()
                    .maxCoeff(),
                1e-9)
          << "seed " << seed << ", sample " << t;
  }
}

TEST(SparseCoding, ExactCodesAreThoseOfANaiveMethod) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Random random(seed);
    const bool positive = seed % 2 != 0;
    const auto samples = sparse_samples(random, 4, 12, 6);
    const auto atoms = normal_matrix(random, 6, 12);
    const auto codes = sparse_encode(samples, atoms, {0.3, LassoSolver::exact, positive, 1000}).codes;
    for (Eigen::Index t = 0; t < samples.rows(); ++t)
      EXPECT_LT(
          (codes.row(t).transpose() - naive_code(samples.row(t), atoms, 0.3, positive)).cwiseAbs().maxCoeff(),
          1e-6)
          << "seed " << seed;
  }
}

TEST(SparseCoding, ExactCodesMeetTheOptimalityConditions) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const bool positive = seed % 3 == 0;
    const auto columns = static_cast<Eigen::Index>(4 + random.below(20)),
               count = static_cast<Eigen::Index>(1 + random.below(30));
    const double alpha = std::pow(10, random.uniform(-2, 0.5));
    const auto samples = sparse_samples(random, 20, columns, 8);
    auto atoms = normal_matrix(random, count, columns);
    if (seed % 4 == 0) atoms.row(0).setZero();
    if (seed % 5 == 0 && count > 2) atoms.row(2) = atoms.row(1);  // no unique code, but conditions to meet
    const auto result = sparse_encode(samples, atoms, {alpha, LassoSolver::exact, positive, 20000});
    EXPECT_EQ(result.unconverged, 0) << "seed " << seed;
    const RowMatrix gradient = (samples - result.codes * atoms) * atoms.transpose();
    const double tolerance = 1e-9 * (1 + (samples * atoms.transpose()).cwiseAbs().maxCoeff());
    for (Eigen::Index t = 0; t < samples.rows(); ++t)
      for (Eigen::Index k = 0; k < count; ++k) {
        const double z = result.codes(t, k), g = gradient(t, k);
        if (positive) {
          ASSERT_GE(z, 0);
        }
        if (z != 0) {
          ASSERT_NEAR(g, std::copysign(alpha, z), tolerance) << "seed " << seed;
        } else {
          ASSERT_LE(positive ? g : std::abs(g), alpha + tolerance) << "seed " << seed;
        }
      }
  }
}

TEST(SparseCoding, ExactIsNeverWorseThanSklearnAndSometimesBetter) {
  Random random(5);
  const auto samples = sparse_samples(random, 200, 12, 20);
  RowMatrix atoms = normal_matrix(random, 20, 12) * 0.1;
  atoms.rowwise() += normal_matrix(random, 1, 12).row(0);
  const LassoOptions exact{0.05, LassoSolver::exact, false, 1000},
      sklearn{0.05, LassoSolver::sklearn, false, 1000};
  const double best = lasso_objective(samples, atoms, sparse_encode(samples, atoms, exact).codes, 0.05);
  EXPECT_LT(best, lasso_objective(samples, atoms, sparse_encode(samples, atoms, sklearn).codes, 0.05));
}

TEST(SparseCoding, CodesAreTheSameBytesForAnyThreadsAndAnyBlocking) {
  Random random(6);
  const auto samples = sparse_samples(random, 1001, 15, 9);
  const auto atoms = normal_matrix(random, 9, 15);
  for (const auto solver : {LassoSolver::exact, LassoSolver::sklearn}) {
    const LassoOptions options{0.2, solver, false, 1000};
    const auto one = sparse_encode(samples, atoms, options);
    Work work;
    work.threads = 3;
    EXPECT_TRUE(sparse_encode(samples, atoms, options, work).codes == one.codes);
    EXPECT_TRUE(sparse_encode(samples.middleRows(137, 300), atoms, options).codes ==
                one.codes.middleRows(137, 300));
  }
}

TEST(SparseCoding, EveryOptionChangesTheResult) {
  Random random(7);
  const auto samples = sparse_samples(random, 50, 15, 20);
  const auto atoms = normal_matrix(random, 20, 15);
  const LassoOptions base;
  const auto codes = sparse_encode(samples, atoms, base).codes;
  LassoOptions changed = base;
  changed.alpha = 1;
  EXPECT_GT(max_difference(sparse_encode(samples, atoms, changed).codes, codes), 1e-3);
  changed = base;
  changed.positive = true;
  EXPECT_GT(max_difference(sparse_encode(samples, atoms, changed).codes, codes), 1e-3);
  changed = base;
  changed.solver = LassoSolver::sklearn;
  EXPECT_GT(max_difference(sparse_encode(samples, atoms, changed).codes, codes), 1e-8);
  changed.max_sweeps = 1;
  const auto cut = sparse_encode(samples, atoms, changed);
  EXPECT_GT(cut.unconverged, 0);
  EXPECT_GT(max_difference(cut.codes, codes), 1e-3);
}

TEST(SparseCoding, RefusesBadInput) {
  const RowMatrix atoms = RowMatrix::Identity(2, 3);
  RowMatrix samples = RowMatrix::Ones(4, 3);
  LassoOptions options;
  options.alpha = 0;
  EXPECT_THROW(sparse_encode(samples, atoms, options), Error);
  options.alpha = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(sparse_encode(samples, atoms, options), Error);
  options = {};
  options.max_sweeps = 0;
  EXPECT_THROW(sparse_encode(samples, atoms, options), Error);
  EXPECT_THROW(sparse_encode(RowMatrix::Ones(4, 2), atoms, {}), Error);
  samples(2, 1) = std::numeric_limits<double>::quiet_NaN();
  try {
    sparse_encode(samples, atoms, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "sample 3, column 2: not a finite number; leave rows with missing values out");
  }
}

TEST(SparseCoding, NoSamplesGiveNoCodes) {
  EXPECT_EQ(sparse_encode(RowMatrix(0, 3), RowMatrix::Identity(2, 3), {}).codes.rows(), 0);
}

}  // namespace
}  // namespace facelex
