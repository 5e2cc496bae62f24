// Differences of groups: against SciPy and statsmodels, and against slow references.
#include "facelex/evaluate/groups/groups.hpp"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <cmath>
#include <fstream>
#include <limits>

#include "evaluate/groups/linear_test.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/json.hpp"
#include "facelex/core/random.hpp"
#include "facelex/core/text.hpp"
#include "facelex/evaluate/groups/report.hpp"
#include "support/every_option.hpp"

namespace facelex {
namespace {

using Eigen::Index;

const Json& groups_fixture() {
  static const Json fixture = [] {
    std::ifstream file(std::string(FACELEX_TEST_FIXTURES) + "/evaluate/fixtures/groups.json");
    return Json::parse(file);
  }();
  return fixture;
}

/// The people of the fixture; `classes` of them in groups, or with the score (0).
SubjectTable fixture_table(int classes, bool adjusted) {
  const Json& fixture = groups_fixture();
  SubjectTable table;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < fixture["group"].size(); ++i)
    if (classes == 0 || fixture["group"][i].get<int>() < classes) rows.push_back(i);
  const auto count = static_cast<Index>(rows.size());
  table.x.resize(count, 5);
  table.y.resize(count);
  table.z.resize(count, adjusted ? 3 : 0);
  for (Index i = 0; i < count; ++i) {
    const std::size_t row = rows[static_cast<std::size_t>(i)];
    table.subjects.push_back("S" + std::to_string(row));
    table.videos.push_back(1);
    for (Index f = 0; f < 5; ++f) {
      const Json& value = fixture["x"][row][static_cast<std::size_t>(f)];
      table.x(i, f) = value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
    }
    for (Index c = 0; c < table.z.cols(); ++c)
      table.z(i, c) = fixture["z"][row][static_cast<std::size_t>(c)].get<double>();
    table.y(i) = classes == 0 ? fixture["score"][row].get<double>() : fixture["group"][row].get<double>();
  }
  for (int f = 0; f < 5; ++f)
    table.features.push_back("u" + std::to_string(f / 2) + " f" + std::to_string(f));
  for (int k = 0; k < classes; ++k) table.classes.push_back(std::string(1, static_cast<char>('a' + k)));
  if (adjusted) table.covariates = {"age", "site=1", "site=2"};
  table.label = classes == 0 ? "score" : "group";
  return table;
}

GroupOptions few_permutations() {
  GroupOptions options;
  options.permutations = 99;
  options.draws = 100;
  return options;
}

/// Two groups of normal features with covariates, some values missing.
SubjectTable random_people(Random& random, int subjects, int features, int covariates, double gaps) {
  SubjectTable table;
  table.classes = {"a", "b"};
  table.label = "group";
  table.x.resize(subjects, features);
  table.y.resize(subjects);
  table.z.resize(subjects, covariates);
  for (int s = 0; s < subjects; ++s) {
    table.subjects.push_back("S" + std::to_string(s));
    table.videos.push_back(1);
    table.y(s) = s % 2;
    for (int c = 0; c < covariates; ++c) table.z(s, c) = random.normal();
    for (int f = 0; f < features; ++f)
      table.x(s, f) =
          random.uniform() < gaps ? std::numeric_limits<double>::quiet_NaN() : random.normal() + 100;
  }
  for (int f = 0; f < features; ++f) table.features.push_back("f" + std::to_string(f));
  for (int c = 0; c < covariates; ++c) table.covariates.push_back("c" + std::to_string(c));
  return table;
}

/// F of the last `k` columns of a model by two least-squares fits, and the last coefficient.
struct SlowFit {
  double f, coefficient, residual;
};
SlowFit slow_fit(const Eigen::MatrixXd& model, Index k, const Eigen::VectorXd& x) {
  const auto rest = [&](const Eigen::MatrixXd& columns) {
    return (x - columns * columns.colPivHouseholderQr().solve(x)).squaredNorm();
  };
  const double all = rest(model), without = rest(model.leftCols(model.cols() - k));
  const auto df = static_cast<double>(model.rows() - model.cols());
  return {(without - all) / static_cast<double>(k) / (all / df),
          model.colPivHouseholderQr().solve(x)(model.cols() - 1), all};
}

void expect_close(double got, const Json& wanted, const std::string& what) {
  const auto value = wanted.get<double>();
  EXPECT_NEAR(got, value, 1e-9 * std::max(1.0, std::abs(value))) << what;
}

TEST(Groups, AreThoseOfSciPyAndStatsmodels) {
  const Json& fixture = groups_fixture();
  for (const bool adjusted : {false, true}) {
    const auto pair = compare_groups(fixture_table(2, adjusted), few_permutations(), {});
    const auto three = compare_groups(fixture_table(3, adjusted), few_permutations(), {});
    const auto score = compare_groups(fixture_table(0, adjusted), few_permutations(), {});
    ASSERT_EQ(pair.contrasts.size(), 1U);
    ASSERT_EQ(three.contrasts.size(), 4U);
    EXPECT_EQ(three.contrasts[1].name, "b - a");
    for (std::size_t f = 0; f < 5; ++f) {
      const FeatureContrast& two = pair.contrasts[0].features[f];
      const Json& wanted = fixture[adjusted ? "adjusted_pair" : "pair"][f];
      const std::string what = "feature " + std::to_string(f) + (adjusted ? " adjusted" : "");
      for (const FeatureContrast& figures : {two, three.contrasts[1].features[f]}) {
        expect_close(figures.statistic, wanted["t"], what + " t");
        expect_close(figures.difference, wanted["difference"], what + " difference");
        expect_close(figures.effect, wanted["g"], what + " g");
        EXPECT_EQ(figures.df, wanted["df"].get<double>()) << what;
      }
      for (std::size_t k = 0; k < 2; ++k) {
        EXPECT_EQ(two.count[k], fixture["pair"][f]["n"][k].get<int>()) << what;
        expect_close(two.mean[k], fixture["pair"][f]["mean"][k], what + " mean");
        expect_close(two.sd[k], fixture["pair"][f]["sd"][k], what + " sd");
      }
      const Json& all = fixture[adjusted ? "adjusted_together" : "together"][f];
      expect_close(three.contrasts[0].features[f].statistic, all["F"], what + " F");
      if (adjusted) expect_close(three.contrasts[0].features[f].effect, all["eta"], what + " eta");
      expect_close(score.contrasts[0].features[f].effect,
                   fixture[adjusted ? "partial" : "correlation"][f]["r"], what + " r");
    }
  }
}

TEST(Groups, PermutationPIsThatOfAllArrangements) {
  const Json& small = groups_fixture()["small"];
  SubjectTable table;
  table.classes = {"a", "b"};
  table.x.resize(10, 4);
  table.y.resize(10);
  table.z.resize(10, 0);
  for (Index s = 0; s < 10; ++s) {
    table.subjects.push_back("S" + std::to_string(s));
    table.videos.push_back(1);
    table.y(s) = s < 5 ? 0 : 1;
    for (Index f = 0; f < 4; ++f)
      table.x(s, f) = small["x"][static_cast<std::size_t>(s)][static_cast<std::size_t>(f)].get<double>();
  }
  table.features = {"a 1", "a 2", "b 1", "c"};
  GroupOptions options;
  options.permutations = 40000;
  options.draws = 0;
  const auto comparison = compare_groups(table, options, {});
  for (std::size_t f = 0; f < 4; ++f) {
    const FeatureContrast& figures = comparison.contrasts[0].features[f];
    const auto p = small["p"][f].get<double>();
    EXPECT_NEAR(figures.p, p, 4 * std::sqrt(p * (1 - p) / options.permutations) + 1e-4) << f;
    EXPECT_NEAR(figures.q, small["q"][f].get<double>(), 0.03) << f;
    EXPECT_TRUE(std::isnan(figures.low));
    EXPECT_GE(figures.p_max, figures.p);
  }
  const auto& families = comparison.contrasts[0].families;
  ASSERT_EQ(families.size(), 3U);
  EXPECT_EQ(comparison.families[0], "a");
  EXPECT_EQ(families[0].features, 2);
  EXPECT_EQ(families[0].best, 1);
  EXPECT_GE(families[0].p, comparison.contrasts[0].features[1].p) << "the larger of two is large more often";
  EXPECT_DOUBLE_EQ(families[2].p, comparison.contrasts[0].features[3].p);
  EXPECT_DOUBLE_EQ(comparison.contrasts[0].features[3].q_family, comparison.contrasts[0].features[3].p);
}

TEST(Groups, PermutedFIsThatOfFreedmanAndLane) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    const Index n = 9 + static_cast<Index>(random.below(20)), q = static_cast<Index>(random.below(4));
    const Index k = 1 + static_cast<Index>(random.below(2));
    Eigen::MatrixXd model = Eigen::MatrixXd::Ones(n, 1 + q + k);
    for (Index i = 0; i < n; ++i)
      for (Index c = 1; c < model.cols(); ++c) model(i, c) = random.normal();
    RowMatrix x(n, 3);
    for (double& value : x.reshaped()) value = 50 + random.normal();
    std::vector<Index> rows, order;
    for (Index i = 0; i < n; ++i) rows.push_back(i);
    order = rows;
    random.shuffle(std::span<Index>(order));
    const Eigen::MatrixXd z = model.middleCols(1, q), d = model.rightCols(k);
    const TestBlock block = make_test_block(*make_test_design(rows, z, d), {0, 1, 2}, x);
    const Eigen::MatrixXd f = permuted_f(block, {rows, order});
    const Eigen::MatrixXd reduced = model.leftCols(1 + q);
    for (Index c = 0; c < 3; ++c) {
      const Eigen::VectorXd fitted = reduced * reduced.colPivHouseholderQr().solve(Eigen::VectorXd(x.col(c)));
      const Eigen::VectorXd residual = x.col(c) - fitted;
      Eigen::VectorXd permuted = fitted;
      for (Index i = 0; i < n; ++i) permuted(i) += residual(order[static_cast<std::size_t>(i)]);
      EXPECT_NEAR(f(0, c), slow_fit(model, k, x.col(c)).f, 1e-8) << seed;
      EXPECT_NEAR(f(1, c), slow_fit(model, k, permuted).f, 1e-8) << seed;
    }
  }
}

