// Features of videos, with the real binary.
#include <gtest/gtest.h>

#include <sstream>

#include "cli/cli_fixture.hpp"
#include "facelex/io/csv.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;
using test::facelex_command;
using test::file_text;
using test::TemporaryFolder;

class Features : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_folder = new TemporaryFolder;
    shared_folder->write("cohort.json",
                         R"({"seconds": 12, "groups": [{"name": "a", "subjects": 3, "behaviour": {
      "units": [{"unit": "AU12", "rate_per_minute": 25}, {"unit": "AU04", "rate_per_minute": 25}],
      "couplings": [{"from": "AU12", "to": "AU01", "lag_s": 0.3, "lag_sd_s": 0}]}}]})");
    const auto end = facelex_command({"simulate", *shared_folder / "cohort.json", "-o",
                                      *shared_folder / "my sample", "--landmarks-only", "-q"});
    ASSERT_EQ(end.status, 0) << end.err;
  }
  static void TearDownTestSuite() { delete shared_folder; }
  void SetUp() override {
    fs::copy(*shared_folder / "my sample", folder / "my sample", fs::copy_options::recursive);
  }

  std::string at(const std::string& name) const { return folder / name; }
  test::Program::End features(std::vector<std::string> arguments, const std::string& out = "out.csv") const {
    arguments.insert(arguments.begin(), "features");
    arguments.insert(arguments.end(), {"-o", at(out)});
    return facelex_command(arguments);
  }
  static std::vector<std::vector<std::string>> table(const fs::path& file) {
    std::istringstream lines(file_text(file));
    std::string line;
    std::vector<std::vector<std::string>> rows;
    while (std::getline(lines, line)) rows.push_back(csv_fields(line, {}));
    return rows;
  }

  static TemporaryFolder* shared_folder;
  TemporaryFolder folder;
};
TemporaryFolder* Features::shared_folder = nullptr;

TEST_F(Features, WccFindsThePlantedCoupling) {
  const auto end = features({"wcc", at("my sample/truth"), "--columns", "e_AU12_L,e_AU01_L,e_AU04_L",
                             "--values", "mean,lag", "--head", "none"});
  ASSERT_EQ(end.status, 0) << end.err;
  EXPECT_NE(end.err.find("3 rows of 18 features of 3 videos, 0 left out"), std::string::npos) << end.err;
  const auto rows = table(folder / "out.csv");
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0][3], "e_AU12_L~e_AU01_L");
  EXPECT_EQ(rows[1][0], "S01_1");
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_GT(std::stod(rows[i][3]), 0.8);
    EXPECT_NEAR(std::stod(rows[i][2 + 9 + 1]), 0.3, 0.1);
  }
  const auto sidecar = read_sidecar(folder / "out.csv");
  ASSERT_TRUE(sidecar);
  EXPECT_EQ(sidecar->stage, "features wcc");
  EXPECT_EQ(sidecar->result.columns.size(), rows[0].size());
  EXPECT_EQ(sidecar->result.details["videos"].size(), 3U);
  const std::string once = file_text(folder / "out.csv"), json = file_text(folder / "out.json");
  features({"wcc", at("my sample/truth"), "--columns", "e_AU12_L,e_AU01_L,e_AU04_L", "--values", "mean,lag",
            "--head", "none", "-j", "5"});
  EXPECT_EQ(once, file_text(folder / "out.csv"));
  EXPECT_EQ(json, file_text(folder / "out.json"));
}

TEST_F(Features, HeadsComeFromTheCodesOrAnotherFolder) {
  const auto columns = [&](const std::string& head, int status = 0) {
    const auto end = features({"wcc", at("my sample/truth"), "--columns", "e_AU12_L", "--head", head});
    EXPECT_EQ(end.status, status) << end.err;
    return status == 0 ? table(folder / "out.csv")[0].size() - 2 : 0;
  };
  EXPECT_EQ(columns("auto"), 16U);
  EXPECT_EQ(columns("none"), 1U);
  EXPECT_EQ(columns(at("my sample/landmarks")), 16U);
  columns(at("nowhere"), 2);
  fs::remove(folder / "my sample/landmarks/S02_1.csv");
  const auto end = features({"wcc", at("my sample/truth"), "--head", at("my sample/landmarks")});
  EXPECT_EQ(end.status, 1);
  EXPECT_NE(end.err.find("has no recording 'S02_1'"), std::string::npos) << end.err;
}

