// Weights of linear models, and their stability over subsamples of subjects.
#include "facelex/evaluate/weights.hpp"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <cmath>

#include "fixture.hpp"

namespace facelex {
namespace {

using test::noise_data;

EvaluationOptions some_options(int subsamples) {
  EvaluationOptions options;
  options.learner.c = {0.01, 1};
  options.folds.inner_folds = 3;
  options.subsamples = subsamples;
  return options;
}

TEST(EvaluationWeights, OfRidgeAreThePrimalSolution) {
  EvaluationData data = noise_data(20, 2, 6, 0, 3);
  data.classes.clear();
  data.y = 3 * data.x.col(2) - 50 * data.x.col(4) + data.x.col(1);
  data.x.col(4) *= 100;
  EvaluationOptions options = some_options(0);
  options.learner.learner = Learner::ridge;
  options.learner.c = {0.25};
  const auto weights = evaluation_weights(data, options, {});
  ASSERT_TRUE(weights);
  const RowMatrix centred = data.x.rowwise() - data.x.colwise().mean();
  const Eigen::RowVectorXd sd = centred.array().square().colwise().mean().sqrt();
  const Eigen::MatrixXd z = centred.array().rowwise() / sd.array();
  const Eigen::MatrixXd system = z.transpose() * z + 2 * Eigen::MatrixXd::Identity(6, 6);
  const Eigen::VectorXd centred_y = data.y.array() - data.y.mean();
  const Eigen::VectorXd expected = system.llt().solve(z.transpose() * centred_y);
  const ContrastWeights& found = weights->contrasts.at(0);
  EXPECT_TRUE(found.weight.isApprox(expected, 1e-9)) << found.weight << "\n\n" << expected;
  EXPECT_TRUE(found.unscaled.isApprox((expected.array() / sd.transpose().array()).matrix(), 1e-9));
  EXPECT_EQ(found.name, "group");
  EXPECT_TRUE(std::isnan(found.mean(0)) && std::isnan(found.sd(0)) && std::isnan(found.same_sign(0)));
}

TEST(EvaluationWeights, OfTheSvmJudgeAsItDoes) {
  const EvaluationData data = noise_data(24, 1, 5, 2, 8);
  EvaluationOptions options = some_options(0);
  options.learner.c = {1};
  const auto weights = evaluation_weights(data, options, {});
  OuterFold all;
  all.rows.train = all.rows.test = test::row_range(0, data.rows());
  const KernelSource source(data, options.scaling);
  const FoldOutcome outcome = run_outer_fold(data, source, data.y, all, options.learner, {});
  const Eigen::VectorXd by_weights = data.x * weights->contrasts.at(0).unscaled;
  const Eigen::VectorXd difference = outcome.predictions.scores.col(1) - by_weights;
  EXPECT_LT((difference.array() - difference.mean()).abs().maxCoeff(), 1e-9);
  EXPECT_EQ(weights->contrasts[0].name, "b against a");
}

TEST(EvaluationWeights, APlantedFeatureIsStableAndNoiseIsNot) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const EvaluationData data = noise_data(40, 2, 12, 3, seed);
    const auto weights = evaluation_weights(data, some_options(40), {});
    const ContrastWeights& found = weights->contrasts.at(0);
    Eigen::Index largest = 0;
    found.weight.cwiseAbs().maxCoeff(&largest);
    EXPECT_EQ(largest, 0);
    EXPECT_GT(found.weight(0), 0);
    EXPECT_EQ(found.same_sign(0), 1);
    EXPECT_EQ(found.subsamples, 40);
    EXPECT_NEAR(found.mean(0), found.weight(0), 0.25 * found.weight(0));  // fewer subjects, smaller weights
    EXPECT_GT(found.sd.minCoeff(), 0);
    EXPECT_LT(found.same_sign.tail(11).minCoeff(), 1);
    EXPECT_EQ(found.used.minCoeff(), 1);
  }
}

TEST(EvaluationWeights, SelectionIsMadeWithinEachSubsample) {
  const EvaluationData data = noise_data(30, 1, 20, 3, 4);
  EvaluationOptions options = some_options(30);
  options.scaling.select = 4;
  const ContrastWeights found = evaluation_weights(data, options, {})->contrasts.at(0);
  EXPECT_EQ(found.weight.array().isNaN().count(), 16);
  EXPECT_EQ(found.used(0), 1);
  EXPECT_NEAR(found.used.sum(), 4, 1e-12);
  EXPECT_GT((found.used.array() > 0).count(), 4);
}

TEST(EvaluationWeights, MultipleClassesHaveAContrastEach) {
  EvaluationData data = noise_data(24, 1, 5, 2, 8);
  data.classes = {"a", "b", "c"};
  for (Eigen::Index row = 0; row < data.rows(); ++row) data.y(row) = static_cast<double>(row % 3);
  EvaluationOptions options = some_options(10);
  const auto names = [&] {
    std::string text;
    const auto weights = evaluation_weights(data, options, {});
    for (const auto& contrast : weights->contrasts) text += contrast.name + "; ";
    return text;
  };
  EXPECT_EQ(names(), "b against a; c against a; c against b; ");
  options.learner.learner = Learner::logistic;
  EXPECT_EQ(names(), "a against others; b against others; c against others; ");
  options.learner.learner = Learner::rbf_svm;
  EXPECT_FALSE(evaluation_weights(data, options, {}));
}

TEST(EvaluationWeights, ThreadsDoNotChangeABitAndTheSeedDoes) {
  EvaluationData data = noise_data(20, 2, 9, 1, 5);
  data.features = {"a~a", "a~b", "a~c", "b~a", "b~b", "b~c", "c~a", "c~b", "c~c"};
  const auto table = [&](int threads, long long seed) {
    Work work;
    work.threads = threads;
    EvaluationOptions options = some_options(50);
    options.seed = seed;
    const auto weights = evaluation_weights(data, options, work);
    return evaluation_weights_csv(data, *weights) + evaluation_component_weights_csv(*weights) +
           evaluation_weights_markdown(data, *weights);
  };
  const std::string once = table(1, 1);
  EXPECT_EQ(once, table(4, 1));
  EXPECT_NE(once, table(1, 2));
}

TEST(EvaluationWeights, ComponentsAreMeansOverTheirPairs) {
  const auto components =
      pair_components({"LB-1~LB-1", "LB-1~my unit sd", "my unit~yaw lag", "speed", "yaw~", "yaw~LB-1"});
  EXPECT_EQ(components.names, (std::vector<std::string>{"LB-1", "my unit", "yaw"}));
  EXPECT_EQ(components.pair[3], std::pair(-1, -1));
  EXPECT_EQ(components.pair[4], std::pair(-1, -1));
  Eigen::VectorXd weights(6);
  weights << -1, 2, -4, 100, 100, 8;
  EXPECT_TRUE(component_weights(components, weights)
                  .isApprox(Eigen::Vector3d((1.0 + 2 + 8) / 3, (2.0 + 4) / 2, (4.0 + 8) / 2)));
  weights(1) = weights(2) = std::nan("");
  EXPECT_TRUE(std::isnan(component_weights(components, weights)(1)));
  EXPECT_TRUE(pair_components({"a", "b"}).empty());
}

}  // namespace
}  // namespace facelex
