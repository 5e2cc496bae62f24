// Folds, permutations, and that a leak would be seen.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "facelex/core/error.hpp"
#include "facelex/evaluate/folder.hpp"
#include "facelex/evaluate/metrics.hpp"
#include "facelex/evaluate/report.hpp"
#include "fixture.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

using test::noise_data;

EvaluationOptions quick_options() {
  EvaluationOptions options;
  options.folds.protocol = FoldProtocol::k_fold;
  options.folds.folds = 4;
  options.folds.inner_folds = 3;
  options.learner.c = {0.01, 1};
  options.permutations = 40;
  options.draws = 100;
  return options;
}

TEST(EvaluationFolds, ASubjectIsNeverOnBothSidesAndClassesAreSpread) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const EvaluationData data = noise_data(22, 3, 2, 0, seed);
    FoldOptions options;
    options.protocol = seed % 2 ? FoldProtocol::k_fold : FoldProtocol::leave_one_out;
    options.folds = 5;
    std::size_t judged = 0;
    for (const OuterFold& fold : evaluation_folds(data, data.y, options, seed)) {
      judged += fold.rows.test.size();
      EXPECT_EQ(fold.inner.size(), 5U);
      std::vector<RowSplit> splits = fold.inner;
      splits.push_back(fold.rows);
      for (const RowSplit& split : splits) {
        std::set<int> learnt;
        for (const auto row : split.train) learnt.insert(data.subject[static_cast<std::size_t>(row)]);
        for (const auto row : split.test)
          EXPECT_FALSE(learnt.contains(data.subject[static_cast<std::size_t>(row)]));
        const double share = data.y(split.train).mean();
        EXPECT_NEAR(share, 0.5, 0.15);
      }
      for (const RowSplit& split : fold.inner)
        EXPECT_EQ(split.train.size() + split.test.size(), fold.rows.train.size());
    }
    EXPECT_EQ(judged, 66U);
  }
}

TEST(EvaluationFolds, GivenSplitsAreTakenAsTheyAre) {
  EvaluationData data = noise_data(6, 1, 2, 0, 1);
  data.folds = {"train", "train", "dev", "dev", "test", "test"};
  const auto folds = evaluation_folds(data, data.y, {}, 1);
  ASSERT_EQ(folds.size(), 1U);
  EXPECT_EQ(folds[0].rows.train.size(), 4U);
  EXPECT_EQ(folds[0].inner.at(0).test, (std::vector<Eigen::Index>{2, 3}));
  data.folds = {"x", "y", "x", "y", "z", "z"};
  FoldOptions options;
  options.inner_folds = 2;
  EXPECT_EQ(evaluation_folds(data, data.y, options, 1).size(), 3U);
  data.subject[1] = 0;
  EXPECT_THROW(evaluation_folds(data, data.y, options, 1), Error);
  data.folds.clear();
  options.protocol = FoldProtocol::k_fold;
  options.folds = 7;
  EXPECT_THROW(evaluation_folds(data, data.y, options, 1), Error);
}

TEST(EvaluationProtocol, FindsAnEffectAndNotAnother) {
  const auto found = evaluate(noise_data(24, 2, 8, 4, 3), quick_options(), {});
  EXPECT_GT(found.metrics[0].value, 0.9);
  EXPECT_NEAR(found.metrics[0].p, 1.0 / 41, 1e-12);
  EXPECT_LE(found.metrics[0].low, found.metrics[0].value);
  EXPECT_GE(found.metrics[0].high, found.metrics[0].value);
  EXPECT_TRUE(found.leakage.done && found.leakage.passed);
}

TEST(EvaluationProtocol, WhoAlwaysSaysTheLargerClassLeaksNothing) {
  // Balanced accuracy is ½ in every permutation, and so is its mean but for rounding.
  for (const int permutations : {20, 33, 50}) {
    EvaluationData data = noise_data(14, 1, 3, 0, 5);
    for (Eigen::Index row = 0; row < data.rows(); ++row) data.y(row) = row < 2 ? 1 : 0;
    EvaluationOptions options = quick_options();
    options.permutations = permutations;
    options.folds.folds = options.folds.inner_folds = 2;
    options.learner.c = {1e-4};
    const auto found = evaluate(data, options, {});
    ASSERT_EQ((found.predictions.values.array() == 0).count(), 14);
    EXPECT_TRUE(found.leakage.done && found.leakage.passed) << permutations;
    EXPECT_EQ(found.leakage.mean, 0.5);
  }
}

