// facelex decode through a face model, with the real binary and the built-in codebook.
#include <fstream>

#include "cli_fixture.hpp"
#include "facelex/coding/coding_system.hpp"
#include "facelex/dfe/built_in_codebook.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/io/tables/npy.hpp"
#include "facelex/systems/loading.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;
using test::facelex_command;
using test::file_text;

struct DecodeFaces : ::testing::Test {
  void SetUp() override {
    const auto units = coding_system_from_model(built_in_codebook())->units();
    std::string text = "frame,success";
    for (const Column& unit : units) text += ',' + unit.name;
    for (int t = 0; t < 30; ++t) {
      text += '\n' + std::to_string(t + 1) + (t == 3 ? ",0" : ",1");
      for (std::size_t i = 0; i < units.size(); ++i)
        text += ',' + (t == 3 ? std::string() : std::to_string((7 * t + static_cast<int>(i)) % 16));
    }
    folder.write("codes/a.csv", text + '\n');
  }
  test::Program::End decode(std::vector<std::string> more, const std::string& out = "out") const {
    more.insert(more.begin(),
                {"decode", (folder / "codes").string(), "-m", "built-in", "-o", (folder / out).string()});
    return facelex_command(more);
  }
  test::TemporaryFolder folder;
};

TEST_F(DecodeFaces, MeshesAndVerticesMoveAsTheLandmarks) {
  const auto end = decode({"--face", "built-in", "--meshes", "--vertices", "--frames", "2-5,11"});
  ASSERT_EQ(end.status, 0) << end.err;
  for (const char* made : {"frame000002.obj", "frame000003.obj", "frame000005.obj", "frame000011.obj"})
    EXPECT_TRUE(fs::exists(folder / "out/a.meshes" / made)) << made;
  EXPECT_FALSE(fs::exists(folder / "out/a.meshes/frame000004.obj"));  // without success
  const Recording table = read_recording(folder / "out/a.csv");
  const RowMatrix vertices = read_npy(folder / "out/a.vertices.npy");
  ASSERT_EQ(vertices.rows(), 5);
  EXPECT_TRUE(vertices.row(2).array().isNaN().all());
  const double nose = table.values(10, table.column("dX_30"));
  bool found = false;
  for (Eigen::Index v = 0; v < vertices.cols(); v += 3) found = found || vertices(4, v) == nose;
  EXPECT_TRUE(found);
  const auto sidecar = read_sidecar(folder / "out/a.csv");
  ASSERT_TRUE(sidecar);
  EXPECT_EQ(sidecar->result.details["meshes"], 4);
  EXPECT_EQ(sidecar->result.details["vertex_frames"], Json({2, 3, 4, 5, 11}));
  // The mesh is the one that model export writes of these coefficients.
  std::string expression;
  for (std::size_t d = 0; table.columns[d].name.starts_with("e_"); ++d)
    expression += (d > 0 ? "," : "") + table.columns[d].name.substr(2) + "=" +
                  Json(table.values(10, static_cast<Eigen::Index>(d))).dump();
  const auto exported = facelex_command(
      {"model", "export", "built-in", "-o", (folder / "own.obj").string(), "--expression", expression});
  ASSERT_EQ(exported.status, 0) << exported.err;
  EXPECT_EQ(file_text(folder / "own.obj"), file_text(folder / "out/a.meshes/frame000011.obj"));
  // Again is skipped; another choice takes the place of the first; none leaves none.
  EXPECT_NE(
      decode({"--face", "built-in", "--meshes", "--vertices", "--frames", "2-5,11"}).err.find("1 skipped"),
      std::string::npos);
  ASSERT_EQ(decode({"--face", "built-in", "--meshes", "--mesh-format", "ply"}).status, 0);
  EXPECT_TRUE(fs::exists(folder / "out/a.meshes/frame000026.ply"));
  EXPECT_FALSE(fs::exists(folder / "out/a.meshes/frame000002.obj"));
  EXPECT_FALSE(fs::exists(folder / "out/a.vertices.npy"));
  ASSERT_EQ(decode({}).status, 0);
  EXPECT_FALSE(fs::exists(folder / "out/a.meshes"));
}

TEST_F(DecodeFaces, SaysWhatIsWrongBeforeAnythingIsWritten) {
  const struct {
    std::vector<std::string> arguments;
    const char* says;
  } table[] = {
      {{"--meshes"}, "add --face built-in"},
      {{"--face", "built-in", "--frames", "1-3"}, "add --meshes or --vertices"},
      {{"--face", "built-in", "--vertices", "--mesh-format", "ply"}, "no meshes are asked for"},
      {{"--face", "built-in", "--meshes", "--frames", "5-2"}, "'5-2' names no frames"},
      {{"--face", "built-in", "--meshes", "--frames", "every:1", "--most-gigabytes", "0.001"},
       "more than --most-gigabytes 0.001"},
  };
  for (const auto& [arguments, says] : table) {
    const auto end = decode(arguments);
    EXPECT_EQ(end.status, 2) << end.err;
    EXPECT_NE(end.err.find(says), std::string::npos) << end.err << " lacks " << says;
    EXPECT_FALSE(fs::exists(folder / "out/a.csv"));
  }
  const auto none = decode({"--face", "built-in", "--meshes", "--frames", "400"});
  EXPECT_EQ(none.status, 0);
  EXPECT_NE(none.err.find("no frame that was asked for has a face"), std::string::npos) << none.err;
}

}  // namespace
}  // namespace facelex
