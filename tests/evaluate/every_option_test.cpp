// Each option of an evaluation or of planning a study changes what comes out, or is refused.
#include "support/every_option.hpp"

#include <gtest/gtest.h>

#include "facelex/core/text.hpp"
#include "facelex/evaluate/power/power.hpp"
#include "facelex/evaluate/weights.hpp"
#include "fixture.hpp"

namespace facelex {
namespace {

using test::every_option;

EvaluationOptions quick_options(Learner learner) {
  EvaluationOptions options;
  options.learner.learner = learner;
  options.learner.c = {0.01, 1};
  options.folds.folds = 4;
  options.folds.inner_folds = 2;
  options.permutations = 5;
  options.draws = 20;
  options.subsamples = 4;
  return options;
}

std::string text_of(const Eigen::MatrixXd& numbers) {
  std::string text;
  for (const double number : numbers.reshaped()) text += number_text(number) + ",";
  return text;
}

std::string text_of(const EvaluationResult& result) {
  std::string text = text_of(result.predictions.scores) + text_of(result.predictions.values);
  for (const MetricResult& metric : result.metrics)
    for (const double number : {metric.value, metric.low, metric.high, metric.p})
      text += number_text(number) + ",";
  return text + text_of(result.permuted);
}

TEST(EveryOption, OfAnEvaluationChangesItsResult) {
  EvaluationData data = test::noise_data(20, 2, 4, 1, 1);
  for (Eigen::Index row = 0; row < 12; ++row) data.y[row] = 0;  // one class is rarer
  EvaluationOptions options = quick_options(Learner::svm);
  OptionList list;
  options.describe(list, EvaluationTask::classify);
  const auto result = [&] {
    options.check();
    return text_of(evaluate(data, options, {}));
  };
  every_option<EvaluationOptions>(
      list,
      {{"c", "0.001,10"}, {"learner", "svm-l2"}, {"tolerance", "0.1"}, {"select", "2"}, {"gamma", "0.5"}},
      result,
      {{"gamma", "this learner has no kernel of its own"},
       {"subsamples", "weights are looked at apart: EvaluationWeights"}});
}

TEST(EveryOption, OfPlanningChangesTheCurve) {
  const EvaluationData pool = test::noise_data(40, 1, 3, 1, 2);
  PowerOptions options;
  options.subjects = {4, 8};
  options.studies = 20;
  every_option<PowerOptions>(
      options, {{"subjects", "4,6"}, {"metric", "balanced_accuracy"}, {"alpha", "0.2"}}, [&] {
        options.check();
        const PowerCurve curve = power_curve(pool, options, quick_options(Learner::svm), {});
        return power_csv(curve, options) + power_studies_csv(curve, options) +
               power_markdown(curve, options, pool, "cohort");
      });
}

}  // namespace
}  // namespace facelex