TEST(EvaluationProtocol, ManyFeaturesOfNoiseGiveChanceUnlessTheyAreChosenOutsideTheFolds) {
  double honest = 0, leaky = 0;
  constexpr int seeds = 5;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    EvaluationData data = noise_data(30, 1, 400, 0, seed);
    EvaluationOptions options = quick_options();
    options.permutations = 0;
    options.scaling.select = 10;
    honest += evaluate(data, options, {}).metrics[1].value / seeds;
    // The same choice of features, but with the test videos' labels: what a careless script does.
    const FeatureScale all = fit_scale(data.x, data.y, 2, test::row_range(0, data.rows()), options.scaling);
    const RowMatrix chosen = data.x(Eigen::all, all.columns);
    data.x = chosen;
    options.scaling.select = 0;
    leaky += evaluate(data, options, {}).metrics[1].value / seeds;
  }
  EXPECT_NEAR(honest, 0.5, 0.13);
  EXPECT_GT(leaky, 0.8) << "the test above would not see a leak";
}

TEST(EvaluationProtocol, ThreadsDoNotChangeABit) {
  const EvaluationData data = noise_data(16, 2, 30, 1, 5);
  std::vector<std::string> tables;
  for (const int threads : {1, 3}) {
    Work work;
    work.threads = threads;
    const auto result = evaluate(data, quick_options(), work);
    tables.push_back(evaluation_metrics_csv(data, result) + evaluation_predictions_csv(data, result) +
                     evaluation_folds_csv(result) + evaluation_permutations_csv(data, result) +
                     evaluation_markdown(data, quick_options(), result));
  }
  EXPECT_EQ(tables[0], tables[1]);
}

TEST(EvaluationProtocol, PermutationsKeepASubjectsVideosTogether) {
  EvaluationData data = noise_data(12, 3, 2, 0, 7);
  const Eigen::VectorXd y = permuted_labels(data, PermutedLabels::automatic, 4);
  EXPECT_NE(y, data.y);
  for (Eigen::Index row = 0; row < y.size(); ++row) EXPECT_EQ(y(row), y(row - row % 3));
  data.y(0) = 1;
  EXPECT_EQ(resolved_permutation(data, PermutedLabels::automatic), PermutedLabels::within);
  EXPECT_THROW(permuted_labels(data, PermutedLabels::subjects, 1), Error);
  const Eigen::VectorXd within = permuted_labels(data, PermutedLabels::within, 2);
  EXPECT_EQ(within.tail(33), data.y.tail(33));
  const Eigen::VectorXd blocks = permuted_labels(data, PermutedLabels::blocks, 2);
  EXPECT_EQ(blocks.sum(), data.y.sum());
}

TEST(EvaluationProtocol, StopsWhenAsked) {
  const std::atomic<bool> stop{true};
  Work work;
  work.stop = &stop;
  EXPECT_THROW(evaluate(noise_data(12, 1, 3, 0, 1), quick_options(), work), Error);
}

