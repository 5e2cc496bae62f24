// Planning a study, with the real binary.
#include <gtest/gtest.h>

#include <sstream>

#include "cli_fixture.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/io/tables/csv.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;
using test::facelex_command;
using test::file_text;

class Power : public ::testing::Test {
 protected:
  void SetUp() override { write_cohort("cohort.json", 30); }
  /// Two groups, one of which smiles at that rate and the other hardly.
  void write_cohort(const std::string& name, int rate) const {
    folder.write(name, R"({"seconds": 3, "groups": [
      {"name": "flat", "behaviour": {"units": [{"unit": "AU12", "rate_per_minute": 2}]}},
      {"name": "lively", "behaviour": {"units": [{"unit": "AU12", "rate_per_minute": )" +
                           std::to_string(rate) + "}]}}]}");
  }
  test::Program::End power(std::vector<std::string> more, const std::string& out = "my power") const {
    std::vector<std::string> words = {"power", folder / "cohort.json", "-o", folder / out};
    words.insert(words.end(), more.begin(), more.end());
    return facelex_command(words);
  }
  std::vector<std::string> row(const std::string& out, int number) const {
    std::istringstream lines(file_text(folder / out / "power.csv"));
    std::string line;
    for (int i = 0; i <= number; ++i) std::getline(lines, line);
    return csv_fields(line, {});
  }

  test::TemporaryFolder folder;
};

const std::vector<std::string> few = {"--subjects", "4,10",    "--pool", "12",         "--studies",
                                      "20",         "--folds", "4",      "--features", "summary",
                                      "--c",        "0.01",    "-j",     "2",          "-q"};

TEST_F(Power, FindsHowManySubjectsAreEnough) {
  const auto end = power(few);
  ASSERT_EQ(end.status, 0) << end.err;
  for (const char* file : {"power.csv", "power.json", "studies.csv", "power.svg", "report.md", "summary.csv",
                           "labels.csv", "pool/model.safetensors"})
    EXPECT_TRUE(fs::exists(folder / "my power" / file)) << file;
  const auto small = row("my power", 1), large = row("my power", 2);
  EXPECT_EQ(small[0], "4");
  EXPECT_EQ(large[0], "10");
  EXPECT_GT(std::stod(large[1]), 0.8);                  // accuracy
  EXPECT_GE(std::stod(large[6]), std::stod(small[6]));  // power
  EXPECT_NE(file_text(folder / "my power/report.md").find("**"), std::string::npos);

  const std::string once = file_text(folder / "my power/power.csv"),
                    sidecar = file_text(folder / "my power/power.json");
  const auto again = power({few.begin(), few.end() - 1});
  EXPECT_NE(again.err.find("complete already"), std::string::npos) << again.err;
  fs::remove(folder / "my power/power.json");  // the pool stands, the studies are drawn again
  ASSERT_EQ(power(few).status, 0);
  EXPECT_EQ(file_text(folder / "my power/power.csv"), once);
  EXPECT_EQ(file_text(folder / "my power/power.json"), sidecar);
}

TEST_F(Power, AdviceOfTheLearnerNamesOptionsThatPowerHas) {
  std::vector<std::string> words = few;
  words.insert(words.end(), {"--subjects", "4", "--facial-basis-max-iterations", "1"});
  words.erase(words.begin(), words.begin() + 2);  // --subjects of `few`
  const auto end = power(words);
  ASSERT_EQ(end.status, 0) << end.err;
  EXPECT_NE(end.err.find("; raise --facial-basis-max-iterations or --facial-basis-tolerance"),
            std::string::npos)
      << end.err;
  const auto help = facelex_command({"power", "--help"});
  for (const char* option : {"--facial-basis-max-iterations N", "--facial-basis-tolerance X"})
    EXPECT_NE(help.out.find(option), std::string::npos) << option;
  const auto sidecar = read_sidecar(folder / "my power/power.csv");
  ASSERT_TRUE(sidecar);
  EXPECT_EQ(sidecar->options["facial-basis"]["max-iterations"], 1);
}

TEST_F(Power, TakesTheBuiltInCodebook) {
  const auto end = power({"--subjects", "6", "--pool", "8", "--studies", "20", "--folds", "4", "--model",
                          "built-in", "--c", "0.01", "-q"});
  ASSERT_EQ(end.status, 0) << end.err;
  EXPECT_TRUE(fs::exists(folder / "my power/bow.csv"));
}

TEST_F(Power, SaysWhatIsWrongBeforeItSimulates) {
  struct Case {
    std::vector<std::string> arguments;
    std::string says;
    int status = 2;
  };
  const std::vector<Case> cases = {
      {{"--subjects", "4,x"}, "power: --subjects: 'x' is not a whole number"},
      {{"--subjects", "20", "--pool", "10"}, "--pool 10 is less"},
      {{"--subjects", "2"}, "power: --subjects: 2 of each group are fewer than the 10 folds"},
      {{"--subjects", "20", "--features", "couplings"}, "one of wcc, summary, bow"},
      {{"--subjects", "20", "--features", "bow"}, "does not fit"},
      {{"--subjects", "20", "--studies", "20", "--alpha", "0.01"},
       "power: --studies: with 20 the smallest p is"},
      {{"--subjects", "20", "--metric", "kappa"}, "balanced_accuracy"},
      {{"--subjects", "20", "--model", "missing.safetensors"}, "missing.safetensors", 3},
      {{"--subjects", "20", "--wcc-window", "30"}, "recordings of 3 s hold no window: one takes 31"},
      {{"--subjects", "20", "--features", "summary", "--model", "built-in", "--facial-basis-alpha", "3"},
       "--facial-basis-alpha says how a Facial Basis is learnt, but --model gives the system"},
      {{"--subjects", "20", "--features", "summary", "--facial-basis-tolerance", "-1"},
       "--facial-basis-tolerance: '-1'"}};
  for (const Case& one : cases) {
    const auto end = power(one.arguments);
    EXPECT_EQ(end.status, one.status) << end.err;
    EXPECT_NE(end.err.find(one.says), std::string::npos) << one.says << "\n" << end.err;
    EXPECT_FALSE(fs::exists(folder / "my power/pool")) << one.says;
  }
  folder.write("cohort.json", R"({"groups": [{"name": "all"}]})");
  EXPECT_NE(power({}).err.find("one group"), std::string::npos);
}

}  // namespace
}  // namespace facelex
