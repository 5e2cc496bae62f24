#include "facelex/batch/runner.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/io/atomic_file.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;
using test::file_text;
using test::TemporaryFolder;

/// All files below a folder, without manifests (they hold times).
std::map<std::string, std::string> tree(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && !is_manifest_name(entry.path().filename()))
      files[entry.path().lexically_relative(folder)] = file_text(entry.path());
  return files;
}

class RunnerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 1; i <= 8; ++i) in.write("clip" + std::to_string(i) + ".txt", "text " + std::to_string(i));
    stage.identity.stage = "copy";
    stage.identity.options = Json{{"suffix", "!"}};
    stage.command = "facelex copy {}";
    stage.noun = "texts";
    stage.run = [this](const fs::path& input, const fs::path& output, const Work& work) {
      ++runs;
      work.check_stop();
      const std::string text = file_text(input);
      if (text == "broken") throw data_error({input.string(), 3, "y_2"}, "'abc' is not a number");
      if (text == "odd") throw std::runtime_error("unexpected");
      AtomicFile file(output);
      file.write(text + stage.identity.options["suffix"].get<std::string>());
      StageResult result;
      result.counts = {10, 10, 7};
      if (text == "cut") {
        result.partial = true;
        result.message = "cannot decode after frame 10 of 20";
      }
      result.output_digest = file.commit();
      return result;
    };
    options.output = out.path();
    options.threads = 2;
  }

  BatchSummary run() {
    const InputKind texts = {"texts", [](const fs::path& f) { return f.extension() == ".txt"; }, {}};
    return run_batch(find_inputs({in.path()}, {}, texts, out.path()), stage, options, reporter);
  }

  TemporaryFolder in, out;
  std::atomic<int> runs{0};
  Stage stage;
  BatchOptions options;
  Reporter reporter{false};
};

TEST_F(RunnerTest, EveryItemHasItsOutputSidecarAndRow) {
  const BatchSummary summary = run();
  EXPECT_EQ(summary.ok, 8u);
  EXPECT_EQ(summary.exit_status(), 0);
  EXPECT_EQ(file_text(out / "clip3.csv"), "text 3!");
  const auto sidecar = read_sidecar(out / "clip3.csv");
  ASSERT_TRUE(sidecar);
  EXPECT_EQ(sidecar->command, "facelex copy clip3.txt");
  EXPECT_EQ(sidecar->input_digest, sha256_of_text("text 3"));
  EXPECT_EQ(sidecar->result.output_digest, sha256_of_text("text 3!"));
  EXPECT_EQ(file_text(out / "clip3.json").find(in.path().string()), std::string::npos) << "an absolute path";
  EXPECT_EQ(read_manifest(out / "manifest.csv").size(), 8u);
}

TEST_F(RunnerTest, OneBadFileIsOneRowAndTheOthersAreDone) {
  in.write("clip4.txt", "broken");
  in.write("clip5.txt", "cut");
  in.write("clip6.txt", "odd");
  const BatchSummary summary = run();
  EXPECT_EQ(summary.ok, 5u);
  EXPECT_EQ(summary.partial, 1u);
  EXPECT_EQ(summary.failed, 2u);
  EXPECT_EQ(summary.exit_status(), 1);
  EXPECT_FALSE(fs::exists(out / "clip4.csv"));
  const auto rows = read_manifest(out / "manifest.csv");
  EXPECT_EQ(rows[3].state, ItemState::failed);
  EXPECT_NE(rows[3].message.find("line 3, column y_2: 'abc' is not a number"), std::string::npos);
  EXPECT_EQ(rows[4].state, ItemState::partial);
  EXPECT_EQ(rows[4].message, "cannot decode after frame 10 of 20");
}

TEST_F(RunnerTest, ASecondRunSkipsWhatIsCompleteAndRedoesWhatIsNot) {
  in.write("clip5.txt", "cut");
  run();
  EXPECT_EQ(runs, 8);
  BatchSummary summary = run();
  EXPECT_EQ(runs, 8);
  EXPECT_EQ(summary.skipped, 7u);
  EXPECT_EQ(summary.partial, 1u) << "a partial output stays partial on a second look";
  in.write("clip1.txt", "changed input");
  out.write("clip2.csv", "changed output");
  fs::remove(out / "clip3.csv");
  fs::remove(out / "clip4.json");
  EXPECT_EQ(run().ok, 4u);
  EXPECT_EQ(file_text(out / "clip1.csv"), "changed input!");
  EXPECT_EQ(file_text(out / "clip2.csv"), "text 2!");
  stage.identity.options["suffix"] = "?";
  EXPECT_EQ(run().ok, 7u);
  stage.identity.models = "another model";
  EXPECT_EQ(run().skipped, 0u);
  options.force = true;
  EXPECT_EQ(run().skipped, 0u);
}

TEST_F(RunnerTest, ACompanionThatIsMissingIsMadeAgain) {
  stage.outputs.companions = {".overlay.txt"};
  const auto plain = stage.run;
  stage.run = [&](const fs::path& input, const fs::path& output, const Work& work) {
    write_file_atomically(fs::path(output).replace_extension(".overlay.txt"), "picture");
    return plain(input, output, work);
  };
  run();
  EXPECT_EQ(run().skipped, 8u);
  fs::remove(out / "clip2.overlay.txt");
  const BatchSummary summary = run();
  EXPECT_EQ(summary.ok, 1u);
  EXPECT_TRUE(fs::exists(out / "clip2.overlay.txt"));
}