class EvaluationTables : public ::testing::Test {
 protected:
  EvaluationData read(const std::string& features, const std::string& labels,
                      EvaluationDataOptions options = {},
                      EvaluationTask task = EvaluationTask::classify) const {
    return read_evaluation_data({folder.write("features.csv", features)}, folder.write("labels.csv", labels),
                                task, options);
  }
  std::string problem(const std::string& features, const std::string& labels,
                      const EvaluationDataOptions& options = {},
                      EvaluationTask task = EvaluationTask::classify) const {
    try {
      read(features, labels, options, task);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  }
  test::TemporaryFolder folder;
};

constexpr const char* good_labels = "name,subject,group\nv1,A,x\nv2,A,x\nv10,B,y\nv3,C,y\n";

TEST_F(EvaluationTables, AreJoinedByName) {
  const auto data = read("name,f,constant,g\nv10,1,5,2\nv1,2,5,3\nv2,3,5,4\nextra,1,5,1\n", good_labels);
  EXPECT_EQ(data.names, (std::vector<std::string>{"v1", "v2", "v10"}));
  EXPECT_EQ(data.subject, (std::vector<int>{0, 0, 1}));
  EXPECT_EQ(data.features, (std::vector<std::string>{"f", "g"}));
  EXPECT_EQ(data.x(2, 1), 2);
  EXPECT_EQ(data.y, Eigen::Vector3d(0, 0, 1));
  ASSERT_EQ(data.videos_left_out.size(), 2U);
  EXPECT_EQ(data.videos_left_out[0].name, "v3");
  EXPECT_EQ(data.videos_left_out[1].name, "extra");
  EXPECT_EQ(data.features_left_out.at(0).text(), "is the same in all videos (5)");
}

TEST_F(EvaluationTables, WrongOnesAreSaid) {
  const std::string features = "name,f\nv1,1\nv2,2\nv10,3\nv3,4\n";
  EvaluationDataOptions label, impute;
  label.label = "none";
  impute.missing = MissingFeatures::impute;
  const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
      {features, "name,subject,group\nv1,A,x\nv2,A,y\nv3,B,y\n",
       "subject 'A' is 'x' in video v1 and 'y' in v2"},
      {features, "name,subject,group\nv1,A,x\nv3,B,x\n", "of one class, 'x'"},
      {features, "name,subject,group\nw1,A,x\nw3,B,y\n", "no video has both features and a label"},
      {features, "name,subject,other\nv1,A,x\n", "none of the columns label, group, class"},
      {features, "name,subject,group\nv1,,x\nv3,B,y\n", "a subject is missing"},
      {"name,f\nv1,1\nv1,2\n", good_labels, "'v1' occurs twice"},
      {"name,f,f\nv1,1,2\n", good_labels, "column 'f' occurs twice"},
      {"name,f\nv1,one\n", good_labels, "'one' is not a finite number"},
      {"f\n1\n", good_labels, "has no column 'name'"},
      {"Video,f,g\nv1,1,2\n", good_labels, "it has the columns Video, f, g; is it 'Video'?"},
      {"age,f\n1,2\n", good_labels, "it has the columns age, f"},
      {"name;f\nv1;1,5\n", good_labels, "features.csv: line 1: its columns are separated by semicolons"},
      {features, "\"name\";\"group\"\nv1;x\n", "labels.csv: line 1: its columns are separated by semicolons"},
      {features, "name\tgroup\nv1\tx\n", "separated by tabs, not by commas; save it with commas"},
      {features, "name,subject,Group\nv1,A,x\n", "it has the columns name, subject, Group"},
      {features, "name,subject,group\nclips/v1.mp4,A,x\nV3.MP4,B,y\n",
       "has 'clips/v1.mp4' where " + (folder / "features.csv").string() +
           " has 'v1' (the folder and the ending .mp4), and so on; write column name of "},
      {"name,f\nv1,\nv2,2\nv10,3\n", good_labels, "give missing impute"},
      {"name,f\nv1,1\nv2,1\nv10,1\n", good_labels, "no feature varies"},
      {"name,f\nv1,1\nv2\n", good_labels, "line 3: 1 fields, but the header has 2"},
  };
  for (const auto& [table, labels, message] : cases)
    EXPECT_NE(problem(table, labels).find(message), std::string::npos)
        << message << ": " << problem(table, labels);
  EXPECT_NE(problem(features, good_labels, label).find("label"), std::string::npos);
  label.label = "Group";
  EXPECT_NE(
      problem(features, good_labels, label).find("it has the columns name, subject, group; is it 'group'?"),
      std::string::npos)
      << problem(features, good_labels, label);
  EXPECT_EQ(problem("name,f\nv1,\nv2,2\nv10,3\n", good_labels, impute), "none");
  EXPECT_NE(
      problem(features, "name,target\nv1,low\n", {}, EvaluationTask::regress).find("'low' is not a number"),
      std::string::npos);
}

