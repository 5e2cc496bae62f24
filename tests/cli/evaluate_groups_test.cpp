// Comparison of groups, with the real binary.
#include <gtest/gtest.h>

#include <algorithm>
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

/// 20 people, two sessions each; "AU12 mean" is larger in group ill, "AU04 mean" follows the age, S1 lacks
/// the rate.
class EvaluateGroups : public ::testing::Test {
 protected:
  void SetUp() override {
    Random random(4);
    features = "name,face_id,AU12 mean,AU12 rate,AU04 mean,AU04~yaw\n";
    labels = "name,subject,group,three,age,site,depression\n";
    for (int s = 0; s < 20; ++s) {
      const double smile = random.normal() + 3 * (s % 2), age = 20 + s + random.normal();
      for (int v = 0; v < 2; ++v) {
        const std::string name = "S" + std::to_string(s) + "_" + std::to_string(v);
        features += name + ",0," + number_text(smile + 0.1 * random.normal()) + "," +
                    (s == 1 ? std::string() : number_text(random.normal())) + "," +
                    number_text(0.2 * age + 0.3 * random.normal()) + "," + number_text(random.normal()) +
                    "\n";
        labels += name + ",S" + std::to_string(s) + (s % 2 ? ",ill," : ",well,") + "xyz"[s % 3] + "," +
                  number_text(age) + "," + std::to_string(1 + s / 2 % 2) + "," + number_text(smile) + "\n";
      }
    }
    write(features, labels);
  }
  void write(const std::string& table, const std::string& truth) const {
    folder.write("my data/features.csv", table);
    folder.write("my data/labels.csv", truth);
  }
  test::Program::End groups(const std::vector<std::string>& more = {},
                            const std::string& out = "my result") const {
    std::vector<std::string> words = {"evaluate",   "groups",
                                      "--features", folder / "my data/features.csv",
                                      "--labels",   folder / "my data/labels.csv",
                                      "-o",         folder / out,
                                      "-j",         "2"};
    for (const auto& [option, value] :
         std::vector<std::pair<std::string, std::string>>{{"--permutations", "199"}, {"--draws", "100"}})
      if (std::find(more.begin(), more.end(), option) == more.end())
        words.insert(words.end(), {option, value});
    words.insert(words.end(), more.begin(), more.end());
    return facelex_command(words);
  }
  std::string text_of(const std::string& name) const { return file_text(folder / name); }
  std::string field_of(const std::string& feature, const std::string& column,
                       const std::string& file = "my result/groups.csv") const {
    std::istringstream lines(text_of(file));
    std::string line;
    std::getline(lines, line);
    const auto header = csv_fields(line, {});
    const auto c = std::find(header.begin(), header.end(), column) - header.begin();
    while (std::getline(lines, line)) {
      const auto fields = csv_fields(line, {});
      if (fields[0] == feature) return fields.at(static_cast<std::size_t>(c));
    }
    ADD_FAILURE() << "no " << feature;
    return {};
  }
  double number_of(const std::string& feature, const std::string& column,
                   const std::string& file = "my result/groups.csv") const {
    return std::stod(field_of(feature, column, file));
  }

  std::string features, labels;
  test::TemporaryFolder folder;
};

TEST_F(EvaluateGroups, FindTheDifferenceAndCountPeople) {
  const auto end = groups();
  ASSERT_EQ(end.status, 0) << end.err;
  EXPECT_EQ(end.out, "");
  EXPECT_NE(end.err.find("well - ill: 1 of 4 features with q < 0.05; the smallest p: AU12 mean, g = -"),
            std::string::npos)
      << end.err;
  EXPECT_EQ(text_of("my result/groups.csv").find("feature,family,contrast,n_ill,mean_ill,sd_ill,n_well,"),
            0U);
  EXPECT_LT(number_of("AU12 mean", "g"), -1.5);
  EXPECT_LT(number_of("AU12 mean", "low"), number_of("AU12 mean", "g"));
  EXPECT_EQ(number_of("AU12 mean", "p"), 1.0 / 200);
  EXPECT_EQ(number_of("AU12 mean", "q"), 4.0 / 200);
  EXPECT_EQ(number_of("AU12 mean", "q_family"), 2.0 / 200);
  EXPECT_EQ(number_of("AU12 mean", "n_ill"), 10) << "two videos of a person are one person";
  EXPECT_EQ(number_of("AU12 rate", "n_ill"), 9) << "S1 has no value";
  EXPECT_EQ(number_of("AU12 rate", "df"), 17);
  EXPECT_EQ(number_of("AU12", "features", "my result/families.csv"), 2);
  EXPECT_EQ(number_of("AU04~yaw", "features", "my result/families.csv"), 1);
  for (const std::string name : {"groups", "families"}) {
    const auto sidecar = read_sidecar(folder / ("my result/" + name + ".csv"));
    ASSERT_TRUE(sidecar) << name;
    std::istringstream table(text_of("my result/" + name + ".csv"));
    std::string header;
    std::getline(table, header);
    const auto columns = csv_fields(header, {});
    ASSERT_EQ(sidecar->result.columns.size(), columns.size()) << name;
    for (std::size_t c = 0; c < columns.size(); ++c) EXPECT_EQ(sidecar->result.columns[c].name, columns[c]);
    EXPECT_EQ(text_of("my result/" + name + ".json").find(folder.path().string()), std::string::npos);
  }
  const std::string report = text_of("my result/report.md");
  EXPECT_LT(report.find("| AU12 mean |"), report.find("| AU04 mean |")) << "the smallest p first";
  EXPECT_NE(report.find("The videos of a subject are averaged"), std::string::npos);
  const auto again = groups();
  EXPECT_NE(again.err.find("complete already"), std::string::npos) << again.err;
  fs::remove(folder / "my result/groups.json");  // as a killed one leaves the folder
  EXPECT_EQ(groups().status, 0);
}

