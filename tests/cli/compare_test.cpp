// Codes of other programs, and several systems in one table, with the real binary.
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "cli_fixture.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/io/tables/csv.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;
using test::facelex_command;
using test::file_text;
using test::folder_content;
using test::TemporaryFolder;

/// A table as facelex compare writes it: the fields of each line by the names of the header.
std::vector<std::map<std::string, std::string>> table(const fs::path& file) {
  std::istringstream lines(file_text(file));
  std::string line;
  std::getline(lines, line);
  const auto header = csv_fields(line, {});
  std::vector<std::map<std::string, std::string>> rows;
  while (std::getline(lines, line)) {
    const auto fields = csv_fields(line, {});
    EXPECT_EQ(fields.size(), header.size());
    std::map<std::string, std::string> row;
    for (std::size_t i = 0; i < header.size(); ++i) row[header[i]] = fields[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

double number(const std::map<std::string, std::string>& row, const std::string& name) {
  const std::string& text = row.at(name);
  EXPECT_FALSE(text.empty()) << name;
  return text.empty() ? 0 : std::stod(text);
}

/// A small cohort: motion, the truth (a recording of kind fit), systems of both, and codes of another
/// program.
class Compare : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_folder = new TemporaryFolder;
    const TemporaryFolder& folder = *shared_folder;
    folder.write("cohort.json", R"({"seconds": 4, "groups": [{"name": "a", "subjects": 4, "behaviour": {
      "units": [{"unit": "AU12", "rate_per_minute": 30}, {"unit": "AU01", "rate_per_minute": 30}]}}]})");
    const auto run = [](const std::vector<std::string>& arguments) {
      const auto end = facelex_command(arguments);
      ASSERT_EQ(end.status, 0) << end.err;
    };
    run({"simulate", folder / "cohort.json", "-o", folder / "sample", "--landmarks-only", "-q"});
    run({"standardize", folder / "sample/landmarks", "-o", folder / "motion", "-q"});
    run({"learn", "pca", folder / "motion", "-o", folder / "plane.safetensors", "--components", "6", "-q"});
    run({"learn", "pca", folder / "sample/truth", "-o", folder / "space.safetensors", "--components", "4",
         "-q"});
    for (const auto& entry : fs::directory_iterator(folder / "sample/truth")) {
      if (entry.path().extension() != ".csv" || is_manifest_name(entry.path().filename())) continue;
      const Recording truth = read_recording(entry.path());
      std::ostringstream au;
      au << "frame, timestamp, confidence, success, AU01_r, AU12_r\n";
      for (Eigen::Index t = 0; t < truth.rows(); ++t)
        au << t + 1 << ", " << static_cast<double>(t) / 25 << ", 0.9, " << (t == 5 ? 0 : 1) << ", "
           << 5 * truth.values(t, truth.column("e_AU01_L")) << ", "
           << 5 * truth.values(t, truth.column("e_AU12_L")) << "\n";
      folder.write("openface" / entry.path().filename(), au.str());
    }
    run({"import", folder / "openface", "-o", folder / "au", "-q"});
  }
  static void TearDownTestSuite() { delete shared_folder; }

  /// A copy of what the suite has made, to spoil.
  void SetUp() override {
    for (const char* name : {"motion", "au", "sample", "openface"})
      fs::copy(*shared_folder / name, folder / name, fs::copy_options::recursive);
    for (const char* name : {"plane.safetensors", "space.safetensors"})
      fs::copy(*shared_folder / name, folder / name);
  }

  std::string at(const std::string& name) const { return folder / name; }

  test::Program::End compare(const std::vector<std::string>& arguments,
                             const std::string& out = "out") const {
    std::vector<std::string> all = {"compare"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    all.insert(all.end(), {"-o", at(out), "--draws", "50"});
    return facelex_command(all);
  }

  static TemporaryFolder* shared_folder;
  TemporaryFolder folder;
};
TemporaryFolder* Compare::shared_folder = nullptr;