TEST_F(EvaluationTables, NamesThatAreAlmostTheSameAreSaidAndNotGuessed) {
  const auto data = read("name,f\nv1,1\nv2,2\nv10,3\nv3,4\na/v4,1\nb/v4,2\n",
                         "name,group\nv1,x\nv2.mp4,x\nv10,y\nsite/V3,y\nv4,y\nv5,y\n");
  EXPECT_EQ(data.names, (std::vector<std::string>{"v1", "v10"}));
  std::map<std::string, std::string> left_out;
  for (const auto& one : data.videos_left_out) left_out[one.name] = one.detail;
  EXPECT_EQ(left_out, (std::map<std::string, std::string>{{"v2.mp4", "there is 'v2'"},
                                                          {"v2", "there is 'v2.mp4'"},
                                                          {"site/V3", "there is 'v3'"},
                                                          {"v3", "there is 'site/V3'"},
                                                          {"v4", ""},
                                                          {"v5", ""},
                                                          {"a/v4", "there is 'v4'"},
                                                          {"b/v4", "there is 'v4'"}}));
  ASSERT_FALSE(data.warnings.empty());
  EXPECT_NE(data.warnings[0].find("2 videos are left out for the spelling of their names: "),
            std::string::npos)
      << data.warnings[0];
  EXPECT_NE(data.warnings[0].find("has 'v2.mp4' where "), std::string::npos) << data.warnings[0];
  EXPECT_NE(data.warnings[0].find("has 'v2' (the ending .mp4), and so on; write column name of "),
            std::string::npos)
      << data.warnings[0];
}

TEST_F(EvaluationTables, WhatIsLeftOutIsCountedByReason) {
  const auto data = read("name,f,one,two\nv1,1,3,4\nv2,2,3,4\nv10,3,3,4\nextra,4,3,4\n",
                         "name,subject,group\nv1,A,x\nv2,A,x\nv10,B,y\nv3,C,y\nv4,D,y\nv5,E,\n");
  const std::string features = (folder / "features.csv").string(), labels = (folder / "labels.csv").string();
  EXPECT_EQ(
      evaluation_left_out_text(data),
      "; 4 videos left out (2: no features in " + features + ", for example v3; 1: no group in " + labels +
          ", v5; 1: no line in " + labels +
          ", extra); 2 features left out (2: is the same in all videos, for example one); report.md and "
          "metrics.json name each");
  const auto one = read("name,f,c\nv1,1,5\nv2,2,5\nv10,3,5\nv3,4,5\nv4,4,5\n", good_labels);
  EXPECT_EQ(evaluation_left_out_text(one), "; 1 video left out (v4: no line in " + labels +
                                               "); 1 feature left out (c: is the same in all videos (5))");
}

TEST_F(EvaluationTables, AClassOfOneSubjectIsRefused) {
  const auto refused = [&](const std::vector<std::string>& groups, bool per_video = false) -> std::string {
    std::string features = "name,f\n", labels = "name,subject,group\n";
    for (std::size_t i = 0; i < groups.size(); ++i)
      for (const int video : {1, 2}) {
        const std::string subject = "S" + std::to_string(i);
        features += subject + "_" + std::to_string(video) + "," + std::to_string(i + 10 * video) + "\n";
        labels += subject + "_" + std::to_string(video) + "," + subject + "," + groups[i] + "\n";
      }
    EvaluationDataOptions options;
    options.per_video = per_video;
    EvaluationOptions evaluation;
    evaluation.folds = {FoldProtocol::k_fold, 2, 2};
    try {
      check_evaluation(read(features, labels, options), evaluation);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_EQ(refused({"a", "b", "a", "b"}), "none");
  const std::string ages = refused({"31", "27.5", "44", "18", "60"});
  EXPECT_NE(ages.find("column group: 5 of 5 classes (18, 27.5, 31, 44, 60) have one subject each, too few to "
                      "learn from and to test on; numbers are predicted by facelex evaluate regress label "
                      "group"),
            std::string::npos)
      << ages;
  const std::string rare = refused({"a", "b", "a", "b", "c"});
  EXPECT_NE(
      rare.find("class 'c' has one subject, too few to learn from and to test on; merge rare ones in the "
                "labels, or leave them out: classes a,b"),
      std::string::npos)
      << rare;
  EXPECT_EQ(rare.find("regress"), std::string::npos) << rare;
  EXPECT_NE(refused({"1", "0", "0", "0"}).find("class '1' has one subject, too few"), std::string::npos);
}

}  // namespace
}  // namespace facelex