TEST(Groups, DrawnEffectsAreThoseOfTheDrawnPeople) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    const int n = 12 + static_cast<int>(random.below(20)), q = static_cast<int>(random.below(3));
    const SubjectTable table = random_people(random, n, 2, q, 0);
    std::vector<Index> rows;
    for (Index i = 0; i < n; ++i) rows.push_back(i);
    const Eigen::MatrixXd z = table.z, d = table.y;
    const TestBlock block = make_test_block(*make_test_design(rows, z, d), {0, 1}, table.x);
    std::vector<std::uint16_t> times(static_cast<std::size_t>(n), 0);
    std::vector<Index> drawn;
    for (Index i = 0; i < n; ++i)
      drawn.push_back(static_cast<Index>(random.below(static_cast<std::uint64_t>(n))));
    for (const Index i : drawn) ++times[static_cast<std::size_t>(i)];
    Eigen::MatrixXd model = Eigen::MatrixXd::Ones(n, q + 2);
    for (Index i = 0; i < n; ++i) {
      const Index person = drawn[static_cast<std::size_t>(i)];
      model.row(i).segment(1, q) = table.z.row(person);
      model(i, q + 1) = table.y(person);
    }
    const auto df = static_cast<double>(n - q - 2);
    for (const bool correlation : {false, true}) {
      const EffectScale scale(block.design, correlation);
      const Eigen::MatrixXd effects = drawn_effects(block, 0, 2, {times}, scale);
      for (Index f = 0; f < 2; ++f) {
        const Eigen::VectorXd x = table.x(drawn, f);
        const SlowFit fit = slow_fit(model, 1, x);
        const double r = std::copysign(std::sqrt(fit.f / (fit.f + df)), fit.coefficient);
        const double g = hedges_correction(df) * fit.coefficient / std::sqrt(fit.residual / df);
        EXPECT_NEAR(scale.from(effects(0, f)), correlation ? r : g, 1e-8) << seed;
      }
    }
  }
}

