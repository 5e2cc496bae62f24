// Evaluation of features, with the real binary.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "cli_fixture.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/io/tables/csv.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;
using test::facelex_command;
using test::file_text;

/// 16 people with two videos each: nine features of pairs of three components; `effect` standard deviations
/// lie between the groups in one of them, and the score follows it.
struct Sample {
  std::string features =
      "name,face_id,LB-1~LB-1,LB-1~MO-3,LB-1~yaw,MO-3~LB-1,MO-3~MO-3,MO-3~yaw,yaw~LB-1,yaw~MO-3,yaw~yaw\n";
  std::string labels = "name,subject,group,three,score,fold,split\n";

  explicit Sample(double effect, std::uint64_t seed = 11, int first = 0) {
    Random random(seed);
    for (int s = first; s < first + 16; ++s)
      for (int v = 0; v < 2; ++v) {
        const std::string subject = "S" + std::to_string(s), name = subject + "_" + std::to_string(v);
        const double telling = random.normal() + effect * (s % 2);
        features += name + ",0";
        for (int f = 0; f < 9; ++f) features += "," + number_text(f == 1 ? telling : random.normal());
        features += "\n";
        labels += name + "," + subject + (s % 2 ? ",lively," : ",flat,") + "xyz"[s % 3] + "," +
                  number_text(3 * telling + 0.1 * random.normal()) + "," + std::to_string(s / 2 % 4) +
                  (s < 6    ? ",train\n"
                   : s < 10 ? ",dev\n"
                            : ",test\n");
      }
  }
};

/// With the first `from` made `to`.
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

class Evaluate : public ::testing::Test {
 protected:
  void SetUp() override {
    const Sample sample(5);
    folder.write("my data/features.csv", sample.features);
    folder.write("my data/labels.csv", sample.labels);
  }
  std::string at(const std::string& name) const { return folder / name; }
  std::string text_of(const std::string& name) const { return file_text(folder / name); }

  test::Program::End evaluate(const std::string& task, const std::vector<std::string>& more = {},
                              const std::string& out = "my result") const {
    std::vector<std::string> words = {"evaluate", task,    "--labels",   at("my data/labels.csv"),
                                      "-o",       at(out), "--features", at("my data/features.csv")};
    const std::set<std::string> given(more.begin(), more.end());
    for (const auto& [option, value] :
         std::vector<std::pair<std::string, std::string>>{{"--permutations", "20"},
                                                          {"--draws", "50"},
                                                          {"--subsamples", "10"},
                                                          {"--c", "0.01,1"},
                                                          {"-j", "2"}})
      if (!given.contains(option)) words.insert(words.end(), {option, value});
    if (task == "regress" && !given.contains("--label")) words.insert(words.end(), {"--label", "score"});
    words.insert(words.end(), more.begin(), more.end());
    return facelex_command(words);
  }
  /// A cell of a table by the text of its first column (or of `key_column`) and its column.
  double cell(const std::string& file, const std::string& row, const std::string& column,
              std::size_t key_column = 0) const {
    std::istringstream lines(text_of(file));
    std::string line;
    std::getline(lines, line);
    const auto header = csv_fields(line, {});
    const auto c = static_cast<std::size_t>(std::find(header.begin(), header.end(), column) - header.begin());
    while (std::getline(lines, line)) {
      const auto fields = csv_fields(line, {});
      if (fields[key_column] == row) return std::stod(fields.at(c));
    }
    ADD_FAILURE() << file << " has no row " << row;
    return 0;
  }

  test::TemporaryFolder folder;
};

