// From landmarks to codes and back with the real binary, and what happens to a batch when things go wrong.
#include <gtest/gtest.h>
#include <signal.h>

#include <set>

#include "cli_fixture.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;
using test::facelex_command;
using test::file_text;
using test::folder_content;
using test::TemporaryFolder;

class Pipeline : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"site 1/07", "site 1/8", "site 2/07"})
      test::write_landmarks(folder / "landmarks" / (std::string(name) + ".csv"), 60,
                            std::hash<std::string>()(name));
  }

  std::string at(const char* name) const { return folder / name; }

  int standardize(const char* out, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"standardize", at("landmarks"), "-o", at(out), "-q"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return facelex_command(arguments).status;
  }

  TemporaryFolder folder;
};

TEST_F(Pipeline, LandmarksToCodesAndBack) {
  ASSERT_EQ(standardize("motion"), 0);
  ASSERT_EQ(facelex_command({"learn", "facial-basis", at("motion"), "-o", at("lexicon.safetensors"),
                             "--atoms", "MO=6", "-q"})
                .status,
            0);
  ASSERT_EQ(
      facelex_command({"encode", at("motion"), "-m", at("lexicon.safetensors"), "-o", at("codes"), "-q"})
          .status,
      0);
  ASSERT_EQ(facelex_command({"decode", at("codes"), "-m", at("lexicon.safetensors"), "-o", at("back"), "-q"})
                .status,
            0);
  const Recording motion = read_recording(folder / "motion/site 1/07.csv");
  const Recording codes = read_recording(folder / "codes/site 1/07.csv");
  const Recording back = read_recording(folder / "back/site 1/07.csv");
  ASSERT_EQ(codes.rows(), 60);
  EXPECT_EQ(codes.kind, SignalKind::coefficients);
  EXPECT_GE(codes.column("LB-1"), 0);
  EXPECT_GE(codes.column("MO-6"), 0);
  EXPECT_EQ(codes.column("MO-7"), -1);
  EXPECT_FALSE(codes.frames[3].success) << "a row without a face stays a row";
  EXPECT_TRUE(std::isnan(codes.values(3, 0)));
  EXPECT_EQ(back.kind, SignalKind::keypoint_motion);
  // The codes must explain most of the movement of the mouth corners.
  const auto column = motion.column("dx_54");
  double signal = 0, error = 0;
  for (Eigen::Index t = 0; t < 60; ++t) {
    if (!motion.frames[static_cast<std::size_t>(t)].success) continue;
    signal += std::pow(motion.values(t, column), 2);
    error += std::pow(motion.values(t, column) - back.values(t, back.column("dx_54")), 2);
  }
  EXPECT_GT(signal, 0);
  EXPECT_LT(error, 0.2 * signal);
}

TEST_F(Pipeline, ThreadsAndRepetitionDoNotChangeABit) {
  ASSERT_EQ(standardize("one", {"-j", "1"}), 0);
  ASSERT_EQ(standardize("three", {"-j", "3"}), 0);
  EXPECT_EQ(folder_content(folder / "one"), folder_content(folder / "three"));
  for (const char* threads : {"1", "2"}) {
    const std::string model = at("lexicon") + std::string(threads) + ".safetensors";
    ASSERT_EQ(facelex_command({"learn", "facial-basis", at("one"), "-o", model, "-j", threads, "-q"}).status,
              0);
  }
  EXPECT_EQ(file_text(folder / "lexicon1.safetensors"), file_text(folder / "lexicon2.safetensors"));
  EXPECT_EQ(file_text(folder / "lexicon1.json"), file_text(folder / "lexicon2.json"));
}

TEST_F(Pipeline, ASecondRunSkipsAndSaysSo) {
  ASSERT_EQ(standardize("motion"), 0);
  const auto again = facelex_command({"standardize", at("landmarks"), "-o", at("motion")});
  EXPECT_EQ(again.status, 0);
  EXPECT_NE(again.err.find("recordings: 3 skipped (complete already)"), std::string::npos) << again.err;
  const auto other =
      facelex_command({"standardize", at("landmarks"), "-o", at("motion"), "--neutral", "first"});
  EXPECT_NE(other.err.find("3 done"), std::string::npos) << other.err;
  ASSERT_EQ(
      facelex_command({"learn", "pca", at("motion"), "-o", at("m.safetensors"), "--components", "4"}).status,
      0);
  const auto learnt =
      facelex_command({"learn", "pca", at("motion"), "-o", at("m.safetensors"), "--components", "4"});
  EXPECT_NE(learnt.err.find("is complete already"), std::string::npos) << learnt.err;
}

