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

TEST(Ends, NamesInListingsGiveNoCommandsToATerminal) {
  const TemporaryFolder folder;
  write_landmarks(folder / "lm/x\x1b[2J.csv", 5, 1);
  const std::string lm = folder / "lm", out = folder / "out";
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"standardize", lm, "-o", out, "--dry-run"},
        std::vector<std::string>{"learn", "pca", lm, "-o", folder / "m.safetensors", "--dry-run"}}) {
    const auto end = facelex_command(words);
    EXPECT_EQ(end.status, 0) << end.err;
    EXPECT_NE(end.out.find("x\\x1b[2J.csv"), std::string::npos) << end.out;
    EXPECT_EQ(count_of(end.out, "\x1b"), 0U);
  }
}

TEST(Ends, DamagedSidecarsAreSaidOnceWhereverInputsAreNamed) {
  const TemporaryFolder folder;
  const auto path = [&](const char* name) { return (folder / name).string(); };
  for (const char* name : {"lm/a.csv", "lm/b.csv"}) write_landmarks(folder / name, 60, 1);
  ASSERT_EQ(facelex_command({"standardize", path("lm"), "-o", path("motion"), "-q"}).status, 0);
  ASSERT_EQ(facelex_command(
                {"learn", "pca", path("motion"), "-o", path("m.safetensors"), "--components", "2", "-q"})
                .status,
            0);
  ASSERT_EQ(
      facelex_command({"encode", path("motion"), "-m", path("m.safetensors"), "-o", path("codes"), "-q"})
          .status,
      0);
  for (const char* copy : {"test", "truth"})
    std::filesystem::copy(folder / "motion", folder / copy, std::filesystem::copy_options::recursive);
  for (const char* copy : {"partner", "imported"})
    std::filesystem::copy(folder / "codes", folder / copy, std::filesystem::copy_options::recursive);
  const std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>> rows = {
      {{"measure", "variance", path("motion"), "-m", path("m.safetensors"), "--test", path("test"), "--l1",
        "1"},
       {"motion", "test"}},
      {{"compare", path("motion"), "-m", path("m.safetensors"), "--imported", path("imported"), "--resamples",
        "0"},
       {"motion", "imported"}},
      {{"features", "wcc", path("codes"), path("partner"), "--pair", "--window", "1", "--step", "0.5",
        "--lag", "0.2", "--fps", "25"},
       {"codes", "partner"}},
      {{"features", "all", path("codes"), "--head", path("truth"), "--tables", "summary,wcc", "--wcc-window",
        "1", "--wcc-step", "0.5", "--wcc-lag", "0.2"},
       {"codes", "truth"}}};
  int count = 0;
  for (const auto& [words, damaged] : rows) {
    for (const std::string& name : damaged)
      std::ofstream(folder / name / "b.json") << R"({"format": "facelex sidecar", "form)";
    auto whole = words;
    whole.insert(whole.end(),
                 {"-o", folder / ("out" + std::to_string(count++) + (words[1] == "wcc" ? ".csv" : ""))});
    const auto end = facelex_command(whole);
    for (const std::string& name : damaged)
      EXPECT_EQ(count_of(end.err, name + "/b.json: is not valid JSON"), 1U) << words[0] << ": " << end.err;
  }
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
