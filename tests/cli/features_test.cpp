// Features of videos, with the real binary.
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
  EXPECT_TRUE(sidecar->result.partial);
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
  EXPECT_NE(end.err.find("9 is not a token 0 … 3"), std::string::npos) << end.err;
  EXPECT_EQ(file_text(folder / "out.csv"),
            "name,face_id,token-0,token-1,token-2,token-3\na,,0.5,0.25,0.25,0\n");
  const auto unsaid = features({"bow", at("tokens")});
  EXPECT_EQ(unsaid.status, 2) << "neither --codes nor sidecars";
  EXPECT_NE(unsaid.err.find("--codes 64"), std::string::npos) << unsaid.err;
  const std::string said = file_text(folder / "out.csv");
  Sidecar sidecar;
  sidecar.stage = "encode";
  sidecar.result.kind = SignalKind::tokens;
  sidecar.result.columns = {{"q0", "", ""}, {"q1", "", ""}};
  sidecar.result.details["codes"] = 4;
  write_sidecar(folder / "tokens/a.csv", sidecar);
  EXPECT_EQ(features({"bow", at("tokens")}).status, 1) << "b has no sidecar, and a token beyond";
  EXPECT_EQ(file_text(folder / "out.csv"), said);
  sidecar.result.details["codes"] = 5;
  write_sidecar(folder / "tokens/b.csv", sidecar);
  const auto two = features({"bow", at("tokens")});
  EXPECT_EQ(two.status, 2);
  EXPECT_NE(two.err.find("4 of a, 5 of b"), std::string::npos) << two.err;
}

/// Three units on an even grid of 25 frames per second, 6 s: a bump each second on the left, half as high on
/// the right, and one that never changes; the head turns and a point moves.
std::string hand_made_codes(bool gap) {
  std::string text =
      "frame,face_id,timestamp,confidence,success,pose_Tx,pose_Ty,pose_Tz,pose_Rx,pose_Ry,pose_Rz,"
      "e_smile_L,e_smile_R,e_still\n";
  for (int t = 0; t < 150; ++t) {
    const double bump = t % 25 >= 8 && t % 25 < 16 ? 1 : 0;
    const std::string start = std::to_string(t + 1) + ",0," + number_text(t / 25.0);
    if (gap && t == 60)
      text += start + ",0,0,,,,,,,,,\n";
    else
      text += start + ",1,1," + number_text(t * 0.5) + ",0,500,0," + number_text(0.01 * t) + ",0," +
              number_text(bump) + "," + number_text(bump / 2) + ",0.25\n";
  }
  return text;
}