TEST(Groups, GapsLeaveASubjectOutOfThatFeatureAlone) {
  Random random(5);
  const SubjectTable table = random_people(random, 30, 8, 1, 0.15);
  const auto comparison = compare_groups(table, few_permutations(), {});
  for (Index f = 0; f < 8; ++f) {
    SubjectTable own = table;
    std::vector<Index> rows;
    for (Index s = 0; s < 30; ++s)
      if (!std::isnan(table.x(s, f))) rows.push_back(s);
    ASSERT_LT(rows.size(), 30U);
    own.x = RowMatrix(table.x(rows, std::vector<Index>{f}));
    own.y = Eigen::VectorXd(table.y(rows));
    own.z = RowMatrix(table.z(rows, Eigen::all));
    own.subjects.resize(rows.size());
    own.features = {"alone"};
    const auto alone = compare_groups(own, few_permutations(), {});
    const auto& a = alone.contrasts[0].features[0];
    const auto& b = comparison.contrasts[0].features[static_cast<std::size_t>(f)];
    EXPECT_NEAR(a.statistic, b.statistic, 1e-9);
    EXPECT_NEAR(a.low, b.low, 1e-9) << "the same draws of the same people";
    EXPECT_EQ(a.df, b.df);
  }
}

TEST(Groups, AreTheSameWithAnyThreads) {
  Random random(8);
  SubjectTable table = random_people(random, 24, 150, 2, 0.03);
  Work one, four;
  four.threads = 4;
  EXPECT_EQ(groups_csv(table, compare_groups(table, few_permutations(), one)),
            groups_csv(table, compare_groups(table, few_permutations(), four)));
}

