// DFECS, measurements and bad input of the linear coding systems, with the real binary.
#include "cli_fixture.hpp"
#include "facelex/io/models/model_file.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;
using test::facelex_command;
using test::file_text;
using test::TemporaryFolder;

const std::string few_units = "JA=1,RB=2,LB=2,NO=1,RE=1,LE=1,MO=2";

/// Keypoint motion of three subjects, and a dfecs model of it.
class LinearSystems : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_folder = new TemporaryFolder;
    const TemporaryFolder& made = *shared_folder;
    made.write("c.json", R"({"seconds": 4, "groups": [{"name": "a", "subjects": 3, "behaviour": {"units":
      [{"unit": "AU12", "rate_per_minute": 30}, {"unit": "AU01", "rate_per_minute": 30}]}}]})");
    for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
             {"simulate", made / "c.json", "-o", made / "s", "--landmarks-only", "-q"},
             {"standardize", made / "s/landmarks", "-o", made / "motion", "-q"},
             {"learn", "dfecs", made / "motion", "-o", made / "d.safetensors", "--part-units", few_units,
              "--units", "4", "-q"}})
      ASSERT_EQ(facelex_command(arguments).status, 0);
    fs::remove(made / "motion/manifest.csv");
  }
  static void TearDownTestSuite() { delete shared_folder; }
  void SetUp() override { fs::copy(*shared_folder / "motion", folder / "motion"); }

  std::string at(const std::string& name) const { return folder / name; }
  std::string made(const std::string& name) const { return *shared_folder / name; }

  /// The text of S02_1.csv with the value of a cell replaced; rows are lines, counted from 1 after the
  /// header.
  void spoil(std::size_t row, std::size_t column, const std::string& value) const {
    std::string text = file_text(folder / "motion/S02_1.csv");
    std::size_t begin = 0;
    for (std::size_t i = 0; i < row; ++i) begin = text.find('\n', begin) + 1;
    for (std::size_t i = 0; i < column; ++i) begin = text.find(',', begin) + 1;
    const std::size_t end = text.find_first_of(",\n", begin);
    folder.write("motion/S02_1.csv", text.replace(begin, end - begin, value));
  }

  static inline TemporaryFolder* shared_folder = nullptr;
  TemporaryFolder folder;
};

TEST_F(LinearSystems, AnInterruptedSearchGoesOnAndEndsAtTheSameModel) {
  const std::vector<std::string> search = {
      "learn",    "dfecs",           at("motion"), "-o",           at("m.safetensors"),
      "--search", "--search-alphas", "3,1",        "--part-units", "JA=0,RB=0,LB=0,NO=0"};
  const auto first = facelex_command(search);
  ASSERT_EQ(first.status, 0) << first.err;
  const std::string model = file_text(folder / "m.safetensors"), cells = file_text(folder / "m.search.csv");
  EXPECT_NE(facelex_command(search).err.find("is complete already"), std::string::npos);
  // Killed while a line was written.
  const std::size_t half = cells.find('\n', cells.size() / 2) + 8;
  ASSERT_LT(half, cells.size());
  fs::remove(folder / "m.safetensors");
  folder.write("m.search.csv", cells.substr(0, half));
  const auto resumed = facelex_command(search);
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(file_text(folder / "m.safetensors"), model);
  EXPECT_EQ(file_text(folder / "m.search.csv"), cells);
  // A log of other options is not gone on from.
  auto other = search;
  other[7] = "2,1";
  fs::remove(folder / "m.safetensors");
  const auto refused = facelex_command(other);
  EXPECT_NE(refused.status, 0);
  EXPECT_NE(refused.err.find("m.search.csv"), std::string::npos) << refused.err;
  other.emplace_back("--force");
  EXPECT_EQ(facelex_command(other).status, 0);
}

TEST_F(LinearSystems, MeasureVariance) {
  const auto end =
      facelex_command({"measure", "variance", at("motion"), "-m", made("d.safetensors"), "--test",
                       at("motion/S01_1.csv"), "--l1", "1,10,1000", "-o", at("curves")});
  ASSERT_EQ(end.status, 0) << end.err;
  for (const char* name : {"variance.csv", "variance.json", "variance_units.svg", "variance_l1.svg"})
    EXPECT_TRUE(fs::exists(folder / "curves" / name)) << name;
  const std::string table = file_text(folder / "curves/variance.csv");
  EXPECT_NE(table.find("train"), std::string::npos);
  EXPECT_NE(table.find("test"), std::string::npos);
  const auto sidecar = read_sidecar(folder / "curves/variance.csv");
  ASSERT_TRUE(sidecar);
  EXPECT_EQ(sidecar->stage, "measure variance");
  EXPECT_EQ(sidecar->options["l1"], (Json{"1", "10", "1000"}));
}