TEST_F(Evaluate, FindsAPlantedEffectAndNamesWhatCarriesIt) {
  const auto end = evaluate("classify", {"--permutations", "60"});
  ASSERT_EQ(end.status, 0) << end.err;
  EXPECT_EQ(end.out, "");
  EXPECT_NE(end.err.find("32 videos of 16 subjects, 9 features, classes flat (16), lively (16)"),
            std::string::npos)
      << end.err;
  EXPECT_GT(cell("my result/metrics.csv", "accuracy", "value"), 0.9);
  EXPECT_NEAR(cell("my result/metrics.csv", "accuracy", "p"), 1.0 / 61, 1e-12);
  EXPECT_NEAR(cell("my result/weights.csv", "LB-1~MO-3", "rank", 1), 1, 0);
  EXPECT_EQ(cell("my result/weights.csv", "LB-1~MO-3", "same_sign", 1), 1);
  EXPECT_EQ(cell("my result/weights.csv", "LB-1~MO-3", "subsamples", 1), 10);
  EXPECT_EQ(cell("my result/component_weights.csv", "yaw", "rank", 1), 3);
  EXPECT_EQ(cell("my result/component_weights.csv", "yaw", "features", 1), 5);
  for (const std::string name :
       {"metrics", "predictions", "folds", "permutations", "weights", "component_weights"}) {
    const auto sidecar = read_sidecar(folder / ("my result/" + name + ".csv"));
    ASSERT_TRUE(sidecar) << name;
    std::istringstream table(text_of("my result/" + name + ".csv"));
    std::string header;
    std::getline(table, header);
    const auto columns = csv_fields(header, {});
    ASSERT_EQ(sidecar->result.columns.size(), columns.size()) << name;
    for (std::size_t c = 0; c < columns.size(); ++c) EXPECT_EQ(sidecar->result.columns[c].name, columns[c]);
    EXPECT_EQ(text_of("my result/" + name + ".json").find(folder.path().string()), std::string::npos) << name;
  }
  EXPECT_NE(text_of("my result/report.md").find("Leakage check: passed"), std::string::npos);
}

TEST_F(Evaluate, LabelsWithoutMeaningGiveChance) {
  double mean = 0, smallest = 1;
  constexpr int samples = 4;
  for (int i = 0; i < samples; ++i) {
    const Sample sample(0, 20 + static_cast<std::uint64_t>(i));
    folder.write("my data/features.csv", sample.features);
    folder.write("my data/labels.csv", sample.labels);
    ASSERT_EQ(evaluate("classify", {"--protocol", "k-fold", "--folds", "4"}).status, 0);
    mean += cell("my result/metrics.csv", "balanced_accuracy", "value") / samples;
    smallest = std::min(smallest, cell("my result/metrics.csv", "balanced_accuracy", "p"));
  }
  EXPECT_NEAR(mean, 0.5, 0.2);
  EXPECT_GT(smallest, 0.04);
}

TEST_F(Evaluate, PredictsANumber) {
  ASSERT_EQ(evaluate("regress").status, 0);
  EXPECT_GT(cell("my result/metrics.csv", "pearson", "value"), 0.9);
  EXPECT_NEAR(cell("my result/metrics.csv", "rmse", "p"), 1.0 / 21, 1e-12);
  EXPECT_EQ(cell("my result/weights.csv", "LB-1~MO-3", "rank", 1), 1);
}

TEST_F(Evaluate, IsDoneOnceAndTheSameWithAnyThreads) {
  ASSERT_EQ(evaluate("classify").status, 0);
  const auto files = test::folder_content(folder / "my result");
  const auto again = evaluate("classify");
  EXPECT_NE(again.err.find("complete already"), std::string::npos) << again.err;
  EXPECT_EQ(evaluate("classify", {"--force", "-j", "5"}).err.find("complete already"), std::string::npos);
  EXPECT_EQ(files, test::folder_content(folder / "my result"));
  folder.write("my result/weights.csv", "changed by hand\n");
  EXPECT_EQ(evaluate("classify").err.find("complete already"), std::string::npos);
  EXPECT_EQ(files, test::folder_content(folder / "my result"));
  // Another learner has no weights: those of the first do not stay.
  ASSERT_EQ(evaluate("classify", {"--learner", "rbf-svm", "--permutations", "0"}).status, 0);
  for (const std::string name : {"weights.csv", "component_weights.json", "permutations.csv"})
    EXPECT_FALSE(fs::exists(folder / "my result" / name)) << name;
}