TEST(Groups, IntervalHoldsTheEffectAndPIsUniformWithoutOne) {
  // Rough on purpose; docs/benchmarks has the figures of many studies.
  Random random(77);
  int held = 0, small = 0;
  constexpr int features = 400;
  SubjectTable table = random_people(random, 26, features, 0, 0);
  GroupOptions options = few_permutations();
  options.draws = 400;
  const auto comparison = compare_groups(table, options, {});
  double sum = 0;
  for (const auto& figures : comparison.contrasts[0].features) {
    held += figures.low <= 0 && figures.high >= 0;
    small += figures.p <= 0.1;
    sum += figures.p;
  }
  EXPECT_NEAR(held / double(features), 0.95, 0.045);
  EXPECT_NEAR(small / double(features), 0.1, 0.06);
  EXPECT_NEAR(sum / features, 0.505, 0.06);
}

TEST(Groups, WhatCannotBeComparedIsSaid) {
  Random random(3);
  SubjectTable table = random_people(random, 12, 2, 1, 0);
  table.z.col(0) = table.y * 3;
  EXPECT_THROW(compare_groups(table, few_permutations(), {}), Error) << "the covariate is the group";
  table = random_people(random, 12, 2, 0, 0);
  table.x.col(1).setConstant(4);
  for (Index s = 0; s < 12; s += 2) table.x(s, 0) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(compare_groups(table, few_permutations(), {}), Error) << "no feature is left";
  table.x(0, 1) = 5;
  const auto comparison = compare_groups(table, few_permutations(), {});
  EXPECT_FALSE(comparison.contrasts[0].features[0].known());
  EXPECT_EQ(comparison.contrasts[0].features[0].count, (std::vector<int>{0, 6}));
  EXPECT_TRUE(comparison.contrasts[0].features[1].known());
}

TEST(SubjectTable, VideosOfASubjectAreAveraged) {
  EvaluationData data;
  data.classes = {"a", "b"};
  data.names = {"1", "2", "3"};
  data.subject = {0, 0, 1};
  data.subject_names = {"S", "T"};
  data.features = {"f", "g"};
  const double gap = std::numeric_limits<double>::quiet_NaN();
  data.x.resize(3, 2);
  data.x << 1, gap, 3, 5, 7, gap;
  data.y = Eigen::Vector3d(1, 1, 0);
  Covariates covariates{{"age"}, RowMatrix(3, 1)};
  covariates.values << 20, 22, 40;
  const SubjectTable table = subject_table(data, covariates);
  EXPECT_EQ(table.x(0, 0), 2);
  EXPECT_EQ(table.x(0, 1), 5);
  EXPECT_TRUE(std::isnan(table.x(1, 1)));
  EXPECT_EQ(table.y, Eigen::Vector2d(1, 0));
  EXPECT_EQ(table.z(0, 0), 21);
  EXPECT_EQ(table.videos, (std::vector<int>{2, 1}));
  data.y(1) = 0;
  EXPECT_THROW(subject_table(data, covariates), Error) << "a subject of two groups";
}

TEST(EveryOption, OfGroupsChangesThem) {
  Random random(9);
  const SubjectTable table = random_people(random, 14, 3, 0, 0);
  GroupOptions options = few_permutations();
  test::every_option<GroupOptions>(options,
                                   {{"label", "other"},
                                    {"score", "depression"},
                                    {"classes", "a,c"},
                                    {"adjust", "age,age"},
                                    {"categories", "site"}},
                                   [&] {
                                     const auto columns = options.data_options();
                                     const auto comparison = compare_groups(table, options, {});
                                     return columns.label + std::to_string(columns.classes.size()) +
                                            groups_csv(table, comparison);
                                   });
}

}  // namespace
}  // namespace facelex
