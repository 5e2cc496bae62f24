#include "cli_fixture.hpp"

namespace facelex {
namespace {

using test::facelex_command;
using test::TemporaryFolder;

const std::string release =
    (std::filesystem::path(FACELEX_TEST_FIXTURES) / "coding/fixtures/facial_basis_release.npy").string();

TEST(FacialBasisCommands, ImportTakesTheTypeOrGuessesIt) {
  const TemporaryFolder folder;
  const auto at = [&](const std::string& name) { return (folder / name).string(); };
  const auto named =
      facelex_command({"model", "import", "facial-basis", release, "-o", at("named.safetensors")});
  EXPECT_EQ(named.status, 0) << named.err;
  EXPECT_EQ(facelex_command({"model", "import", release, "-o", at("guessed.safetensors")}).status, 0);
  EXPECT_EQ(test::file_text(at("named.safetensors")), test::file_text(at("guessed.safetensors")));
  const auto scaled = facelex_command(
      {"model", "import", release, "-o", at("scaled.safetensors"), "--eye-distance", "0.089"});
  EXPECT_EQ(scaled.status, 0) << scaled.err;
  EXPECT_NE(test::file_text(at("named.safetensors")), test::file_text(at("scaled.safetensors")));
  EXPECT_NE(facelex_command({"model", "info", at("named.safetensors")}).out.find("MO-18"), std::string::npos);
}

TEST(FacialBasisCommands, SaysWhatIsWrongWithAnImport) {
  const TemporaryFolder folder;
  const std::string model = (folder / "m.safetensors").string();
  const struct {
    std::vector<std::string> arguments;
    int status;
    const char* message;
  } table[] = {
      {{"facial-bases", release}, 2, "did you mean facial-basis?"},
      {{"facial-basis", release, "--landmarks", "x"}, 2, "--landmarks has no meaning for a dictionary"},
      {{"flame", release, "--eye-distance", "70"}, 2, "--eye-distance has no meaning for a face"},
      {{"facial-basis", "none.npy"}, 1, "none.npy: cannot open"},
      {{"facial-basis", folder.write("text.npy", "hello").string()}, 1, "text.npy"},
      {{"facial-basis", release, "--eye-distance", "-1"}, 2, "--eye-distance"},
  };
  for (const auto& row : table) {
    std::vector<std::string> arguments = {"model", "import"};
    arguments.insert(arguments.end(), row.arguments.begin(), row.arguments.end());
    arguments.insert(arguments.end(), {"-o", model});
    const auto end = facelex_command(arguments);
    EXPECT_EQ(end.status, row.status) << end.err;
    EXPECT_NE(end.err.find(row.message), std::string::npos) << end.err;
    EXPECT_FALSE(std::filesystem::exists(model));
  }
}

TEST(FacialBasisCommands, AnotherStartModelOfTheSameNameIsLearntFromAgain) {
  const TemporaryFolder folder;
  const std::string cohort = folder.write("c.json", R"({"seconds": 4, "groups": [{"name": "a", "subjects": 1,
      "behaviour": {"units": [{"unit": "AU12", "rate_per_minute": 20}]}}]})");
  const std::string simulated = (folder / "s").string();
  ASSERT_EQ(facelex_command({"simulate", cohort, "-o", simulated, "--landmarks-only"}).status, 0);
  const std::string start = (folder / "start.safetensors").string();
  const std::string model = (folder / "m.safetensors").string();
  const auto learn = [&](const std::string& to, std::vector<std::string> more) {
    std::vector<std::string> arguments = {"learn", "facial-basis", simulated + "/truth",           "-o",
                                          to,      "--atoms",      "LB=0,RB=0,NO=0,LE=0,RE=0,MO=2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto end = facelex_command(arguments);
    EXPECT_EQ(end.status, 0) << end.err;
    return end.err.find("is complete already") != std::string::npos;
  };
  learn(start, {});
  EXPECT_FALSE(learn(model, {"--start-from", start}));
  EXPECT_TRUE(learn(model, {"--start-from", start}));
  learn(start, {"--alpha", "0.5"});
  EXPECT_FALSE(learn(model, {"--start-from", start}));
  const auto missing = facelex_command(
      {"learn", "facial-basis", simulated + "/truth", "-o", model, "--start-from", "none.safetensors"});
  EXPECT_EQ(missing.status, 2);
  EXPECT_NE(missing.err.find("--start-from: no such file: 'none.safetensors'"), std::string::npos)
      << missing.err;
}

}  // namespace
}  // namespace facelex