TEST_F(Pipeline, ShardsMakeWhatOneRunMakesAndStatusMergesThem) {
  ASSERT_EQ(standardize("whole"), 0);
  for (const char* shard : {"1/2", "2/2"}) ASSERT_EQ(standardize("parts", {"--shard", shard}), 0);
  EXPECT_EQ(folder_content(folder / "whole"), folder_content(folder / "parts"));
  const auto slurm =
      facelex_command({"standardize", at("landmarks"), "-o", at("slurm")},
                      {"SLURM_ARRAY_TASK_ID=2", "SLURM_ARRAY_TASK_MIN=1", "SLURM_ARRAY_TASK_MAX=2"});
  EXPECT_NE(slurm.err.find("shard 2 of 2 (Slurm's array task): 1 of 3 recordings"), std::string::npos)
      << slurm.err;
  const auto status = facelex_command({"status", at("parts")});
  EXPECT_EQ(status.status, 0);
  EXPECT_NE(status.out.find("3        0        0        0        3"), std::string::npos) << status.out;
}

TEST_F(Pipeline, OneBadFileIsOneLineAndStatusGivesWhatToRetry) {
  const std::string good = file_text(folder / "landmarks/site 1/07.csv");
  folder.write("landmarks/site 2/cut.csv", good.substr(0, good.size() / 2));
  folder.write("landmarks/site 2/empty.csv", "");
  folder.write("landmarks/site 2/labels.csv", "video,group\na,1\n");
  const auto end = facelex_command({"standardize", at("landmarks"), "-o", at("motion")});
  EXPECT_EQ(end.status, 1);
  EXPECT_NE(end.err.find("site 2/cut.csv: line "), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("site 2/empty.csv: "), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("site 2/labels.csv: "), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("recordings: 3 done, 3 failed"), std::string::npos) << end.err;
  EXPECT_FALSE(fs::exists(folder / "motion/site 2/cut.csv"));
  EXPECT_TRUE(fs::exists(folder / "motion/site 2/07.csv"));
  const auto status = facelex_command({"status", at("motion"), "--retry", "-"});
  EXPECT_EQ(status.status, 1);
  std::string expected;
  for (const char* name : {"cut", "empty", "labels"})
    expected += at("landmarks/site 2/") + name + ".csv\tsite 2/" + name + "\n";
  EXPECT_EQ(status.out, expected);
  folder.write("landmarks/site 2/cut.csv", good);
  folder.write("retry.txt", status.out);
  EXPECT_EQ(facelex_command({"standardize", "--list", at("retry.txt"), "-o", at("motion"), "-q"}).status, 1);
  EXPECT_TRUE(fs::exists(folder / "motion/site 2/cut.csv")) << "a retried file has the name that it had";
}

TEST_F(Pipeline, ADryRunOnlyPrints) {
  const auto end = facelex_command({"standardize", at("landmarks"), "-o", at("motion"), "--dry-run", "-q"});
  EXPECT_EQ(end.status, 0);
  EXPECT_NE(end.out.find("do\t" + at("landmarks/site 1/8.csv") + "\t" + at("motion/site 1/8.csv")),
            std::string::npos)
      << end.out;
  EXPECT_FALSE(fs::exists(folder / "motion"));
}

TEST_F(Pipeline, AModelAppliedToTheWrongSignalIsRefused) {
  ASSERT_EQ(standardize("motion"), 0);
  ASSERT_EQ(
      facelex_command({"learn", "pca", at("motion"), "-o", at("m.safetensors"), "--components", "3", "-q"})
          .status,
      0);
  const auto end = facelex_command({"encode", at("landmarks"), "-m", at("m.safetensors"), "-o", at("codes")});
  EXPECT_EQ(end.status, 1);
  EXPECT_NE(end.err.find("site 1/07.csv: "), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("holds landmarks"), std::string::npos) << end.err;
  const auto not_a_model =
      facelex_command({"encode", at("motion"), "-m", at("motion/site 1/07.csv"), "-o", at("codes")});
  EXPECT_EQ(not_a_model.status, 3);
  EXPECT_NE(not_a_model.err.find("07.csv: "), std::string::npos) << not_a_model.err;
}