TEST_F(Compare, SystemsOfDifferentSignalsAndAnotherProgramsCodes) {
  const auto end = compare({at("motion"), at("sample/truth"), "-m", at("space.safetensors"), "-m",
                            at("plane.safetensors"), "--imported", at("au"), "--truth", at("sample/truth"),
                            "--labels", at("sample/labels.csv"), "--units", "2,5", "--resamples", "1"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_NE(end.err.find("3 systems on"), std::string::npos) << end.err;
  const auto rows = table(folder / "out/comparison.csv");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1].at("system"), "plane");
  EXPECT_EQ(rows[1].at("signal"), "keypoint-motion");
  EXPECT_EQ(rows[0].at("signal"), "displacement");
  EXPECT_EQ(rows[2].at("kind"), "imported");
  EXPECT_EQ(rows[2].at("signal"), "displacement") << "that of the first system";
  EXPECT_EQ(rows[1].at("subjects"), "4");
  EXPECT_EQ(rows[1].at("frames"), rows[2].at("frames"));
  EXPECT_LE(std::stoi(rows[1].at("frames")), 4 * 99) << "the frame that OpenFace lost is no system's";
  EXPECT_GT(number(rows[0], "variance"), 0.99) << "four components hold two units of both sides";
  EXPECT_GT(number(rows[2], "agreement"), 0.6) << "codes made from the truth";
  EXPECT_GT(number(rows[1], "stability"), 0.3);
  EXPECT_EQ(rows[2].at("variance"), "");
  EXPECT_EQ(rows[2].at("variance_cross_decoded_5_units"), "") << "it has two units";
  EXPECT_GT(number(rows[2], "variance_cross_decoded_2_units"), 0.3);
  const std::string text = file_text(folder / "out/comparison.md");
  EXPECT_NE(text.find("| variance explained, % |"), std::string::npos) << text;
  EXPECT_NE(text.find("imported codes cannot be decoded by their own system"), std::string::npos);
  const auto units = table(folder / "out/units.csv");
  EXPECT_EQ(units.size(), 6U + 4 + 2);
  EXPECT_EQ(units[11].at("unit"), "AU12_r");
  EXPECT_TRUE(units[11].at("truth").starts_with("AU12")) << units[11].at("truth");
  const auto sidecar = read_sidecar(folder / "out/comparison.csv");
  ASSERT_TRUE(sidecar);
  EXPECT_EQ(sidecar->stage, "compare");
  EXPECT_EQ(sidecar->options["units"], (Json{2, 5}));
}

TEST_F(Compare, ThreadsDoNotChangeABit) {
  for (const char* threads : {"1", "3"})
    ASSERT_EQ(
        compare({at("motion"), "-m", at("plane.safetensors"), "--imported", at("au"), "-j", threads}, threads)
            .status,
        0);
  EXPECT_EQ(folder_content(folder / "1"), folder_content(folder / "3"));
}

