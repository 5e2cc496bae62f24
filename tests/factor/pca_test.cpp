#include "facelex/factor/pca.hpp"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <cmath>
#include <limits>

#include "facelex/core/error.hpp"
#include "fixture.hpp"

namespace facelex {
namespace {

TEST(Pca, IsThatOfScikitLearnUpToSigns) {
  const auto& test = sklearn_fixture().at("pca");
  const auto samples = matrix_from(test.at("samples")), components = matrix_from(test.at("components"));
  const auto pca = fit_pca(samples, components.rows());
  for (Eigen::Index k = 0; k < components.rows(); ++k) {
    const auto at = static_cast<std::size_t>(k);
    const double sign = pca.components.row(k).dot(components.row(k)) < 0 ? -1 : 1;
    EXPECT_LT((sign * components.row(k) - pca.components.row(k)).cwiseAbs().maxCoeff(), 1e-9);
    EXPECT_NEAR(pca.variance[k] / test.at("variance")[at].get<double>(), 1, 1e-9);
    EXPECT_NEAR(pca.variance_share[k], test.at("share")[at].get<double>(), 1e-9);
  }
  for (Eigen::Index d = 0; d < pca.mean.size(); ++d)
    EXPECT_NEAR(pca.mean[d], test.at("mean")[static_cast<std::size_t>(d)].get<double>(), 1e-9);
}

TEST(Pca, ComponentsAreOrthonormalSortedAndCanonicalAndAllOfThemLoseNothing) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const bool centred = seed % 2 == 0;
    const RowMatrix samples = sparse_samples(random, 60, 7, 5).array() + 3;
    const auto pca = fit_pca(samples, 7, centred);
    EXPECT_LT((pca.components * pca.components.transpose() - RowMatrix::Identity(7, 7)).cwiseAbs().maxCoeff(),
              1e-12);
    for (Eigen::Index k = 0; k < 7; ++k) {
      EXPECT_EQ(pca.components.row(k).maxCoeff(), pca.components.row(k).cwiseAbs().maxCoeff());
      if (k > 0) {
        EXPECT_LE(pca.variance[k], pca.variance[k - 1]);
      }
    }
    EXPECT_NEAR(pca.variance_share.sum(), 1, 1e-12);
    const auto codes = pca.encode(samples);
    EXPECT_LT((pca.decode(codes) - samples).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_NEAR(codes.col(0).squaredNorm() / (centred ? 59 : 60) / pca.variance[0], 1, 1e-12);
    if (!centred) {
      EXPECT_EQ(pca.mean.norm(), 0);
    }
  }
}

/// Samples whose standard deviations along orthogonal directions fall by `fall` each.
RowMatrix falling_spectrum(Random& random, Eigen::Index rows, Eigen::Index columns, double fall) {
  RowMatrix scores = normal_matrix(random, rows, columns);
  for (Eigen::Index d = 0; d < columns; ++d) scores.col(d) *= std::pow(fall, static_cast<double>(d));
  const Eigen::MatrixXd basis =
      Eigen::HouseholderQR<Eigen::MatrixXd>(normal_matrix(random, columns, columns)).householderQ();
  return scores * basis;
}

TEST(Pca, RandomizedFindsTheExactComponentsWhereTheSpectrumFalls) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Random random(seed);
    const bool wide = seed % 2 == 0;
    const RowMatrix samples = falling_spectrum(random, wide ? 50 : 400, wide ? 120 : 60, 0.8).array() + 1;
    PcaFitOptions options;
    options.centred = seed % 3 != 0;
    const Pca exact = fit_pca(samples, 6, options);
    options.solver = PcaSolver::randomized;
    const Pca random_one = fit_pca(samples, 6, options);
    EXPECT_LT((exact.components - random_one.components).cwiseAbs().maxCoeff(), 1e-6) << "seed " << seed;
    EXPECT_LT((exact.variance - random_one.variance).cwiseAbs().maxCoeff(), 1e-9 * exact.variance[0]);
    EXPECT_LT((exact.variance_share - random_one.variance_share).cwiseAbs().maxCoeff(), 1e-9);
    EXPECT_EQ(exact.mean, random_one.mean);
  }
}