TEST_F(Evaluate, EveryOptionChangesTheResult) {
  struct Case {
    std::string task;
    std::vector<std::string> base, option;
  };
  const Sample sample(1), second(1, 5);
  std::string uneven = sample.features;  // "blocks" are subjects of equally many videos
  for (const std::string name : {"\nS2_1,", "\nS5_1,"})
    uneven.erase(uneven.find(name), uneven.find('\n', uneven.find(name) + 1) - uneven.find(name));
  folder.write("my data/features.csv", uneven);
  folder.write("my data/labels.csv", sample.labels);
  std::string renamed = second.features;
  for (auto at = renamed.find('~'); at != std::string::npos; at = renamed.find('~', at)) renamed[at] = '+';
  folder.write("more.csv", renamed);
  const std::vector<Case> cases = {
      {"classify", {}, {"--features", at("more.csv")}},
      {"classify", {}, {"--label", "three"}},
      {"classify", {"--label", "three"}, {"--classes", "z,x"}},
      {"classify", {}, {"--fold-column", "fold"}},
      {"classify", {}, {"--fold-column", "split"}},
      {"classify", {}, {"--learner", "svm-l2"}},
      {"classify", {}, {"--learner", "logistic"}},
      {"classify", {}, {"--learner", "rbf-svm"}},
      {"classify", {"--label", "three"}, {"--class-weights", "balanced"}},
      {"classify", {}, {"--c", "0.003"}},
      {"classify", {"--learner", "rbf-svm"}, {"--gamma", "3"}},
      {"classify", {"--learner", "logistic"}, {"--tolerance", "0.3"}},
      {"classify", {}, {"--scaling", "none"}},
      {"classify", {}, {"--select", "3"}},
      {"classify", {}, {"--protocol", "leave-one-out"}},
      {"classify", {}, {"--folds", "4"}},
      {"classify", {}, {"--inner-folds", "2"}},
      {"classify", {}, {"--permutations", "5"}},
      {"classify", {}, {"--permute", "blocks"}},
      {"classify", {}, {"--draws", "11"}},
      {"classify", {}, {"--subsamples", "9"}},
      {"classify", {}, {"--seed", "2"}},
      {"regress", {}, {"--label", "fold"}},
      {"regress", {}, {"--learner", "svr"}},
      {"regress", {"--learner", "svr"}, {"--epsilon", "0.7"}},
      {"regress", {"--learner", "svr"}, {"--learner", "rbf-svr"}},
  };
  const auto result = [&](const std::string& task, std::vector<std::string> options) {
    for (const auto& [option, value] :
         std::map<std::string, std::string>{{"--permutations", "4"}, {"--draws", "10"}})
      if (std::find(options.begin(), options.end(), option) == options.end())
        options.insert(options.end(), {option, value});
    const auto end = evaluate(task, options);
    EXPECT_EQ(end.status, 0) << end.err;
    std::string tables;
    for (const auto& [name, text] : test::folder_content(folder / "my result"))
      if (name.ends_with(".csv")) tables += name + "\n" + text;
    return tables;
  };
  std::map<std::string, std::string> known;
  for (const Case& one : cases) {
    std::string key = one.task;
    for (const auto& word : one.base) key += " " + word;
    if (!known.contains(key)) known[key] = result(one.task, one.base);
    std::vector<std::string> options = one.option[0] == "--learner" ? std::vector<std::string>{} : one.base;
    options.insert(options.end(), one.option.begin(), one.option.end());
    EXPECT_NE(known[key], result(one.task, options)) << key << ": " << one.option[0];
  }
}

