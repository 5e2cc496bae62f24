// A table of command lines: exit status, and what stdout and stderr say.
#include <gtest/gtest.h>

#include <map>

#include "cli_fixture.hpp"

namespace facelex {
namespace {

using test::facelex_command;
using test::TemporaryFolder;

struct Case {
  std::vector<std::string> arguments;
  int status;
  std::string out, err;  ///< text that must stand there; "" when nothing may stand there
};

void expect(const Case& c) {
  std::string line = "facelex";
  for (const auto& argument : c.arguments) line += " " + argument;
  SCOPED_TRACE(line);
  const auto end = facelex_command(c.arguments);
  EXPECT_EQ(end.status, c.status) << end.err;
  if (c.out.empty())
    EXPECT_EQ(end.out, "");
  else
    EXPECT_NE(end.out.find(c.out), std::string::npos) << end.out;
  if (c.err.empty())
    EXPECT_EQ(end.err, "");
  else
    EXPECT_NE(end.err.find(c.err), std::string::npos) << end.err;
}

class Usage : public ::testing::Test {
 protected:
  TemporaryFolder folder;
};

TEST_F(Usage, HelpIsOnStdoutAndTeaches) {
  const auto commands = test::all_commands();
  ASSERT_GE(commands.size(), 30U);
  std::map<std::vector<std::string>, std::string> help;  // of commands and of the lists that lead to them
  const auto help_of = [&](std::vector<std::string> arguments) {
    arguments.push_back("--help");
    if (help.contains(arguments)) return help[arguments];
    const auto end = facelex_command(arguments);
    EXPECT_EQ(end.status, 0);
    EXPECT_EQ(end.err, "");
    return help[arguments] = end.out;
  };
  for (const auto& words : commands) {
    std::string line = "facelex";
    for (const auto& word : words) line += " " + word;
    SCOPED_TRACE(line);
    const std::string text = help_of(words);
    EXPECT_NE(text.find("Usage: " + line), std::string::npos) << text;
    EXPECT_NE(text.find("Example:\n  facelex"), std::string::npos) << text;
    const std::string list = help_of({words.begin(), words.end() - 1});
    EXPECT_NE(list.find("\n  " + words.back() + ' '), std::string::npos) << list;
  }
  expect({{"--version"}, 0, "facelex ", ""});
}

TEST_F(Usage, WrongUsageIsStatus2AndSaysWhatIsWrong) {
  const std::string out = folder / "out";
  const std::string long_path = folder / (std::string(60, 'n') + "/end");
  const std::string table = folder.write("a.csv", "frame,x_0\n1,2\n");
  const std::string config = folder.write("bad.json", R"({"neutrl": "first"})");
  const std::string no_json = folder.write("no.json", "{\"neutral\": \n");
  const std::string wrong_value = folder.write("value.json", R"({"neutral-frame": "seven"})");
  const std::vector<Case> cases = {
      {{}, 2, "", "Usage: facelex COMMAND"},
      {{"standardise"}, 2, "", "unknown command 'standardise'; did you mean 'standardize'?"},
      {{"features"},
       2,
       "",
       "facelex features: which one: wcc, summary, bow, all, events? See facelex features --help"},
      {{"features", "wccc", "a"}, 2, "", "facelex features: unknown command 'wccc'; did you mean 'wcc'?"},
      {{"features", "wcc", table, "-o", out, "--hed", "fits"},
       2,
       "",
       "facelex features wcc: unknown option '--hed'; did you mean '--head'?"},
      {{"encode", table, "-o", out, "--modell", "m.safetensors"},
       2,
       "",
       "facelex encode: unknown option '--modell'; did you mean '--model'?"},
      {{"features", "wcc", table},
       2,
       "",
       "facelex features wcc: --output is required; see facelex features wcc --help"},
      {{"features", "wcc", table, "-o", out, "--preset"},
       2,
       "",
       "facelex features wcc: --preset needs a value"},
      {{"features", "wcc", table, "-o", out, "-o", out}, 2, "", "--output is given more than once"},
      {{"evaluate", "classify", "--features", table, "--labels", "my", "labels.csv", "-o", out},
       2,
       "",
       "facelex evaluate classify: unexpected argument 'labels.csv'; a name with spaces needs quotes"},
      {{"standardize", table}, 2, "", "--output is required"},
      {{"standardize", "-o", out}, 2, "", "no input; name files or folders"},
      {{"standardize", folder.path(), "-o", out, "--neutrl", "first"}, 2, "", "--neutrl"},
      {{"standardize", folder.path(), "-o", out, "--neutral", "calm"},
       2,
       "",
       "--neutral: 'calm' is not one of estimated, first"},
      {{"standardize", folder.path(), "-o", out, "--neutral-frame", "x"},
       2,
       "",
       "--neutral-frame: 'x' is not a whole number"},
      {{"standardize", folder.path(), "-o", out, "--shard", "3/2"}, 2, "", "--shard: '3/2' is not i/n"},
      {{"standardize", folder.path(), "-o", out, "--list", folder / "none"}, 2, "", "--list: cannot open"},
      {{"standardize", folder.path(), "-o", out, "--config", config},
       2,
       "",
       "unknown option 'neutrl'; did you mean 'neutral'?"},
      {{"standardize", folder.path(), "-o", out, "--config", no_json},
       2,
       "",
       "no.json: line 2: not valid JSON"},
      {{"standardize", folder.path(), "-o", out, "--config", wrong_value},
       2,
       "",
       "value.json: neutral-frame: 'seven' is not a whole number"},
      {{"standardize", folder.path(), "-o", out, "--config", folder / "none.json"},
       2,
       "",
       "none.json: cannot open: No such file"},
      {{"learn", "nmf", table, "-o", out},
       2,
       "",
       "unknown command 'nmf'; known: facial-basis, dfecs, dfe, pca, local-pca, frontalization"},
      {{"standardize", table, "-o", out, "--frontalize-map", folder / "none.safetensors"},
       2,
       "",
       "--frontalize-map: no such file"},
      {{"standardize", table, "-o", out, "--frontalize", "3d", "--fits", folder / "none"},
       2,
       "",
       "--fits: no such folder"},
      {{"fit", table, "-o", out, "--face", folder / "none.safetensors"}, 3, "", "--face: no such file"},
      {{"fit", table, "-o", out, "--image-size", "big"}, 2, "", "image-size"},
      {{"simulate", folder / "none.json", "-o", out}, 2, "", "none.json: cannot open"},
      {{"simulate", config, "-o", out}, 2, "", "bad.json"},
      {{"model", "import", folder / "none", "-o", folder / "m.safetensors"}, 1, "", "none: cannot open"},
      {{"model", "export", "built-in"}, 2, "", "nothing to write"},
      {{"model", "export", "built-in", "-o", folder / "f.ply", "--expression", "AU99=1"},
       2,
       "",
       "the model has no 'AU99'"},
      {{"model", "build-face", folder / "none.json", "-o", folder / "f.safetensors"}, 1, "", "none.json"},
      {{"learn", "pca", table, "-o", folder.path()}, 2, "", "is a folder; name a file"},
      {{"learn", "pca", table, "-o", out + ".safetensors", "--shard", "1/2"}, 2, "", "--shard"},
      {{"learn", "facial-basis", table, "-o", out + ".safetensors", "--alpha", "0"},
       2,
       "",
       "--alpha: '0' is not a number > 0"},
      {{"encode", table, "-o", out, "--model", folder / "none.safetensors"}, 3, "", "no such file"},
      {{"standardize", "", "-o", out}, 2, "", "an input is empty"},
      {{"standardize", table, "-o", ""}, 2, "", "--output is empty"},
      {{"standardize", table, "-o", out, "--config", folder.path()}, 2, "", "cannot read: Is a directory"},
      {{"standardize", table, "-o", out, "--list", folder.path()}, 2, "", "--list: cannot open"},
      {{"standardize", table, "-o", out, "--neutral", "file", "--neutral-file", folder / "none.csv"},
       2,
       "",
       "--neutral-file: no such file"},
      {{"standardize", table, "-o", out, "--log", "/proc/no/log"},
       2,
       "",
       "facelex standardize: --log: cannot write"},
      {{"learn", "pca", table, "-o", folder / "model.json"}, 2, "", "is not named .safetensors"},
      {{"status", folder / "nowhere"}, 2, "", "is not a folder"},
      {{"status", long_path}, 2, "", "'" + long_path + "' is not a folder"},
      {{"standardize", table, "-o", out, "--list", long_path},
       2,
       "",
       "--list: cannot open '" + long_path + "'; give a file with one path per line"},
      {{"status", folder.path()}, 2, "", "no manifest below"},
#ifdef FACELEX_WITH_VIDEO
      {{"extract", folder.path(), "-o", out}, 2, "", "no videos among the inputs"},
      {{"extract", table, "-o", out, "--landmark-model", folder / "none.dat"}, 3, "", "none.dat"},
      {{"run", folder.path(), "-o", out, "--system", "nmf"},
       2,
       "",
       "--system: 'nmf' is not one of facial-basis"},
      {{"run", folder.path(), "-o", out, "--signal", "expression"}, 2, "", "no videos among the inputs"},
      {{"model", "picture", "built-in", "-o", folder / "f.jpg"}, 2, "", "is not named .png"},
#endif
  };
  for (const Case& c : cases) expect(c);
  EXPECT_FALSE(std::filesystem::exists(out)) << "wrong usage writes nothing";
}

TEST_F(Usage, TheCommandLineWinsOverTheConfiguration) {
  test::write_landmarks(folder / "a.csv", 30, 1);
  const std::string config = folder.write("c.json", R"({"neutral": "frame", "neutral-frame": 7})");
  expect({{"standardize", folder / "a.csv", "-o", folder / "out", "--config", config, "-q"}, 0, "", ""});
  const auto text = test::file_text(folder / "out/a.json");
  EXPECT_NE(text.find("\"neutral-frame\": 7"), std::string::npos) << text;
  expect({{"standardize", folder / "a.csv", "-o", folder / "out", "--config", config, "--neutral-frame", "9",
           "-q"},
          0,
          "",
          ""});
  EXPECT_NE(test::file_text(folder / "out/a.json")
                .find("facelex standardize a.csv --neutral frame --neutral-frame 9"),
            std::string::npos);
}

TEST_F(Usage, TheLogHoldsWhatStderrHoldsWithTimes) {
  test::write_landmarks(folder / "a.csv", 30, 1);
  expect({{"standardize", folder / "a.csv", folder / "none.csv", "-o", folder / "out", "--log",
           folder / "log.txt"},
          1,
          "",
          "none.csv: no such file or folder"});
  const std::string log = test::file_text(folder / "log.txt");
  EXPECT_NE(log.find(" error facelex standardize: "), std::string::npos) << log;
  EXPECT_NE(log.find("recordings: 1 done, 1 failed"), std::string::npos) << log;
}

}  // namespace
}  // namespace facelex