TEST_F(Features, SummaryOfAHandMadeVideo) {
  folder.write("codes/a b.csv", hand_made_codes(false));
  folder.write("codes/gap.csv", hand_made_codes(true));
  const auto end = features({"summary", at("codes"), "--groups",
                             "diversity,statistics,activations,kinematics,asymmetry,expressivity", "--scales",
                             "0.5,1,20"});
  ASSERT_EQ(end.status, 0) << end.err;
  EXPECT_NE(end.err.find("as long as the scales of 20 s"), std::string::npos) << end.err;
  const auto rows = table(folder / "out.csv");
  ASSERT_EQ(rows.size(), 3U);
  const auto value = [&](const std::string& name, std::size_t row = 1) {
    const auto found = std::find(rows[0].begin(), rows[0].end(), name);
    if (found == rows[0].end()) ADD_FAILURE() << "no column " << name;
    return found == rows[0].end() ? std::string()
                                  : rows[row][static_cast<std::size_t>(found - rows[0].begin())];
  };
  EXPECT_EQ(rows[1][0], "a b");
  EXPECT_EQ(value("e_smile_L mean"), "0.32");
  EXPECT_EQ(value("e_smile_L q0.75"), "1");
  EXPECT_EQ(value("e_smile_L rate"), "60");
  EXPECT_EQ(value("e_smile_L duration"), "0.32");
  EXPECT_EQ(value("e_smile_R peak"), "0.5");
  EXPECT_EQ(value("e_still rate"), "10") << "one activation, as long as the video";
  EXPECT_EQ(value("e_still duration"), "");
  EXPECT_EQ(value("e_smile_L 1s peaks"), "60");
  EXPECT_EQ(value("e_smile_L 1s height"), "1");
  EXPECT_EQ(value("e_smile_L 20s peaks"), "");
  EXPECT_EQ(value("e_still 1s peaks"), "0");
  EXPECT_NEAR(std::stod(value("e_smile laterality")), 1.0 / 3, 1e-12);
  EXPECT_NEAR(std::stod(value("e_smile correlation")), 1, 1e-12);
  EXPECT_NEAR(std::stod(value("head path")), 74.5, 1e-9);
  EXPECT_NEAR(std::stod(value("head path", 2)), 73.5, 1e-9) << "no way across the missing frame";
  EXPECT_NEAR(std::stod(value("head turn speed", 2)), 0.25, 1e-9);
  EXPECT_GT(std::stod(value("diversity")), 0.5);
  const auto sidecar = read_sidecar(folder / "out.csv");
  ASSERT_TRUE(sidecar);
  EXPECT_EQ(sidecar->stage, "features summary");
  ASSERT_EQ(sidecar->result.columns.size(), rows[0].size());
  for (const Column& column : sidecar->result.columns) {
    EXPECT_FALSE(column.description.empty()) << column.name;
    if (column.name == "head speed") {
      EXPECT_EQ(column.unit, "mm/s");
    }
    if (column.name == "e_smile_L rate") {
      EXPECT_EQ(column.unit, "1/min");
    }
  }
  EXPECT_EQ(sidecar->result.details["videos"][0]["never_change"], Json({"e_still"}));
  const std::string once = file_text(folder / "out.csv");
  features({"summary", at("codes"), "--groups",
            "statistics,activations,kinematics,asymmetry,expressivity,diversity", "--scales", "0.5,1,20",
            "-j", "3"});
  EXPECT_EQ(once, file_text(folder / "out.csv")) << "neither the order of groups nor threads matter";
}

TEST_F(Features, EachOptionOfSummaryChangesTheTable) {
  const std::string truth = at("my sample/truth");
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"summary", truth, "--groups",
                               "statistics,activations,kinematics,asymmetry,expressivity,diversity"});
    const auto end = features(more);
    EXPECT_EQ(end.status, 0) << end.err;
    return file_text(folder / "out.csv");
  };
  const std::string plain = with({});
  for (const std::vector<std::string>& option :
       std::vector<std::vector<std::string>>{{"--quantiles", "0.1"},
                                             {"--active-above", "0.3"},
                                             {"--shortest", "0.4"},
                                             {"--scales", "0.7"},
                                             {"--peaks", "down"},
                                             {"--peaks", "both"},
                                             {"--least-peak", "0.2"},
                                             {"--points"},
                                             {"--window", "2"},
                                             {"--columns", "e_AU12_L,e_AU12_R"},
                                             {"--fps", "20"},
                                             {"--head", at("my sample/landmarks")}})
    EXPECT_NE(with(option), plain) << option[0];
}