TEST_F(Evaluate, WhatIsWrongIsSaid) {
  const Sample sample(1);
  struct Case {
    std::string features, labels, task;
    std::vector<std::string> options;
    std::string message;
    int status = 1;
  };
  const auto edited = [](std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
    return text;
  };
  const std::string& f = sample.features;
  const std::string& l = sample.labels;
  const Sample others(1, 1, 100);
  const std::vector<Case> cases = {
      {f, others.labels, "classify", {}, "no video has both features and a label"},
      {f, edited(l, ",lively", ",flat"), "classify", {}, "of one class, 'flat'"},
      {f,
       edited(l, "S3_1,S3,lively", "S3_1,S3,flat"),
       "classify",
       {},
       "labels.csv: line 9, column group: subject 'S3' is 'lively'"},
      {f, l, "classify", {"--protocol", "k-fold", "--folds", "17"}, "there are only 16 subjects", 2},
      {edited(f, "S3_1,0,", "S3_9,0,"), l, "classify", {"--folds", "17"}, "there are only 16 subjects", 2},
      {f, l, "classify", {"--label", "score", "--per-video"}, "column score: 32 of 32 classes (", 1},
      {edited(f, ",", ";"),
       l,
       "classify",
       {},
       "features.csv: line 1: its columns are separated by semicolons"},
      {f, edited(l, "name,", "clip,"), "classify", {}, "group, three, score, fold, split; is it 'clip'?"},
      {f, l, "classify", {"--inner-folds", "16"}, "only 15 subjects are left to learn from", 2},
      {"name,a,b\nS0_0,1,2\nS1_0,1,2\nS2_0,1,2\n", l, "classify", {}, "no feature varies between the videos"},
      {"name,a,b\nS0_0,1,2\nS1_0,,2\nS2_0,3,2\n", l, "classify", {}, "give --missing impute"},
      {edited(f, "S3_1,0,", "S3_1,0,x"), l, "classify", {}, "features.csv: line 9, column LB-1~LB-1"},
      {f, l, "classify", {"--label", "nothing"}, "has no column 'nothing'", 2},
      {f, l, "classify", {"--classes", "flat,loud"}, "no video with features is of class 'loud'", 2},
      {f, l, "classify", {"--classes", "flat"}, "one class alone", 2},
      {f, l, "classify", {"--fold-column", "nothing"}, "--fold-column: ", 2},
      {f,
       edited(l, "S3_1,S3,lively,x", "S3_1,S3,lively,x"),
       "classify",
       {"--fold-column", "group"},
       "labels.csv: column group: without fold"},
      {f,
       edited(l, ",dev\n", ",train\n"),
       "classify",
       {"--fold-column", "name"},
       "labels.csv: line 3, column name: subject 'S0' is in folds 'S0_0' and 'S0_1'"},
      {f,
       edited(edited(l, ",dev\n", ",test\n"), ",train\n", ",test\n"),
       "classify",
       {"--fold-column", "split"},
       "no video of split 'train'"},
      {f, l, "classify", {"--c", "0"}, "--c: '0' is not a number > 0", 2},
      {f, l, "classify", {"--c", "one"}, "--c: 'one' is not a number > 0", 2},
      {f, l, "classify", {"--permute", "within"}, "--permute within", 2},
      {f, l, "regress", {"--label", "group"}, "is not a number"},
      {f, l, "regress", {"--epsilon", "-1"}, "--epsilon: '-1'", 2},
  };
  for (const Case& one : cases) {
    folder.write("my data/features.csv", one.features);
    folder.write("my data/labels.csv", one.labels);
    const auto end = evaluate(one.task, one.options, "not made");
    EXPECT_NE(end.err.find(one.message), std::string::npos) << one.message << "\n" << end.err;
    EXPECT_EQ(end.status, one.status) << end.err;
    EXPECT_EQ(std::count(end.err.begin(), end.err.end(), '\n'), 1)
        << "refused before anything is said: " << end.err;
    EXPECT_FALSE(fs::exists(folder / "not made/metrics.json")) << one.message;
  }
  const auto end = facelex_command({"evaluate", "classify", "--features", at("none.csv"), "--labels",
                                    at("my data/labels.csv"), "-o", at("not made")});
  EXPECT_EQ(end.status, 1);
  EXPECT_NE(end.err.find("none.csv"), std::string::npos) << end.err;
}