TEST(Pca, OptionsOfTheRandomizedSolverChangeWhatItFinds) {
  Random random(11);
  const RowMatrix samples = normal_matrix(random, 200, 80);  // a spectrum that hardly falls
  const auto first = [&](auto change) {
    PcaFitOptions options;
    options.solver = PcaSolver::randomized;
    change(options);
    return fit_pca(samples, 5, options).variance[0];
  };
  const double usual = first([](PcaFitOptions&) {}), exact = fit_pca(samples, 5).variance[0];
  EXPECT_LT(usual, exact);
  EXPECT_NE(first([](PcaFitOptions& o) { o.seed = 2; }), usual);
  EXPECT_LT(first([](PcaFitOptions& o) { o.power_iterations = 0; }), usual);
  EXPECT_GT(first([](PcaFitOptions& o) { o.power_iterations = 60; }), 0.9999 * exact);
  EXPECT_NEAR(first([](PcaFitOptions& o) { o.oversampling = 75; }) / exact, 1, 1e-12);
  EXPECT_NE(first([](PcaFitOptions& o) { o.centred = false; }), usual);
  for (const auto& bad :
       {+[](PcaFitOptions& o) { o.oversampling = -1; }, +[](PcaFitOptions& o) { o.power_iterations = -1; },
        +[](PcaFitOptions& o) { o.seed = -1; }})
    EXPECT_THROW(first(bad), Error);
}

TEST(Pca, FewerSamplesThanColumnsAreTakenTheShortWay) {
  Random random(12);
  const RowMatrix samples = normal_matrix(random, 9, 40);
  const Pca wide = fit_pca(samples, 9);
  EXPECT_LT((wide.components * wide.components.transpose() - RowMatrix::Identity(9, 9)).cwiseAbs().maxCoeff(),
            1e-12);
  EXPECT_LT((wide.decode(wide.encode(samples)) - samples).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_NEAR(wide.variance_share.sum(), 1, 1e-12);
  EXPECT_LT(wide.variance[8], 1e-12) << "centred, nine samples have eight directions";
  // The same as of more samples than columns: each one five times.
  const Pca tall = fit_pca(samples.replicate(5, 1), 8);
  EXPECT_LT((tall.components - wide.components.topRows(8)).cwiseAbs().maxCoeff(), 1e-10);
}

TEST(Pca, TheSameBytesForAnyThreads) {
  Random random(2);
  const auto samples = sparse_samples(random, 3000, 8, 6);
  Work work;
  work.threads = 3;
  const auto one = fit_pca(samples, 4), three = fit_pca(samples, 4, true, work);
  EXPECT_TRUE(one.components == three.components);
  EXPECT_TRUE(one.mean == three.mean);
  PcaFitOptions options;
  options.solver = PcaSolver::randomized;
  EXPECT_TRUE(fit_pca(samples, 4, options).components == fit_pca(samples, 4, options, work).components);
}

TEST(Pca, StandingStillIsNoError) {
  const auto pca = fit_pca(RowMatrix::Constant(5, 3, 2.5), 2);
  EXPECT_EQ(pca.variance_share.sum(), 0);
  EXPECT_TRUE(pca.components.allFinite());
}

TEST(Pca, RefusesBadInput) {
  RowMatrix samples = RowMatrix::Random(5, 3);
  EXPECT_THROW(fit_pca(samples, 0), Error);
  EXPECT_THROW(fit_pca(samples, 4), Error);
  EXPECT_THROW(fit_pca(samples.topRows(1), 1), Error);
  EXPECT_THROW(fit_pca(samples.topRows(2), 3), Error);
  samples(4, 0) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(fit_pca(samples, 2), Error);
}

}  // namespace
}  // namespace facelex