TEST_F(Pipeline, NpyOutIsNpyIn) {
  ASSERT_EQ(standardize("motion", {"--format", "npy"}), 0);
  ASSERT_EQ(
      facelex_command({"learn", "pca", at("motion"), "-o", at("m.safetensors"), "--components", "3", "-q"})
          .status,
      0);
  ASSERT_EQ(
      facelex_command({"encode", at("motion"), "-m", at("m.safetensors"), "-o", at("codes"), "-q"}).status,
      0);
  EXPECT_EQ(read_recording(folder / "codes/site 2/07.csv").rows(), 60);
}

TEST_F(Pipeline, KilledInTheMiddleAndRunAgainIsTheSameAsUninterrupted) {
  for (int i = 0; i < 40; ++i)
    test::write_landmarks(folder / "landmarks" / ("many" + std::to_string(i) + ".csv"), 120,
                          100 + static_cast<unsigned>(i));
  ASSERT_EQ(standardize("whole"), 0);
  const auto whole = folder_content(folder / "whole");
  for (const std::size_t files_before : {std::size_t{0}, std::size_t{1}, std::size_t{21}, std::size_t{60}}) {
    fs::remove_all(folder / "motion");
    test::Program program(FACELEX_BINARY,
                          {"standardize", at("landmarks"), "-o", at("motion"), "-j", "2", "-q"});
    const auto enough = [&] {
      std::error_code error;
      if (!fs::exists(folder / "motion", error)) return false;
      std::size_t files = 0;
      for (fs::recursive_directory_iterator entry(folder / "motion", error), end; !error && entry != end;
           entry.increment(error))
        ++files;
      return files > files_before;
    };
    for (int i = 0; i < 10000 && !enough(); ++i) usleep(500);
    kill(program.process(), SIGKILL);
    EXPECT_EQ(program.wait().status, 128 + SIGKILL) << "the batch ended before it could be killed";
    EXPECT_LT(folder_content(folder / "motion").size(), whole.size());
    EXPECT_EQ(standardize("motion"), 0);
    EXPECT_EQ(folder_content(folder / "motion"), whole) << files_before;
  }
}

TEST_F(Pipeline, CtrlCStopsCleanly) {
  for (int i = 0; i < 60; ++i)
    test::write_landmarks(folder / "landmarks" / ("many" + std::to_string(i) + ".csv"), 200,
                          100 + static_cast<unsigned>(i));
  test::Program program(FACELEX_BINARY, {"standardize", at("landmarks"), "-o", at("motion"), "-j", "1"});
  for (int i = 0; i < 2000 && !fs::exists(folder / "motion/many1.csv"); ++i) usleep(1000);
  kill(program.process(), SIGINT);
  const auto end = program.wait();
  EXPECT_EQ(end.status, 130);
  EXPECT_NE(end.err.find("not begun"), std::string::npos) << end.err;
  for (const auto& [name, content] : folder_content(folder / "motion"))
    EXPECT_FALSE(name.ends_with(".tmp")) << name;
  EXPECT_EQ(facelex_command({"status", at("motion")}).status, 1) << "pending items are not done";
}

TEST_F(Pipeline, StatusLooksPastForeignManifests) {
  ASSERT_EQ(standardize("motion"), 0);
  folder.write("motion/sub/manifest.csv", "file,size\na,1\n");
  EXPECT_EQ(facelex_command({"status", at("motion")}).status, 0);
}

TEST_F(Pipeline, AnOutputFolderThatCannotBeMadeIsSaid) {
  const auto file = folder.write("a file", "x");
  const auto end = facelex_command({"standardize", at("landmarks"), "-o", (file / "motion").string()});
  EXPECT_EQ(end.status, 3);
  EXPECT_NE(end.err.find("a file"), std::string::npos) << end.err;
}

TEST_F(Pipeline, AFileThatMayNotGrowEndsTheBatchAsAFullDiskDoes) {
  const auto end = test::Program("/bin/sh", {"-c", "ulimit -f 8; exec \"$0\" \"$@\"", FACELEX_BINARY,
                                             "standardize", at("landmarks"), "-o", at("motion")})
                       .wait();
  EXPECT_EQ(end.status, 3) << end.err;
  EXPECT_NE(end.err.find("cannot write: File too large"), std::string::npos) << end.err;
  for (const auto& [name, text] : folder_content(folder / "motion")) ADD_FAILURE() << name << " was left";
}

}  // namespace
}  // namespace facelex