TEST_F(RunnerTest, NoInputIsOverwrittenByItsOutput) {
  stage.outputs.extension = ".txt";
  options.output = in.path();
  const BatchSummary summary = run();
  EXPECT_EQ(summary.failed, 8u);
  EXPECT_EQ(file_text(in / "clip1.txt"), "text 1");
}

TEST_F(RunnerTest, NoOutputOfAnotherInputIsReplacedUnlessForced) {
  run();
  const TemporaryFolder other;
  other.write("clip1.txt", "another text");
  const InputKind texts = {"texts", [](const fs::path& f) { return f.extension() == ".txt"; }, {}};
  const Inputs others = find_inputs({other.path()}, {}, texts, out.path());
  EXPECT_EQ(run_batch(others, stage, options, reporter).failed, 1u);
  EXPECT_EQ(file_text(out / "clip1.csv"), "text 1!");
  fs::rename(in / "clip1.txt", in / "moved.text");  // the earlier input is gone: its output may go too
  EXPECT_EQ(run_batch(others, stage, options, reporter).ok, 1u);
  EXPECT_EQ(file_text(out / "clip1.csv"), "another text!");
}

TEST_F(RunnerTest, WhatAnotherRunLeftBesideAnOutputIsRemovedBeforeItIsMadeAgain) {
  stage.outputs.leftovers = {".overlay.txt"};
  out.write("clip2.overlay.txt", "of nobody that is known");
  EXPECT_EQ(run().failed, 1u);
  EXPECT_EQ(run().failed, 1u) << "a row that failed makes nothing ours";
  EXPECT_TRUE(fs::exists(out / "clip2.overlay.txt"));
  fs::remove(out / "clip2.overlay.txt");
  run();
  out.write("clip2.overlay.txt", "of an earlier run");
  stage.identity.options["suffix"] = "?";
  EXPECT_EQ(run().ok, 8u);
  EXPECT_FALSE(fs::exists(out / "clip2.overlay.txt"));
}

TEST_F(RunnerTest, AnInputNamedLikeTheManifestIsRefused) {
  in.write("manifest.txt", "x");
  EXPECT_EQ(run().failed, 1u);
  EXPECT_EQ(read_manifest(out / "manifest.csv").size(), 9u);
}

TEST_F(RunnerTest, TheBytesDoNotDependOnTheThreads) {
  run();
  const auto two = tree(out.path());
  for (const int threads : {1, 5, 16}) {
    options.threads = threads;
    options.force = true;
    run();
    EXPECT_EQ(tree(out.path()), two) << threads;
  }
}

TEST_F(RunnerTest, ADryRunWritesNothing) {
  options.dry_run = true;
  ::testing::internal::CaptureStdout();
  const BatchSummary summary = run();
  const std::string said = ::testing::internal::GetCapturedStdout();
  EXPECT_EQ(summary.pending, 8u);
  EXPECT_EQ(runs, 0);
  EXPECT_TRUE(fs::is_empty(out.path()));
  EXPECT_NE(said.find("do\t" + (in / "clip3.txt").string() + "\t" + (out / "clip3.csv").string() + "\n"),
            std::string::npos);
}

TEST_F(RunnerTest, AStopLeavesTheRestPending) {
  std::atomic<bool> stop{false};
  options.stop = &stop;
  options.threads = 1;
  const auto plain = stage.run;
  stage.run = [&](const fs::path& input, const fs::path& output, const Work& work) {
    if (input.stem() == "clip4") stop = true;
    return plain(input, output, work);
  };
  const BatchSummary summary = run();
  EXPECT_EQ(summary.ok, 3u);
  EXPECT_EQ(summary.pending, 5u);
  EXPECT_EQ(summary.exit_status(), 130);
  stop = false;
  stage.run = plain;
  EXPECT_EQ(run().skipped, 3u);
}

TEST_F(RunnerTest, WhenNothingCanWorkTheBatchStops) {
  options.threads = 1;
  stage.run = [](const fs::path&, const fs::path& output, const Work&) -> StageResult {
    throw system_error(output.string(), "write", ENOSPC);
  };
  const BatchSummary summary = run();
  EXPECT_EQ(summary.failed, 1u);
  EXPECT_EQ(summary.pending, 7u);
  EXPECT_EQ(summary.exit_status(), 3);
}

TEST_F(RunnerTest, AfterKill9ASecondRunEndsWithTheBytesOfAnUninterruptedOne) {
  run();
  const auto whole = tree(out.path());
  for (const int dies_at : {1, 3, 8}) {
    for (const bool after_output : {false, true}) {
      fs::remove_all(out.path());
      const pid_t child = fork();
      if (child == 0) {
        runs = 0;
        const auto plain = stage.run;
        options.threads = 1;
        stage.run = [&](const fs::path& input, const fs::path& output, const Work& work) {
          if (runs + 1 != dies_at) return plain(input, output, work);
          if (after_output)
            plain(input, output, work);  // the output has its name, the sidecar is not there yet
          AtomicFile half(output);
          half.write(std::string(100000, 'x'));
          kill(getpid(), SIGKILL);
          return StageResult();
        };
        run();
        _exit(0);
      }
      int status = 0;
      waitpid(child, &status, 0);
      ASSERT_TRUE(WIFSIGNALED(status));
      const auto rows = read_manifest(out / "manifest.csv");
      EXPECT_EQ(rows.size(), 8u) << "the manifest of a killed batch can be read";
      run();
      EXPECT_EQ(tree(out.path()), whole) << dies_at << after_output;
    }
  }
}

}  // namespace
}  // namespace facelex