TEST_F(EvaluateGroups, ScoresCovariatesAndThreeGroups) {
  ASSERT_EQ(groups({"--score", "depression"}).status, 0);
  EXPECT_GT(number_of("AU12 mean", "r"), 0.95);
  ASSERT_EQ(groups({"--score", "age"}, "age").status, 0);
  EXPECT_GT(number_of("AU04 mean", "r", "age/groups.csv"), 0.8);
  ASSERT_EQ(groups({"--score", "depression", "--adjust", "age,site", "--categories", "site"}).status, 0);
  EXPECT_EQ(number_of("AU12 mean", "df"), 16) << "20 people, mean, score, age, one site against the other";
  ASSERT_EQ(groups({"--label", "three"}).status, 0);
  const std::string table = text_of("my result/groups.csv");
  for (const char* contrast : {",all groups,", ",y - x,", ",z - x,", ",z - y,"})
    EXPECT_NE(table.find(contrast), std::string::npos) << contrast;
  EXPECT_EQ(field_of("AU12 mean", "g"), "") << "of three groups together there is no difference";
  EXPECT_GE(number_of("AU12 mean", "eta_squared"), 0);
}

TEST_F(EvaluateGroups, EveryOptionChangesTheTable) {
  ASSERT_EQ(groups().status, 0);
  const std::string base = text_of("my result/groups.csv");
  for (const std::vector<std::string>& option :
       std::vector<std::vector<std::string>>{{"--label", "three"},
                                             {"--score", "age"},
                                             {"--classes", "well,ill"},
                                             {"--adjust", "age"},
                                             {"--permutations", "150"},
                                             {"--draws", "50"},
                                             {"--seed", "3"}}) {
    const auto end = groups(option);
    EXPECT_EQ(end.status, 0) << end.err;
    EXPECT_NE(text_of("my result/groups.csv"), base) << option[0];
  }
  ASSERT_EQ(groups({"--adjust", "site"}).status, 0);
  EXPECT_EQ(text_of("my result/groups.json").find("site=2"), std::string::npos) << "a column of numbers";
}

TEST_F(EvaluateGroups, WhatIsWrongIsSaid) {
  const auto replaced = [](std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
  };
  struct Case {
    std::vector<std::string> options;
    std::string message;
    int status;
  };
  for (const Case& one : std::vector<Case>{
           {{"--adjust", "agee"}, "--adjust: ", 2},
           {{"--adjust", "group"}, "--adjust: 'group' is what is looked for", 2},
           {{"--adjust", "age,age"}, "--adjust: 'age' occurs twice", 2},
           {{"--categories", "site"}, "--categories: 'site' is not among the columns of --adjust", 2},
           {{"--score", "age", "--label", "group"}, "--score: is given beside --label", 2},
           {{"--score", "group"}, "is not a number; ", 1},
           {{"--permutations", "0"}, "--permutations: '0'", 2}}) {
    const auto end = groups(one.options, "not made");
    EXPECT_NE(end.err.find(one.message), std::string::npos) << one.message << "\n" << end.err;
    EXPECT_EQ(end.status, one.status) << end.err;
    EXPECT_EQ(std::count(end.err.begin(), end.err.end(), '\n'), 1) << end.err;
    EXPECT_FALSE(fs::exists(folder / "not made/groups.csv"));
  }
  write(features, replaced(labels, "S3_1,S3,ill", "S3_1,S3,well"));
  EXPECT_NE(groups({}, "not made").err.find("subject 'S3' is "), std::string::npos);
  std::string gaps = replaced(labels, "S3_1,S3,ill,x,", "S3_1,S3,ill,x,NA\nS99,S99,ill,x,");
  gaps = gaps.substr(0, gaps.find("S99")) + gaps.substr(gaps.find('\n', gaps.find("S99")) + 1);
  gaps = replaced(gaps, ",x,NA\n", ",x,NA,1,2\n");
  write(features, gaps);
  const auto end = groups({"--adjust", "age"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_NE(end.err.find("S3_1: no age in "), std::string::npos) << end.err;
  folder.write("other/report.md", "mine");
  EXPECT_EQ(groups({}, "other").status, 2);
  EXPECT_EQ(text_of("other/report.md"), "mine");
}

}  // namespace
}  // namespace facelex