TEST_F(LinearSystems, MeasureInterpretability) {
  const auto end =
      facelex_command({"measure", "interpretability", "-m", made("d.safetensors"), "-o", at("i.csv")});
  ASSERT_EQ(end.status, 0) << end.err;
  const std::string table = file_text(folder / "i.csv");
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 5) << "a line for each of four units";
  EXPECT_EQ(table.find("system,unit,sign,interpretable"), 0U) << table;
  const std::string raters = folder.write("r.csv", "unit,ann,bob,eve\nFF-1,1,1,0\nFF-2,0,0,0\n");
  const auto counted =
      facelex_command({"measure", "interpretability", "--raters", raters, "-o", at("v.csv")});
  EXPECT_EQ(counted.status, 0) << counted.err;
  EXPECT_NE(file_text(folder / "v.csv").find("FF-2"), std::string::npos);
}

TEST_F(LinearSystems, BadInputIsSaid) {
  const std::string model = made("d.safetensors"), out = at("out.safetensors"), motion = at("motion");
  const std::string constant = folder.write("constant.csv", [&] {
    std::string text = "frame,face_id,timestamp,confidence,success";
    for (const char* axis : {"dx_", "dy_"})
      for (int i = 0; i < 68; ++i) text += "," + std::string(axis) + std::to_string(i);
    for (int t = 1; t <= 40; ++t) {
      text += "\n" + std::to_string(t) + ",0,0,1,1";
      for (int d = 0; d < 136; ++d) text += ",0";
    }
    return text + "\n";
  }());
  std::string few = file_text(folder / "motion/S01_1.csv");
  std::size_t end_of_five = 0;
  for (int i = 0; i < 6; ++i) end_of_five = few.find('\n', end_of_five) + 1;
  const std::string five = folder.write("five.csv", few.substr(0, end_of_five));
  const struct {
    std::vector<std::string> arguments;
    int status;
    const char* message;
  } table[] = {
      {{"learn", "facial-basis", five, "-o", out}, 1, "frames are too few for"},
      {{"learn", "dfecs", five, "-o", out}, 2, "16 units of the whole face are more than"},
      {{"learn", "facial-basis", constant, "-o", out}, 1, "never moves in 40 frames"},
      {{"learn", "dfecs", constant, "-o", out}, 1, "moves"},
      {{"learn", "facial-basis", motion, "-o", out, "--alpha", "0"}, 2, "--alpha: '0' is not a number > 0"},
      {{"learn", "facial-basis", motion, "-o", out, "--alpha", "nan"}, 2, "--alpha: 'nan'"},
      {{"learn", "facial-basis", motion, "-o", out, "--memory", "0.001"}, 2, "give at least 0.00334"},
      {{"learn", "facial-basis", motion, "-o", out, "--memory", "1", "--balance", "1"},
       2,
       "leave out --memory"},
      {{"learn", "dfecs", motion, "-o", out, "--part-alpha", "MO=0"}, 2, "'MO=0' is not PART=NUMBER"},
      {{"learn", "dfecs", motion, "-o", out, "--part-units", "XX=3"}, 2, "'XX' is not a part of the face"},
      {{"learn", "dfecs", motion, "-o", out, "--part-units", "MO=900"}, 2, "more than its 40 moving columns"},
      {{"learn", "dfecs", motion, "-o", out, "--units", "99"}, 2, "--units: 99 units"},
      {{"learn", "dfecs", made("s/landmarks"), "-o", out}, 1, "run facelex standardize on it first"},
      {{"encode", made("s/landmarks"), "-m", model, "-o", at("codes")}, 1, "takes keypoint-motion"},
      {{"encode", motion, "-m", model, "-o", at("codes"), "--alpha", "-1"}, 2, "--alpha"},
      {{"measure", "variance", made("s/landmarks"), "-m", model, "-o", at("c")}, 1, "landmarks"},
      {{"measure", "variance", motion, "-m", model, "-o", at("c"), "--l1", "2,1"}, 2, "budgets rise"},
      {{"measure", "variance", motion, "-o", at("c")}, 2, "--model"},
      {{"measure", "interpretability", "-o", at("i.csv")}, 2, "give either models"},
      {{"measure", "interpretability", "-m", model, "-o", at("i.txt")}, 2, "is not named .csv"},
      {{"import", at("none"), "-o", at("codes")}, 1, "none"},
  };
  for (const auto& row : table) {
    const auto end = facelex_command(row.arguments);
    EXPECT_EQ(end.status, row.status) << row.message << ": " << end.err;
    EXPECT_NE(end.err.find(row.message), std::string::npos) << row.message << ": " << end.err;
    EXPECT_FALSE(fs::exists(out)) << row.message;
  }
}