TEST_F(Features, WrongUseOfSummaryIsOneLine) {
  folder.write("one/one.csv",
               "frame,face_id,timestamp,confidence,success,e_x,e_y\n1,0,0,1,1,1,2\n2,0,0.04,0,0,,\n");
  folder.write("tokens/a.csv",
               "frame,face_id,timestamp,confidence,success,q0\n1,0,0,1,1,0\n2,0,0.04,1,1,0\n");
  folder.write("untimed/a.csv",
               "frame,face_id,timestamp,confidence,success,e_x,e_y\n1,0,,1,1,0,1\n2,0,,1,1,0,1\n");
  folder.write("mid/a.csv",
               "frame,face_id,timestamp,confidence,success,e_x,e_y\n1,0,0,1,1,0,1\n2,0,0.04,1,1,1,1\n");
  const std::string truth = at("my sample/truth");
  struct Case {
    std::vector<std::string> arguments;
    int status;
    std::string says;
  };
  const std::vector<Case> cases = {
      {{truth, "--groups", "statistic"}, 2, "summary: --groups: unknown group 'statistic'"},
      {{truth, "--groups", "asymmetry,asymmetry"}, 2, "occurs twice"},
      {{truth, "--quantiles", "0.5,2"}, 2, "summary: --quantiles: '2' is not a number 0 … 1"},
      {{truth, "--scales", "0.5,x"}, 2, "'x' is not a number > 0"},
      {{truth, "--scales", "0.01"}, 1, "less than two frames"},
      {{truth, "--window", "0"}, 2, "window"},
      {{truth, "--head", truth}, 2, "--head has no meaning without kinematics"},
      {{truth, "--groups", "kinematics", "--head", "none"}, 2, "--head none"},
      {{truth, "--columns", "e_AU12_L"}, 1, "one unit has no diversity"},
      {{at("my sample/landmarks")}, 1, "holds landmarks"},
      {{at("tokens")}, 1, "holds tokens"},
      {{at("one")}, 1, "a single frame has codes"},
      {{at("untimed")}, 1, "give its frame rate: --fps"},
      {{at("mid"), "--groups", "asymmetry"}, 1, "no unit has a twin"},
      {{at("mid"), "--groups", "kinematics"}, 1, "neither the head's pose"},
      {{at("nowhere")}, 1, "no such file or folder"}};
  for (const Case& one : cases) {
    std::vector<std::string> arguments = one.arguments;
    arguments.insert(arguments.begin(), "summary");
    const auto end = features(arguments);
    EXPECT_EQ(end.status, one.status) << one.says << "\n" << end.err;
    EXPECT_NE(end.err.find(one.says), std::string::npos) << one.says << "\n" << end.err;
    EXPECT_FALSE(fs::exists(folder / "out.csv")) << one.says;
  }
}

