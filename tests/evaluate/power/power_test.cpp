#include "facelex/evaluate/power/power.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "evaluate/fixture.hpp"
#include "facelex/core/error.hpp"

namespace facelex {
namespace {

/// A short curve: the protocol is evaluate's, what is tested here is what is drawn and counted.
PowerCurve curve_of(const EvaluationData& pool, PowerOptions options, int threads = 1) {
  EvaluationOptions evaluation;
  evaluation.learner.c = {0.1};
  evaluation.folds.folds = 4;
  evaluation.folds.inner_folds = 2;
  Work work;
  work.threads = threads;
  return power_curve(pool, options, evaluation, work);
}

PowerOptions few_studies(std::vector<int> subjects) {
  PowerOptions options;
  options.subjects = std::move(subjects);
  options.studies = 60;
  return options;
}

TEST(Power, LargerStudiesFindMoreOfWhatIsThere) {
  const auto curve = curve_of(test::noise_data(240, 1, 4, 1.8, 3), few_studies({24, 4, 10}));
  ASSERT_EQ(curve.points.size(), 3u);
  EXPECT_EQ(curve.points[0].subjects, 4);  // ascending
  EXPECT_LT(curve.points[0].power, 0.5);
  EXPECT_GT(curve.points[2].power, 0.8);
  EXPECT_GT(curve.points[2].mean, curve.points[0].mean);
  EXPECT_LT(curve.points[2].high - curve.points[2].low, curve.points[0].high - curve.points[0].low);
  for (const auto& at : curve.points) {
    EXPECT_NEAR(at.chance, 0.5, 0.08);
    EXPECT_LE(at.power_low, at.power);
    EXPECT_GE(at.power_high, at.power);
    EXPECT_LE(at.low, at.mean);
    EXPECT_GE(at.high, at.mean);
  }
  EXPECT_EQ(curve.studies.size(), 3u * 2 * 60);
}

TEST(Power, FindsNothingWhereNothingIsMoreOftenThanAlpha) {
  // Of 5 pools × 60 studies without an effect 15 are expected; 30 have a probability below 1e-3.
  int found = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed)
    for (const auto& study : curve_of(test::noise_data(160, 1, 4, 0, seed), few_studies({8})).studies)
      found += !study.null && study.p <= 0.05;
  EXPECT_LT(found, 30);
}

TEST(Power, CountsWhatTheStudiesSay) {
  const auto curve = curve_of(test::noise_data(80, 2, 3, 1.2, 5), few_studies({8}));
  int found = 0;
  double critical = 2, sum = 0;
  for (const auto& study : curve.studies) {
    if (study.null) {
      EXPECT_TRUE(std::isnan(study.p));
      continue;
    }
    int as_good = 0;
    for (const auto& other : curve.studies) as_good += other.null && other.value >= study.value - 1e-12;
    EXPECT_DOUBLE_EQ(study.p, (1.0 + as_good) / 61);
    found += study.p <= 0.05;
    if (study.p <= 0.05) critical = std::min(critical, study.value);
    sum += study.value;
  }
  EXPECT_DOUBLE_EQ(curve.points[0].power, found / 60.0);
  EXPECT_NEAR(curve.points[0].mean, sum / 60, 1e-12);
  EXPECT_LE(curve.points[0].critical, critical);
}

TEST(Power, DoesNotDependOnThreadsAndDoesOnTheSeed) {
  const auto pool = test::noise_data(60, 1, 3, 0.8, 7);
  auto options = few_studies({6, 12});
  const auto one = curve_of(pool, options), three = curve_of(pool, options, 3);
  EXPECT_EQ(power_csv(one, options), power_csv(three, options));
  EXPECT_EQ(power_studies_csv(one, options), power_studies_csv(three, options));
  options.seed = 8;
  EXPECT_NE(power_studies_csv(curve_of(pool, options), options), power_studies_csv(one, options));
}

TEST(Power, EnoughIsTheSizeFromWhichAllLargerOnesReachTheTarget) {
  PowerCurve curve;
  for (const auto& [size, power] :
       std::vector<std::pair<int, double>>{{5, 0.9}, {10, 0.7}, {20, 0.8}, {40, 0.95}}) {
    PowerPoint point;
    point.subjects = size;
    point.power = power;
    curve.points.push_back(point);
  }
  EXPECT_EQ(curve.enough(0.8), 20);
  EXPECT_EQ(curve.enough(0.96), 0);
  EXPECT_EQ(curve.enough(0.5), 5);
}

TEST(Power, SaysWhatIsWrong) {
  const auto message = [](auto call) {
    try {
      call();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const auto pool = test::noise_data(20, 1, 3, 0, 1);
  EXPECT_NE(message([&] { curve_of(pool, few_studies({11})); }).find("class a has 10 subjects"),
            std::string::npos);
  EXPECT_NE(
      message([&] { curve_of(pool, few_studies({1})); }).find("subjects: '1' is not a whole number ≥ 2"),
      std::string::npos);
  EXPECT_NE(message([&] { curve_of(pool, few_studies({})); }).find("subjects: '[]' is not a list"),
            std::string::npos);
  auto options = few_studies({5});
  options.alpha = 0.01;
  EXPECT_NE(message([&] { curve_of(pool, options); }).find("at least 99"), std::string::npos);
  options = few_studies({5});
  options.metric = "kappa";
  EXPECT_NE(message([&] { curve_of(pool, options); }).find("balanced_accuracy"), std::string::npos);
  PowerOptions small = few_studies({2});
  FoldOptions folds;
  EXPECT_NE(message([&] { check_power(small, folds, 2); }).find("10 folds"), std::string::npos);
  auto mixed = test::noise_data(20, 2, 3, 0, 1);
  mixed.y(0) = 1;
  EXPECT_NE(message([&] { curve_of(mixed, few_studies({5})); }).find("S0 is in two classes"),
            std::string::npos);
}

}  // namespace
}  // namespace facelex