TEST_F(LinearSystems, RowsThatLackValuesAreCountedAndSaid) {
  const std::vector<std::string> learn = {"learn",        "dfecs",   at("motion"), "-o", at("m.safetensors"),
                                          "--part-units", few_units, "--units",    "4"};
  spoil(7, 20, "");
  spoil(9, 21, "nan");
  const auto end = facelex_command(learn);
  EXPECT_EQ(end.status, 0);
  EXPECT_NE(end.err.find("S02_1: 2 of 100 rows with a face lack values and are left out"), std::string::npos)
      << end.err;
  EXPECT_EQ(read_sidecar(folder / "m.safetensors")->result.details["recordings"][1]["without_values"], 2);
  const auto encoded =
      facelex_command({"encode", at("motion"), "-m", made("d.safetensors"), "-o", at("codes")});
  EXPECT_EQ(encoded.status, 0) << encoded.err;
  EXPECT_EQ(read_recording(folder / "codes/S02_1.csv").rows(), 100) << "rows are never dropped";
  spoil(11, 20, "inf");
  const auto refused = facelex_command(learn);
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err.find("S02_1.csv: line 12, column dx_15: the value is infinite"), std::string::npos)
      << refused.err;
}

// An imported dictionary is told the same about its input as a learnt one.
TEST_F(LinearSystems, ImportedModelsRefuseWhatIsNotTheirs) {
  const std::string release =
      (fs::path(FACELEX_TEST_FIXTURES) / "coding/fixtures/facial_basis_release.npy").string();
  const std::string model = at("release.safetensors");
  ASSERT_EQ(facelex_command({"model", "import", "facial-basis", release, "-o", model, "-q"}).status, 0);
  const auto landmarks = facelex_command({"encode", made("s/landmarks"), "-m", model, "-o", at("codes")});
  EXPECT_EQ(landmarks.status, 1);
  EXPECT_NE(landmarks.err.find("facial-basis model takes"), std::string::npos) << landmarks.err;
  const auto start = facelex_command(
      {"learn", "facial-basis", at("motion"), "-o", at("m.safetensors"), "--start-from", model});
  EXPECT_EQ(start.status, 1);
  EXPECT_NE(start.err.find("cannot be started from"), std::string::npos) << start.err;
}

// More frames than --memory holds: learnt from all the same, and the same each time.
TEST_F(LinearSystems, LearnsFromMoreFramesThanMemoryHolds) {
  for (int i = 0; i < 12; ++i)
    fs::copy(folder / "motion/S01_1.csv", folder / "motion" / ("T" + std::to_string(i) + ".csv"));
  const auto learn = [&](const std::string& model, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {
        "learn", "facial-basis", at("motion"), "-o", at(model), "--atoms", "LB=0,RB=0,NO=0,LE=2,RE=2,MO=3"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto end = facelex_command(arguments);
    EXPECT_EQ(end.status, 0) << end.err;
    return file_text(folder / model);
  };
  const std::string columns = "0.0025";  // 64 columns of 1500 frames take more, 1024 frames less
  const std::string bounded = learn("a.safetensors", {"--memory", columns});
  EXPECT_EQ(learn("b.safetensors", {"--memory", columns, "-j", "1"}), bounded);
  EXPECT_NE(learn("c.safetensors", {}), bounded);
  const Json training = read_sidecar(folder / "a.safetensors").value().result.details;
  EXPECT_EQ(training["frames"], 1500);
  EXPECT_LT(training["frames_in_memory"], 1500);
  EXPECT_GE(training["frames_in_memory"], 1024);
}

}  // namespace
}  // namespace facelex
