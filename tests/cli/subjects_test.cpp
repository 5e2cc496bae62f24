// fit --subjects with the real binary: persons before recordings, resumed and sharded.
#include <gtest/gtest.h>

#include "cli_fixture.hpp"
#include "facelex/core/json.hpp"

namespace facelex {
namespace {

using test::facelex_command;
using test::file_text;
using test::folder_content;

class FitSubjects : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_.write("cohort.json", R"({"seed": 3, "seconds": 2, "groups": [
      {"name": "g", "subjects": 2, "sessions": 2, "behaviour": {"units": [{"unit": "AU12", "rate_per_minute": 30}]}}]})");
    ASSERT_EQ(facelex_command({"simulate", at("cohort.json"), "-o", at("my study"), "--landmarks-only", "-q"})
                  .status,
              0);
  }

  std::string at(const std::string& name) const { return folder_ / name; }

  test::Program::End fit(const std::string& out, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"fit",
                                          at("my study/landmarks"),
                                          "-o",
                                          at(out),
                                          "--subjects",
                                          at("my study/labels.csv"),
                                          "--identity-frames",
                                          "8"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return facelex_command(arguments);
  }

  static Json neutral(const std::string& sidecar) {
    return Json::parse(file_text(sidecar))["details"]["identity"][0]["neutral"];
  }

  test::TemporaryFolder folder_;
};

TEST_F(FitSubjects, RecordingsOfAPersonShareTheirFaceAndResume) {
  const auto first = fit("fits");
  ASSERT_EQ(first.status, 0) << first.err;
  EXPECT_NE(first.err.find("persons: 2 done"), std::string::npos) << first.err;
  EXPECT_EQ(neutral(at("fits/S01_1.json")), neutral(at("fits/S01_2.json")));
  EXPECT_NE(neutral(at("fits/S01_1.json")), neutral(at("fits/S02_1.json")));
  EXPECT_EQ(Json::parse(file_text(at("fits/S02_1.json")))["details"]["subject"], "S02");
  const auto before = folder_content(at("fits"));
  EXPECT_TRUE(before.contains("persons/S01.safetensors"));
  const auto again = fit("fits");
  EXPECT_NE(again.err.find("2 skipped"), std::string::npos) << again.err;
  EXPECT_NE(again.err.find("4 skipped"), std::string::npos) << again.err;
  // A recording that changes makes its person anew, and all recordings of that person alone.
  std::string text = file_text(at("my study/landmarks/S01_2.csv"));
  text.resize(text.rfind('\n', text.size() - 2) + 1);
  folder_.write("my study/landmarks/S01_2.csv", text);
  const auto changed = fit("fits");
  EXPECT_NE(changed.err.find("persons: 1 done, 1 skipped"), std::string::npos) << changed.err;
  EXPECT_NE(changed.err.find("recordings: 2 done, 2 skipped"), std::string::npos) << changed.err;
  EXPECT_EQ(folder_content(at("fits"))["S02_1.csv"], before.at("S02_1.csv"));

  const auto status = facelex_command({"status", at("fits")});
  EXPECT_EQ(status.status, 0) << status.err;
  EXPECT_NE(status.out.find("of 4 faces"), std::string::npos) << status.out;
  EXPECT_NE(status.out.find("linear in head pose"), std::string::npos) << status.out;
}

TEST_F(FitSubjects, ShardsMakeTheSameBytes) {
  ASSERT_EQ(fit("whole").status, 0);
  for (const char* shard : {"2/2", "1/2"}) ASSERT_EQ(fit("parts", {"--shard", shard}).status, 0);
  EXPECT_EQ(folder_content(at("parts")), folder_content(at("whole")));
}

TEST_F(FitSubjects, WhoseARecordingIsHasToBeKnown) {
  folder_.write("my study/labels.csv", "name,subject\nS01_1,A\nS01_2.csv,A\nS02_1,B\nS02_2,B\n");
  const auto partly = fit("fits");
  EXPECT_EQ(partly.status, 1);
  EXPECT_NE(partly.err.find("but one for 'S01_2.csv'"), std::string::npos) << partly.err;
  EXPECT_TRUE(std::filesystem::exists(at("fits/S01_1.csv")));
  EXPECT_FALSE(std::filesystem::exists(at("fits/S01_2.csv")));
  folder_.write("my study/labels.csv", "name,person\nS01_1,A\n");
  const auto none = fit("none");
  EXPECT_NE(none.status, 0);
  EXPECT_NE(none.err.find("has no column 'subject'"), std::string::npos) << none.err;
  folder_.write("my study/labels.csv", "name,subject\nS01_1,A\n");
  for (const std::string neutral : {"frame", "file"}) {
    const auto refused = fit("none", {"--neutral", neutral, "--neutral-" + neutral, "1"});
    EXPECT_EQ(refused.status, 2) << refused.err;
    EXPECT_NE(refused.err.find("--neutral estimated or model"), std::string::npos) << refused.err;
  }
  EXPECT_EQ(fit("none", {"--vectors"}).status, 2);
}

}  // namespace
}  // namespace facelex
