// How the program ends where output, memory or a file beside an input is not what it should be.

#include <fstream>

#include "cli_fixture.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;
namespace fs = std::filesystem;

/// A path as one word of the shell: the folder of a test has a space in its name.
std::string word(const fs::path& path) {
  return "'" + path.string() + "'";
}

/// The program as a shell runs it, with what `before` sets and with `redirected` stdout.
Program::End in_shell(const std::string& before, const std::string& arguments,
                      const std::string& after = "") {
  return Program("/bin/sh", {"-c", before + " exec " FACELEX_BINARY " " + arguments + " " + after}).wait();
}

std::size_t count_of(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

TEST(Ends, StdoutThatCannotBeWrittenIsExitStatus3) {
  const TemporaryFolder folder;
  write_landmarks(folder / "lm/a.csv", 5, 1);
  const std::string lm = word(folder / "lm"), out = word(folder / "out");
  for (const std::string& arguments :
       {std::string("--version"), std::string("--help"), std::string("model info built-in"),
        "standardize " + lm + " -o " + out + " --dry-run"})
    for (const char* stdout_of : {">/dev/full", ">&-"}) {
      const auto end = in_shell("", arguments, stdout_of);
      EXPECT_EQ(end.status, 3) << arguments << stdout_of << end.err;
      EXPECT_NE(end.err.find("stdout"), std::string::npos) << arguments << stdout_of << end.err;
    }
  ASSERT_EQ(in_shell("", "standardize " + lm + " -o " + out).status, 0);
  EXPECT_EQ(in_shell("", "status " + out, ">/dev/full").status, 3);
  EXPECT_EQ(in_shell("", "status " + out, ">/dev/null").status, 0);
  // A list of what failed that does not arrive would be a short list.
  folder.write("lm/b.csv", "frame,x_0\n1,much\n");
  ASSERT_EQ(in_shell("", "standardize " + lm + " -o " + out).status, 1);
  EXPECT_EQ(in_shell("", "status " + out + " --retry -", ">/dev/null").status, 1);
  EXPECT_EQ(in_shell("", "status " + out + " --retry -", ">/dev/full").status, 3);
}

TEST(Ends, NamesOfFilesGiveNoCommandsToATerminal) {
  const auto end = facelex_command({"status", "x\x1b[2J\ny"});
  EXPECT_EQ(end.status, 2);
  EXPECT_NE(end.err.find("x\\x1b[2J\\x0ay"), std::string::npos) << end.err;
  EXPECT_EQ(count_of(end.err, "\x1b"), 0U);
  EXPECT_EQ(count_of(end.err, "\n"), 1U) << end.err;
}

TEST(Ends, ADamagedSidecarIsSaidOnce) {
  const TemporaryFolder folder;
  for (const char* name : {"lm/a.csv", "lm/b.csv", "lm/c.csv"}) write_landmarks(folder / name, 5, 1);
  std::ofstream(folder / "lm/b.json") << R"({"format": "facelex sidecar", "form)";
  std::ofstream(folder / "lm/c.json") << R"({"anothers": true})";
  const auto end =
      facelex_command({"standardize", (folder / "lm").string(), "-o", (folder / "out").string()});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_EQ(count_of(end.err, "lm/b.json: is not valid JSON"), 1U) << end.err;
  EXPECT_NE(end.err.find("copy it again, or remove it"), std::string::npos) << end.err;
  EXPECT_EQ(count_of(end.err, ".json: "), 1U) << end.err;
}

#ifndef FACELEX_SANITIZED

TEST(Ends, LittleMemoryIsSaidAndGivesNoWrongFile) {
  const TemporaryFolder folder;
  for (const char* name : {"lm/a.csv", "lm/b.csv", "lm/c.csv", "lm/d.csv"})
    write_landmarks(folder / name, 4, 1);
  const std::string lm = word(folder / "lm");
  ASSERT_EQ(in_shell("", "fit " + lm + " -o " + word(folder / "all") + " -j 1").status, 0);
  const auto whole = folder_content(folder / "all");
  for (const int kilobytes : {400000, 440000, 480000, 520000, 600000, 700000}) {
    const std::string limit = "ulimit -v " + std::to_string(kilobytes) + ";",
                      name = std::to_string(kilobytes);
    const auto version = in_shell(limit, "--version");
    EXPECT_TRUE(version.status == 0 || version.status == 3) << name << ": " << version.status << version.err;
    const auto end = in_shell(limit, "fit " + lm + " -o " + word(folder / name) + " -j 4");
    EXPECT_TRUE(end.status == 0 || end.status == 1 || end.status == 3)
        << name << ": " << end.status << end.err;
    EXPECT_EQ(count_of(end.err, "internal error"), 0U) << end.err;
    if (end.status == 0) {
      EXPECT_EQ(folder_content(folder / name), whole) << name;
    } else {
      EXPECT_NE(end.err.find("out of memory"), std::string::npos) << name << ": " << end.err;
    }
  }
}

#endif

}  // namespace
