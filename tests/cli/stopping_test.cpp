// Ctrl-C and SIGTERM in the midst of what takes minutes.

#include <chrono>
#include <csignal>
#include <fstream>

#include "cli_fixture.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;
namespace fs = std::filesystem;

/// Starts the program, lets it come to its long step, sends it the signal and waits for its end.
struct Stopped {
  Program::End end;
  double seconds = 0;  ///< from the signal on

  Stopped(const std::vector<std::string>& arguments, int signal) {
    Program program(FACELEX_BINARY, arguments);
    usleep(1'500'000);
    kill(program.process(), signal);
    const auto start = std::chrono::steady_clock::now();
    end = program.wait();
    seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
};

/// Far below the twenty seconds after which the process is ended in any case, and above what a busy machine
/// makes of one.
constexpr double soon = 8;

void expect_no_temporaries(const fs::path& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    EXPECT_FALSE(entry.path().filename().string().starts_with('.')) << entry.path();
}

/// 1200 people of whom nothing can be learnt, at costs that keep solvers busy for minutes.
class Stopping : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream features(folder / "features.csv"), labels(folder / "labels.csv");
    features << "name,face_id";
    for (int k = 0; k < 40; ++k) features << ",f" << k;
    features << "\n";
    labels << "name,subject,group,score\n";
    Random random(5);
    for (int s = 0; s < 1200; ++s) {
      features << "v" << s << ",";
      for (int k = 0; k < 40; ++k) features << "," << random.normal();
      features << "\n";
      labels << "v" << s << ",s" << s << "," << (random.below(2) == 0 ? "a" : "b") << "," << random.normal()
             << "\n";
    }
  }

  std::vector<std::string> evaluate(const std::string& task, const std::string& learner,
                                    const std::string& label) {
    return {"evaluate",    task,
            "--features",  (folder / "features.csv").string(),
            "--labels",    (folder / "labels.csv").string(),
            "--label",     label,
            "--learner",   learner,
            "--c",         "1e6,1e7",
            "--tolerance", "1e-12",
            "--folds",     "3",
            "-j",          "2",
            "-o",          (folder / "out").string()};
  }

  TemporaryFolder folder;
};

TEST_F(Stopping, LibsvmIsLeftAtSigterm) {
  const Stopped stopped(evaluate("classify", "svm", "group"), SIGTERM);
  EXPECT_EQ(stopped.end.status, 130) << stopped.end.err;
  EXPECT_NE(stopped.end.err.find("stopped by the user"), std::string::npos) << stopped.end.err;
  EXPECT_LT(stopped.seconds, soon);
  expect_no_temporaries(folder.path());
}

TEST_F(Stopping, SupportVectorRegressionIsLeftAtCtrlC) {
  const Stopped stopped(evaluate("regress", "svr", "score"), SIGINT);
  EXPECT_EQ(stopped.end.status, 130) << stopped.end.err;
  EXPECT_LT(stopped.seconds, soon);
  expect_no_temporaries(folder.path());
}

TEST_F(Stopping, AFileOfManyGigabytesIsNotReadToItsEndFirst) {
  fs::create_directory(folder / "lm");
  std::ofstream(folder / "lm/large.csv") << "frame,x_0\n";
  std::error_code error;
  fs::resize_file(folder / "lm/large.csv", std::uintmax_t{1} << 37, error);  // 128 GiB without a block
  if (error) GTEST_SKIP() << "no such large files here: " << error.message();
  const Stopped stopped({"standardize", (folder / "lm").string(), "-o", (folder / "out").string()}, SIGTERM);
  EXPECT_EQ(stopped.end.status, 130) << stopped.end.err;
  EXPECT_LT(stopped.seconds, soon);
  expect_no_temporaries(folder / "out");
}

}  // namespace