TEST_F(Features, WrongUseIsOneLine) {
  struct Case {
    std::vector<std::string> arguments;
    int status;
    std::string says;
  };
  const std::string truth = at("my sample/truth");
  const std::vector<Case> cases = {
      {{"summary", at("my sample/landmarks")}, 1, "features summary --groups kinematics takes landmarks"},
      {{"wcc", at("my sample/landmarks")}, 1, "holds landmarks"},
      {{"wcc", truth, "--window", "60"}, 1, "hold no window"},
      {{"wcc", truth, "--window", "0.05"},
       2,
       "wcc: --window: 0.05 s at 25 frames per second hold 1 frame, and fewer than 3 correlate with "
       "nothing; "
       "give a longer --window"},
      {{"wcc", truth, "--window", "0.08"},
       2,
       "wcc: --window: 0.08 s at 25 frames per second hold 2 frames, "},
      {{"wcc", truth, "--moving", "within", "--window", "0.5", "--lag", "0.47"},
       2,
       "wcc: --lag: 12 frames leave fewer than 3 of a window of 13 frames"},
      {{"wcc", truth, "--preset", "rmea"}, 2, "--window, --step and --lag"},
      {{"wcc", truth, "--values", "median"}, 2, "wcc: --values: unknown figure 'median'"},
      {{"wcc", truth, "--columns", "e_nothing"}, 1, "no column 'e_nothing'"},
      {{"wcc", truth, "--surrogates", "3"},
       2,
       "wcc: --surrogates: 3 cannot give a p of 0.05; give at least 19"},
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

/// The hand-made codes at another rate, with wrong time stamps, or with none.
std::string timed_codes(double rate) {
  std::istringstream lines(hand_made_codes(false));
  std::string line, text;
  std::getline(lines, line);
  text = line + "\n";
  for (int t = 0; std::getline(lines, line); ++t) {
    const auto from = line.find(',', line.find(',') + 1) + 1;
    line.replace(from, line.find(',', from) - from, rate > 0 ? number_text(t / rate) : "");
    text += line + "\n";
  }
  return text;
}

TEST_F(Features, TimeStampsThatDisagreeWithFpsAreFollowedWithANoteOrIgnoredOnRequest) {
  folder.write("true/a.csv", timed_codes(25));
  folder.write("wrong/a.csv", timed_codes(50));
  const auto made = [&](const std::string& input, std::vector<std::string> more) {
    more.insert(more.begin(), {"summary", at(input)});
    const auto end = features(more);
    EXPECT_EQ(end.status, 0) << end.err;
    return std::pair(end.err, table(folder / "out.csv")[1]);
  };
  const auto wanted = made("true", {}).second;
  EXPECT_NE(made("wrong", {}).second, wanted);
  const auto [said, followed] = made("wrong", {"--fps", "25"});
  EXPECT_NE(followed, wanted);
  EXPECT_NE(said.find("its time stamps say 50 frames per second, not the 25 of the option fps"),
            std::string::npos)
      << said;
  EXPECT_NE(said.find("ignore-timestamps goes by"), std::string::npos) << said;
  EXPECT_NE(said.find("its frames are resampled to 25 per second"), std::string::npos) << said;
  const auto [quiet, ignored] = made("wrong", {"--fps", "25", "--ignore-timestamps"});
  EXPECT_EQ(ignored, wanted);
  EXPECT_EQ(quiet.find("time stamps"), std::string::npos) << quiet;
  // OpenFace's time stamps of a folder of pictures: a millisecond each.
  folder.write("pictures/a.csv", timed_codes(1000));
  const auto none = features({"wcc", at("pictures"), "--window", "2", "--lag", "0.5"});
  EXPECT_EQ(none.status, 1);
  EXPECT_NE(none.err.find("hold no window"), std::string::npos) << none.err;
  EXPECT_NE(none.err.find("1000 frames per second, which no camera records"), std::string::npos) << none.err;
  EXPECT_EQ(
      features({"wcc", at("pictures"), "--window", "2", "--lag", "0.5", "--fps", "25", "--ignore-timestamps"})
          .status,
      0);
  const auto alone = features({"summary", at("wrong"), "--ignore-timestamps"});
  EXPECT_EQ(alone.status, 2);
  EXPECT_NE(alone.err.find("give the true one: --fps"), std::string::npos) << alone.err;
}

TEST_F(Features, MixedFrameRatesAreResampledWithANoteOrRefused) {
  folder.write("mixed/a.csv", timed_codes(25));
  folder.write("mixed/b.csv", timed_codes(25));
  folder.write("mixed/c.csv", timed_codes(30));
  folder.write("mixed/d.csv", timed_codes(0));
  for (const std::vector<std::string>& kind :
       std::vector<std::vector<std::string>>{{"summary"}, {"wcc", "--window", "1", "--lag", "0.2"}}) {
    std::vector<std::string> words = kind;
    words.push_back(at("mixed"));
    const auto end = features(words);
    EXPECT_EQ(end.status, 0) << end.err;
    EXPECT_NE(end.err.find("c: its time stamps say 30 frames per second; its frames are resampled to 25"),
              std::string::npos)
        << end.err;
    EXPECT_NE(
        end.err.find("d: has no time stamps: 25 frames per second are assumed, the rate of most videos"),
        std::string::npos)
        << end.err;
    words.push_back("--strict");
    const auto strict = features(words);
    EXPECT_EQ(strict.status, 1);
    EXPECT_NE(strict.err.find("c.csv: has 30 frames per second, not 25"), std::string::npos) << strict.err;
    EXPECT_NE(strict.err.find("3 videos, 1 left out (the lines above and left_out in out.json say why)"),
              std::string::npos)
        << strict.err;
  }
}

TEST_F(Features, TablesThatWereCutOrAreOfAPartAreNamed) {
  folder.write("codes/a.csv", hand_made_codes(false));
  Sidecar sidecar;
  sidecar.stage = "encode";
  sidecar.result.kind = SignalKind::expression;
  sidecar.result.counts.rows = 150;
  sidecar.result.partial = true;
  sidecar.result.message = "cannot decode after frame 150";
  write_sidecar(folder / "codes/a.csv", sidecar);
  const auto whole = features({"summary", at("codes")});
  EXPECT_EQ(whole.err.find("rows that its sidecar names"), std::string::npos) << whole.err;
  EXPECT_NE(whole.err.find("a.csv is of a part of its video: cannot decode after frame 150"),
            std::string::npos)
      << whole.err;
  std::string cut = hand_made_codes(false);
  for (int i = 0; i < 50; ++i) cut.resize(cut.rfind('\n', cut.size() - 2) + 1);
  folder.write("codes/a.csv", cut);
  const auto end = features({"summary", at("codes")});
  EXPECT_EQ(end.status, 0);
  EXPECT_NE(end.err.find("a.csv has 100 of the 150 rows that its sidecar names"), std::string::npos)
      << end.err;
}

TEST_F(Features, WhatHoldsNoCodesIsNamed) {
  folder.write("bare/a.csv", "frame,b\n1,2\n2,3\n");
  folder.write("tokens/a.csv", "frame,q0\n1,0\n2,3\n");
  fs::create_directories(folder / "taken.csv");
  const std::string truth = at("my sample/truth");
  struct Case {
    std::vector<std::string> arguments;
    std::string out;
    int status;
    std::string says;
  };
  const std::vector<Case> cases = {
      {{"wcc", at("bare")}, "out.csv", 1, "copy the sidecar along with the table, or name --columns"},
      {{"wcc", at("tokens")},
       "out.csv",
       1,
       "holds tokens, which are not codes with magnitudes; features bow"},
      {{"bow", truth}, "out.csv", 2, "S01_1.csv holds fit, no tokens; codes with magnitudes have"},
      {{"wcc", truth, "--columns", "e_AU12"},
       "out.csv",
       1,
       "no column 'e_AU12'; 'e_AU12*' takes e_AU12_L and all"},
      {{"wcc", truth, "--columns", "e_AU12_M"}, "out.csv", 1, "did you mean 'e_AU12_"},
      {{"wcc", truth, "--columns", "LB-*"}, "out.csv", 1, "no column begins with 'LB-*'; it has "},
      {{"wcc", "--pair", truth, truth}, "out.csv", 2, "are the same; a pair needs two different people"},
      {{"all", truth, "--wcc-window", "0.05"}, "tables", 2, "give a longer --wcc-window"},
      {{"all", truth, "--wcc-surrogates", "5"}, "tables", 2, "all: --wcc-surrogates: 5 cannot give a p"},
      {{"all", truth, "--summary-groups", "eyes"},
       "tables",
       2,
       "all: --summary-groups: unknown group 'eyes'"},
      {{"all", truth, "--tables", "bow"}, "tables", 2, "holds fit, no tokens"},
      {{"all", at("tokens"), "--tables", "bow"}, "tables", 2, "size of the codebook: --bow-codes 64"},
      {{"all", truth}, "out.csv", 2, "is named like a table; several files are written: name a folder"},
      {{"all", truth}, "my sample/cohort.json", 2, "is a file; several files are written: name a folder"},
      {{"wcc", truth}, "taken.csv", 2, "is a folder; one table is written: name a file .csv"},
      {{"wcc", truth},
       "my sample/cohort.json/out.csv",
       3,
       "nothing can be written there; give another --output"}};
  for (const Case& one : cases) {
    const auto end = features(one.arguments, one.out);
    EXPECT_EQ(end.status, one.status) << end.err;
    EXPECT_NE(end.err.find(one.says), std::string::npos) << one.says << "\n" << end.err;
  }
}

TEST_F(Features, CodesThatNeverChangeAreSaidToBeSo) {
  std::string still = "frame,face_id,timestamp,confidence,success,e_x,e_y\n", gone = still;
  for (int t = 0; t < 200; ++t) {
    const std::string start = std::to_string(t + 1) + ",0," + number_text(t / 25.0);
    still += start + ",1,1,0,0.5\n";
    gone += start + ",0,0,,\n";
  }
  folder.write("codes/still.csv", still);
  folder.write("codes/gone.csv", gone);
  folder.write("codes/moving.csv", hand_made_codes(false));
  const auto end = features({"wcc", at("codes"), "--window", "2", "--lag", "0.5"});
  EXPECT_EQ(end.status, 1);
  EXPECT_NE(end.err.find("still.csv: none of its 2 signals ever changes (e_x, e_y)"), std::string::npos)
      << end.err;
  EXPECT_NE(end.err.find("gone.csv: no frame has values; is there a face in the video?"), std::string::npos)
      << end.err;
  const Json videos = read_sidecar(folder / "out.csv")->result.details["videos"];
  ASSERT_EQ(videos.size(), 1U) << end.err;
  EXPECT_NE(videos[0].dump().find("\"never_change\":[\"e_still\""), std::string::npos) << videos.dump();
}

std::string timed_tokens(double rate) {
  std::string text = "frame,face_id,timestamp,confidence,success,q0\n";
  for (int t = 0; t < 40; ++t)
    text += std::to_string(t + 1) + ",0," + (rate > 0 ? number_text(t / rate) : "") + ",1,1," +
            std::to_string(t / 10 % 2) + "\n";
  return text;
}

TEST_F(Features, DwellTimesGoByTimeStampsWithANoteOrByFpsOnRequest) {
  folder.write("true/a.csv", timed_tokens(25));
  folder.write("wrong/a.csv", timed_tokens(50));
  folder.write("mixed/a.csv", timed_tokens(25));
  folder.write("mixed/b.csv", timed_tokens(0));
  const auto made = [&](const std::string& input, const std::vector<std::string>& more) {
    std::vector<std::string> words = {"bow", at(input), "--codes", "2", "--dwell"};
    words.insert(words.end(), more.begin(), more.end());
    const auto end = features(words);
    EXPECT_EQ(end.status, 0) << end.err;
    return std::pair(end.err, table(folder / "out.csv").back());
  };
  const auto wanted = made("true", {}).second;
  EXPECT_EQ(wanted[4], "0.4");
  const auto [said, followed] = made("wrong", {"--fps", "25"});
  EXPECT_EQ(followed[4], "0.2");
  EXPECT_NE(said.find("its time stamps say 50 frames per second, not the 25 of the option fps"),
            std::string::npos)
      << said;
  EXPECT_NE(said.find("ignore-timestamps goes by"), std::string::npos) << said;
  const auto [quiet, ignored] = made("wrong", {"--fps", "25", "--ignore-timestamps"});
  EXPECT_EQ(ignored, wanted);
  EXPECT_EQ(quiet.find("time stamps"), std::string::npos) << quiet;
  const auto [untimed, taken] = made("mixed", {});
  EXPECT_EQ(taken[4], "0.4");
  EXPECT_NE(untimed.find("b: has no time stamps: 25 frames per second are assumed"), std::string::npos)
      << untimed;
  const auto alone = features({"bow", at("wrong"), "--codes", "2", "--dwell", "--ignore-timestamps"});
  EXPECT_EQ(alone.status, 2);
  EXPECT_NE(alone.err.find("give the true one: --fps"), std::string::npos) << alone.err;
  for (const std::vector<std::string>& time : std::vector<std::vector<std::string>>{
           {"--fps", "25"}, {"--fps", "25", "--ignore-timestamps"}, {"--ignore-timestamps"}}) {
    std::vector<std::string> words = {"bow", at("wrong"), "--codes", "2"};
    words.insert(words.end(), time.begin(), time.end());
    const auto counted = features(words);
    EXPECT_EQ(counted.status, 2) << "counts know no time: " << counted.err;
    EXPECT_NE(counted.err.find(time[0] + " is for --dwell alone"), std::string::npos) << counted.err;
  }
  // One frame rate for all tables: features all has one --fps.
  const auto all =
      features({"all", at("wrong"), "--bow-codes", "2", "--bow-dwell", "--fps", "25", "--ignore-timestamps"},
               "tables");
  EXPECT_EQ(all.status, 0) << all.err;
  EXPECT_EQ(table(folder / "tables/bow.csv").back(), wanted);
}

TEST_F(Features, FewerSurrogatesThanWereAskedForAreSaid) {
  const auto end = features({"wcc", at("my sample/truth"), "--columns", "e_AU12_L,e_AU01_L", "--window", "1",
                             "--lag", "0.2", "--step", "0.2", "--surrogates", "500", "--head", "none"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_NE(
      end.err.find(" of the 500 surrogates, since its windows cannot be shifted in more ways: p is at "),
      std::string::npos)
      << end.err;
}

TEST_F(Features, AllGoesOnWithTheOtherTables) {
  const std::string truth = at("my sample/truth");
  const auto end = features({"all", truth, "--wcc-window", "60"}, "my tables");
  EXPECT_EQ(end.status, 1);
  EXPECT_NE(end.err.find("hold no window"), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("give a shorter --wcc-window or --wcc-lag"), std::string::npos)
      << "options by the names that they have here: " << end.err;
  EXPECT_NE(end.err.find("wcc.csv' is not written"), std::string::npos) << end.err;
  EXPECT_FALSE(fs::exists(folder / "my tables/wcc.csv"));
  EXPECT_TRUE(fs::exists(folder / "my tables/summary.csv")) << end.err;
}

TEST_F(Features, AllWritesTheTablesOfTheSingleCommands) {
  const std::string truth = at("my sample/truth"), columns = "e_AU12_L,e_AU01_L,e_AU04_L";
  const auto end = features({"all", truth, "--columns", columns, "--wcc-window", "3", "--wcc-values",
                             "mean,lag", "--summary-quantiles", "0.5", "--head", at("my sample/landmarks")},
                            "my tables");
  ASSERT_EQ(end.status, 0) << end.err;
  ASSERT_EQ(features({"wcc", truth, "--columns", columns, "--window", "3", "--values", "mean,lag", "--head",
                      at("my sample/landmarks")},
                     "wcc.csv")
                .status,
            0);
  ASSERT_EQ(features({"summary", truth, "--columns", columns, "--quantiles", "0.5"}, "summary.csv").status,
            0);
  for (const std::string name : {"wcc.csv", "wcc.json", "summary.csv", "summary.json"})
    EXPECT_EQ(file_text(folder / "my tables" / name), file_text(folder / name)) << name;
  EXPECT_FALSE(fs::exists(folder / "my tables/bow.csv"));

  const auto summary_alone = features({"all", truth, "--tables", "summary", "--columns", columns}, "one");
  ASSERT_EQ(summary_alone.status, 0) << summary_alone.err;
  EXPECT_FALSE(fs::exists(folder / "one/wcc.csv"));
  // A file of no known kind does not decide what the others are.
  folder.write("tokens/a.csv", "frame,b\n1,2\n");
  folder.write("tokens/b.csv", "frame,q1\n1,0\n2,3\n");
  const auto words = features({"all", at("tokens"), "--bow-codes", "4"}, "words");
  EXPECT_EQ(words.status, 1) << words.err;
  EXPECT_EQ(table(folder / "words/bow.csv").size(), 2U) << words.err;

  const auto unknown = features({"all", truth, "--tables", "words"}, "two");
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.err.find("wcc, summary, bow"), std::string::npos) << unknown.err;
}

}  // namespace
}  // namespace facelex
