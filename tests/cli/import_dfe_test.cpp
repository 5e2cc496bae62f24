// A network that PyTorch has trained, with the real binary.
#include <gtest/gtest.h>

#include "cli_fixture.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

using test::facelex_command;

TEST(ImportDfe, ACheckpointBecomesACodingSystem) {
  const test::TemporaryFolder folder;
  const std::string checkpoint = std::string(FACELEX_TEST_FIXTURES) + "/dfe/fixtures/checkpoint.pt";
  const std::string model = folder / "my codes.safetensors";
  const auto end = facelex_command({"model", "import", "dfe", checkpoint, "--heads", "2", "-o", model});
  ASSERT_EQ(end.status, 0) << end.err;
  EXPECT_NE(end.err.find("12 inputs in tokens of 3, 2 layers of width 8 with 2 heads, 3 stages of 10 codes"),
            std::string::npos)
      << end.err;
  EXPECT_NE(facelex_command({"model", "import", "dfe", checkpoint, "--heads", "2", "-o", model})
                .err.find("complete already"),
            std::string::npos);
  std::string table = "frame,timestamp,success";
  for (int i = 0; i < 12; ++i) table += ",e_" + std::to_string(i);
  table += "\n1,0,1,1,2,3,4,5,6,7,8,9,1,2,3\n2,0.04,1,0,0,0,0,0,0,0,0,0,0,0,0\n";
  folder.write("fits/a.csv", table);
  ASSERT_EQ(facelex_command({"encode", folder / "fits", "-m", model, "-o", folder / "tokens"}).status, 0);
  EXPECT_NE(test::file_text(folder / "tokens/a.csv").find("q1,q2,q3"), std::string::npos);
  struct Case {
    std::vector<std::string> words;
    int status;
    std::string message;
  };
  for (const Case& one : std::vector<Case>{
           {{"dfe", checkpoint, "--heads", "3"}, 1, "3 does not divide the width 8"},
           {{"dfe", folder.write("text.pt", "hello").string()}, 1, "text.pt: is not a zip archive"},
           {{"dfe", folder / "none.pt"}, 1, "none.pt: cannot open"},
           {{"dfe", checkpoint, "--eye-distance", "30"}, 2, "--eye-distance has no meaning for a checkpoint"},
           {{"dfes", checkpoint}, 2, "did you mean dfe?"}}) {
    std::vector<std::string> words = {"model", "import"};
    words.insert(words.end(), one.words.begin(), one.words.end());
    words.insert(words.end(), {"-o", folder / "not.safetensors"});
    const auto wrong = facelex_command(words);
    EXPECT_EQ(wrong.status, one.status) << wrong.err;
    EXPECT_NE(wrong.err.find(one.message), std::string::npos) << wrong.err;
    EXPECT_FALSE(std::filesystem::exists(folder / "not.safetensors"));
  }
}

}  // namespace
}  // namespace facelex
