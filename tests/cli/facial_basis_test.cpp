#include "cli/cli_fixture.hpp"

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

}  // namespace
}  // namespace facelex