TEST_F(Compare, AWholeResultIsNotComputedAgain) {
  const auto skips = [&](std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {at("motion"), "-m", at("plane.safetensors"), "--imported",
                                          at("au")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto end = compare(arguments);
    EXPECT_EQ(end.status, 0) << end.err;
    return end.err.find("is complete already for these systems, recordings and options") != std::string::npos;
  };
  EXPECT_FALSE(skips());
  const auto content = folder_content(folder / "out");
  EXPECT_TRUE(skips());
  EXPECT_EQ(folder_content(folder / "out"), content);
  EXPECT_FALSE(skips({"--force"}));
  EXPECT_EQ(folder_content(folder / "out"), content);
  EXPECT_FALSE(skips({"--every", "2"}));
  EXPECT_FALSE(skips({"--truth", at("sample/truth")}));
  EXPECT_FALSE(skips({"--labels", at("sample/labels.csv"), "--truth", at("sample/truth")}));
  EXPECT_FALSE(skips());
  fs::remove(folder / "out/units.csv");
  EXPECT_FALSE(skips());
  folder.write("out/comparison.csv", "system\n");
  EXPECT_FALSE(skips());
  // Neither other recordings nor another model of the same name are the same comparison.
  fs::copy(folder / "space.safetensors", folder / "plane.safetensors", fs::copy_options::overwrite_existing);
  EXPECT_NE(compare({at("motion"), "-m", at("plane.safetensors"), "--imported", at("au")}).status, 0);
}

TEST_F(Compare, WrongInputsAreSaid) {
  const std::string plane = at("plane.safetensors"), space = at("space.safetensors");
  const std::vector<std::tuple<std::vector<std::string>, int, std::string>> cases = {
      {{at("sample/landmarks"), "-m", plane}, 1, "holds landmarks, plane takes keypoint-motion"},
      {{at("motion"), "-m", plane, "-m", space}, 1, "none of the inputs is for space"},
      {{folder.path(), "-m", plane, "--imported", at("au")}, 1, "no recording in common"},
      {{at("motion"), "-m", plane, "-m", plane}, 2, "two systems are called 'plane'"},
      {{at("motion"), "-m", at("none.safetensors")}, 3, "no such file"},
      {{at("motion"), "-m", plane, "--imported", at("none")}, 2, "--imported: no such folder"},
      {{at("motion"), "-m", plane, "--imported", at("openface")}, 1, "run facelex import on it first"},
      {{at("motion"), "-m", plane, "--truth", at("none")}, 2, "--truth: no such folder"},
      {{at("motion"), "-m", plane, "--truth", at("au")}, 1, "holds no true activations"},
      {{at("motion"), "-m", plane, "--labels", at("motion/manifest.csv")}, 1, "no column 'subject'"},
      {{at("motion"), "-m", plane, "--units", "5,none"}, 2, "--units: 'none' is not a whole number"},
      {{at("motion"), "-m", plane, "--every", "0"}, 2, "every"},
      {{at("motion")}, 2, "--model"},
      {{at("none"), "-m", plane}, 1, "none"},
  };
  for (const auto& [arguments, status, message] : cases) {
    const auto end = compare(arguments);
    EXPECT_EQ(end.status, status) << message << ": " << end.err;
    EXPECT_NE(end.err.find(message), std::string::npos) << message << ": " << end.err;
    EXPECT_FALSE(fs::exists(folder / "out/comparison.csv"));
  }
}

TEST_F(Compare, OneCorruptRecordingIsLeftOut) {
  const std::string good = file_text(folder / "motion/S02_1.csv");
  folder.write("motion/S02_1.csv", good.substr(0, good.size() / 2));
  folder.write("motion/S03_1.csv", "");
  fs::remove(folder / "sample/truth/S04_1.csv");
  const auto end = compare({at("motion"), "-m", at("plane.safetensors"), "--truth", at("sample/truth")});
  EXPECT_EQ(end.status, 1);
  EXPECT_NE(end.err.find("S02_1 is left out: "), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("S03_1 is left out: "), std::string::npos) << end.err;
  const auto rows = table(folder / "out/comparison.csv");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].at("recordings"), "2");
  EXPECT_GT(number(rows[0], "agreement"), 0) << "of the recording whose truth is known";
  const std::string text = file_text(folder / "out/comparison.md");
  EXPECT_NE(text.find("2 recordings are left out"), std::string::npos) << text;
  EXPECT_NE(text.find("truth of 1 of the recordings is known"), std::string::npos) << text;
  EXPECT_NE(text.find("S02_1.csv: line "), std::string::npos) << text;
}

TEST_F(Compare, ImportIsABatch) {
  folder.write("openface/bad.csv", "frame,AU01_r\n1,high\n");
  folder.write("openface/other.csv", "frame,x_0\n1,2\n");
  const auto end = facelex_command({"import", at("openface"), "-o", at("codes")});
  EXPECT_EQ(end.status, 1);
  EXPECT_NE(end.err.find("tables: 4 done, 2 failed"), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("bad.csv: line 2"), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("name the columns that you mean with --columns"), std::string::npos) << end.err;
  EXPECT_FALSE(fs::exists(folder / "codes/bad.csv"));
  const auto again = facelex_command({"import", at("openface"), "-o", at("codes")});
  EXPECT_NE(again.err.find("4 skipped (complete already)"), std::string::npos) << again.err;
  const Recording codes = read_recording(folder / "codes/S01_1.csv");
  EXPECT_EQ(codes.kind, SignalKind::coefficients);
  EXPECT_EQ(codes.rows(), 100);
  EXPECT_FALSE(codes.frames[5].success);
  EXPECT_EQ(codes.frames[99].timestamp, 99.0 / 25);
  const auto other =
      facelex_command({"import", at("openface"), "-o", at("codes"), "--columns", "AU12_r", "-q"});
  EXPECT_EQ(other.status, 1);
  EXPECT_EQ(read_recording(folder / "codes/S01_1.csv").columns.size(), 1U) << "other columns, other codes";
  const auto both =
      facelex_command({"import", at("openface"), "-o", at("codes"), "--columns", "a", "--from", "openface"});
  EXPECT_EQ(both.status, 2);
}

}  // namespace
}  // namespace facelex
