#include "facelex/factor/pca.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "facelex/core/error.hpp"
#include "factor/fixture.hpp"

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

TEST(Pca, TheSameBytesForAnyThreads) {
  Random random(2);
  const auto samples = sparse_samples(random, 3000, 8, 6);
  Work work;
  work.threads = 3;
  const auto one = fit_pca(samples, 4), three = fit_pca(samples, 4, true, work);
  EXPECT_TRUE(one.components == three.components);
  EXPECT_TRUE(one.mean == three.mean);
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