TEST_F(Evaluate, WhereNothingCanBeWrittenIsSaidBeforeTheWork) {
  struct Case {
    std::string out, says;
    int status;
  };
  for (const Case& one : std::vector<Case>{
           {"my data/labels.csv", "is a file; several files are written: name a folder", 2},
           {"result.csv", "is named like a table", 2},
           {"my data/labels.csv/result", "nothing can be written there; give another --output", 3}}) {
    const auto end = evaluate("classify", {}, one.out);
    EXPECT_EQ(end.status, one.status) << end.err;
    EXPECT_NE(end.err.find(one.says), std::string::npos) << end.err;
    EXPECT_EQ(end.err.find("videos of"), std::string::npos) << "before the evaluation begins: " << end.err;
  }
}

TEST_F(Evaluate, WhatIsLeftOutIsNamed) {
  const Sample sample(5);
  folder.write("my data/features.csv", replaced(sample.features, "S3_1,", "T3_1,"));
  const auto end = evaluate("classify");
  EXPECT_EQ(end.status, 0);
  EXPECT_NE(end.err.find("2 videos left out (1: no features in "), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("labels.csv, T3_1); report.md and metrics.json name each"), std::string::npos)
      << end.err;
  EXPECT_NE(text_of("my result/report.md").find("T3_1: no line in"), std::string::npos);
  EXPECT_EQ(read_sidecar(folder / "my result/metrics.csv")->result.details["videos_left_out"].size(), 2U);
}

TEST_F(Evaluate, ANameThatIsAlmostAnotherIsNamed) {
  const Sample sample(5);
  folder.write("my data/labels.csv", replaced(sample.labels, "\nS3_1,", "\nS3_1.mp4,"));
  const auto end = evaluate("classify");
  EXPECT_EQ(end.status, 0);
  EXPECT_NE(end.err.find("1 video is left out for the spelling of its name: "), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("has 'S3_1.mp4' where "), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("has 'S3_1' (the ending .mp4); write column name of "), std::string::npos)
      << end.err;
  EXPECT_NE(text_of("my result/report.md").find("(there is 'S3_1')"), std::string::npos);
}

TEST_F(Evaluate, GapsAreLeftOutOrFilledOnRequest) {
  const Sample sample(5);
  std::string features = sample.features;
  const auto line = features.find("\nS3_1,0,") + 8;
  features.erase(line, features.find(',', line) - line);
  folder.write("my data/features.csv", features);
  EXPECT_EQ(evaluate("classify").status, 1);
  ASSERT_EQ(evaluate("classify", {"--missing", "leave-out", "--protocol", "leave-one-out"}).status, 0);
  EXPECT_EQ(cell("my result/folds.csv", "S0", "features"), 8);
  ASSERT_EQ(evaluate("classify", {"--missing", "impute", "--protocol", "leave-one-out"}).status, 0);
  EXPECT_EQ(cell("my result/folds.csv", "S0", "features"), 9);
}

TEST_F(Evaluate, TheClassMayBelongToTheVideo) {
  const Sample sample(1);
  std::string labels = sample.labels;
  for (std::size_t at = labels.find("_1,S"); at != std::string::npos; at = labels.find("_1,S", at + 1)) {
    const auto group = labels.find(',', at + 3) + 1, end = labels.find(',', group);
    labels.replace(group, end - group, labels.compare(group, 4, "flat") == 0 ? "lively" : "flat");
  }
  folder.write("my data/labels.csv", labels);
  EXPECT_EQ(evaluate("classify").status, 1);
  ASSERT_EQ(evaluate("classify", {"--per-video"}).status, 0);
}

}  // namespace
}  // namespace facelex