TEST_F(Features, WhatIsLeftOutIsNamed) {
  folder.write("my sample/truth/broken.csv", "frame,face_id,timestamp,confidence,success,e_AU12_L\n1,0,0,1");
  folder.write("my sample/truth/other.csv",
               "frame,face_id,timestamp,confidence,success,e_x,e_y\n1,0,0,1,1,1,2\n2,0,0.04,1,1,2,2\n");
  const auto end = features({"wcc", at("my sample/truth")});
  EXPECT_EQ(end.status, 1);
  EXPECT_NE(end.err.find("broken is left out"), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("other is left out"), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("3 videos, 2 left out"), std::string::npos) << end.err;
  const auto sidecar = read_sidecar(folder / "out.csv");
  ASSERT_TRUE(sidecar);
  EXPECT_EQ(sidecar->result.details["left_out"].size(), 2U);
  EXPECT_EQ(sidecar->result.state, "partial");
}

TEST_F(Features, PairsOfFoldersGoByName) {
  fs::copy(folder / "my sample/truth", folder / "partners", fs::copy_options::recursive);
  fs::remove(folder / "partners/S03_1.csv");
  const auto end =
      features({"wcc", "--pair", at("my sample/truth"), at("partners"), "--columns", "e_AU12_L"});
  EXPECT_EQ(end.status, 1);
  EXPECT_NE(end.err.find("S03_1 is left out"), std::string::npos) << end.err;
  const auto rows = table(folder / "out.csv");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_NEAR(std::stod(rows[1][2]), 1, 1e-12);
  const auto files =
      features({"wcc", "--pair", at("my sample/truth/S01_1.csv"), at("my sample/truth/S02_1.csv")});
  EXPECT_EQ(files.status, 0) << files.err;
  EXPECT_EQ(table(folder / "out.csv")[1][0], "S01_1~S02_1");
}

TEST_F(Features, BagOfWordsOfTokens) {
  folder.write("tokens/a.csv",
               "frame,face_id,timestamp,confidence,success,q0,q1\n1,0,0,1,1,0,2\n2,0,0.04,1,1,0,1\n");
  folder.write("tokens/b.csv", "frame,face_id,timestamp,confidence,success,q0,q1\n1,0,0,1,1,9,2\n");
  const auto end = features({"bow", at("tokens"), "--codes", "4"});
  EXPECT_EQ(end.status, 1);
  EXPECT_NE(end.err.find("9 is no token 0 … 3"), std::string::npos) << end.err;
  EXPECT_EQ(file_text(folder / "out.csv"),
            "name,face_id,token-0,token-1,token-2,token-3\na,,0.5,0.25,0.25,0\n");
  EXPECT_EQ(features({"bow", at("tokens")}).status, 2) << "without --codes";
}

TEST_F(Features, WrongUseIsOneLine) {
  struct Case {
    std::vector<std::string> arguments;
    int status;
    std::string says;
  };
  const std::string truth = at("my sample/truth");
  const std::vector<Case> cases = {
      {{"wcc", at("my sample/landmarks")}, 1, "holds landmarks"},
      {{"wcc", truth, "--window", "60"}, 1, "hold no window"},
      {{"wcc", truth, "--window", "0.05"}, 2, "give a longer --window"},
      {{"wcc", truth, "--preset", "rmea"}, 2, "--window, --step and --lag"},
      {{"wcc", truth, "--values", "median"}, 2, "unknown figure 'median'"},
      {{"wcc", truth, "--columns", "e_nothing"}, 1, "no column 'e_nothing'"},
      {{"wcc", truth, "--surrogates", "3"}, 2, "at least 19"},
      {{"wcc", truth, "--pair"}, 2, "two files or two folders"},
      {{"wcc", "--pair", truth, truth, "--triangle"}, 2, "--triangle has no meaning"},
      {{"wcc", truth, "--head", ""}, 2, "--head is empty"}};
  for (const Case& one : cases) {
    const auto end = features(one.arguments);
    EXPECT_EQ(end.status, one.status) << end.err;
    EXPECT_NE(end.err.find(one.says), std::string::npos) << one.says << "\n" << end.err;
    EXPECT_FALSE(fs::exists(folder / "out.csv")) << one.says;
  }
  EXPECT_EQ(features({"wcc", truth}, "folder.txt").status, 2);
}

}  // namespace
}  // namespace facelex
