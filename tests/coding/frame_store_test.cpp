#include "facelex/coding/frame_store.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "facelex/coding/learn.hpp"
#include "facelex/coding/linear/facial_basis.hpp"
#include "facelex/factor/lasso/sparse_coding.hpp"
#include "synthetic.hpp"

namespace facelex {
namespace {

using test::error_of;
using test::says;
using test::TemporaryFolder;

TEST(FrameStore, EveryRowIsInOneBlockOfBoundedSize) {
  for (const Eigen::Index rows : {1, 63, 64, 65, 1000, 20011}) {
    FrameStore store(3, 256);
    RowMatrix all(rows, 3);
    for (Eigen::Index t = 0; t < rows; ++t) all.row(t) << static_cast<double>(t), 0, 0.5;
    for (Eigen::Index t = 0; t < rows; t += 7)
      store.append(all.row(t).data(), std::min<Eigen::Index>(7, rows - t));
    ASSERT_EQ(store.rows(), rows);
    EXPECT_EQ(store.moves(0), rows > 1);
    EXPECT_FALSE(store.moves(1));
    EXPECT_TRUE(store.moves(2));
    std::set<double> seen;
    RowMatrix block;
    for (std::int64_t b = 0; b < store.blocks(); ++b) {
      store.read(b, block);
      EXPECT_LE(block.rows(), 256);
      EXPECT_GT(block.rows(), 0);
      EXPECT_TRUE((block.col(2).array() == 0.5).all());
      for (const double value : block.col(0)) EXPECT_TRUE(seen.insert(value).second);
    }
    EXPECT_EQ(static_cast<Eigen::Index>(seen.size()), rows);
  }
}

TEST(FrameStore, LeavesNothingBehindAndSaysWhereItCannotBe) {
  const TemporaryFolder folder;
  ASSERT_EQ(setenv("TMPDIR", folder.path().c_str(), 1), 0);
  {
    const FrameStore store(2, 100);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  }
  ASSERT_EQ(setenv("TMPDIR", (folder / "none").c_str(), 1), 0);
  EXPECT_TRUE(says(error_of([] { const FrameStore store(2, 100); }), {"none/facelex-", "cannot make"}));
  ASSERT_EQ(unsetenv("TMPDIR"), 0);
}

class LearnInBoundedMemory : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new TemporaryFolder;
    for (int i = 0; i < 3; ++i) {
      Recording recording = test::synthetic_motion(static_cast<std::uint64_t>(i), 2000);
      test::lose_face(recording, 17);
      inputs.push_back(test::write(*folder, std::string(1, static_cast<char>('a' + i)), recording));
    }
  }
  static void TearDownTestSuite() {
    delete folder;
    inputs.clear();
  }
  static FacialBasisOptions bounded(double memory) {
    FacialBasisOptions options;
    options.atoms = {"LB=3", "RB=3", "NO=0", "LE=3", "RE=3", "MO=0"};
    options.tolerance = 1e-6;
    options.memory = memory;
    return options;
  }
  static const LinearModel& model_of(const LearnResult& result) {
    return dynamic_cast<const FacialBasis&>(*result.system).model();
  }

  static inline TemporaryFolder* folder = nullptr;
  static inline std::vector<NamedFile> inputs;
};

TEST_F(LearnInBoundedMemory, HoldsNoMoreRowsThanFitHoweverManyThereAre) {
  const auto first_columns = [](const Recording&, const std::string&) {
    return std::vector<Eigen::Index>{0, 1, 68, 69};
  };
  const std::int64_t bytes = 1500 * 4 * 8 * 4;
  for (std::size_t files = 1; files <= 3; ++files) {
    const std::vector<NamedFile> some(inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(files));
    const TrainingData data = read_training_data(some, first_columns, {}, {}, bytes);
    ASSERT_TRUE(data.store);
    EXPECT_EQ(data.values.rows(), 1500);
    EXPECT_EQ(data.frames(), 1999 * static_cast<std::int64_t>(files));
    RowMatrix block;
    for (std::int64_t b = 0; b < data.store->blocks(); ++b) {
      data.store->read(b, block);
      EXPECT_LE(block.rows(), 1024);
    }
    for (const auto& source : data.sources) EXPECT_EQ(source.used, 1999);
    EXPECT_EQ(data.summary()["frames_in_memory"], 1500);
  }
  // All that fits is read as without a bound.
  const TrainingData whole = read_training_data(inputs, first_columns, {}, {}, 10 * bytes);
  EXPECT_FALSE(whole.store);
  EXPECT_TRUE(whole.values == read_training_data(inputs, first_columns, {}).values);
}

TEST_F(LearnInBoundedMemory, ComesNearTheObjectiveOfAllFramesInMemory) {
  for (const bool mirrored : {false, true}) {
    auto options = bounded(0);
    options.structure.mirrored = mirrored;
    options.structure.coherence = mirrored ? 0.01 : 0;
    const auto whole = learn_facial_basis(inputs, options);
    options.memory = 0.004;
    const auto part = learn_facial_basis(inputs, options);
    const Json &of_whole = whole.system->training(), &of_part = part.system->training();
    EXPECT_EQ(of_part["frames"], of_whole["frames"]);
    EXPECT_LT(of_part["frames_in_memory"], of_part["frames"]);
    for (std::size_t g = 0; g < 4; ++g) {
      const double ratio =
          of_part["groups"][g]["objective"].get<double>() / of_whole["groups"][g]["objective"].get<double>();
      EXPECT_LT(ratio, 1.005) << g;
      EXPECT_GT(ratio, 0.95) << g;
      EXPECT_TRUE(of_part["groups"][g]["converged"]) << g;
    }
    Work work;
    work.threads = 3;
    EXPECT_TRUE(model_of(learn_facial_basis({inputs[2], inputs[0], inputs[1]}, options, work)).atoms ==
                model_of(part).atoms)
        << "threads or the order of files change the result";
    EXPECT_FALSE(model_of(part).atoms == model_of(whole).atoms);
  }
}

TEST_F(LearnInBoundedMemory, RefusesWhatCannotBe) {
  EXPECT_TRUE(says(error_of([] { learn_facial_basis(inputs, bounded(0.001)); }),
                   {"memory: 0.001 GB hold", "frames of these recordings; give at least 0.00"}));
  auto options = bounded(1);
  options.training.max_frames = 5;
  EXPECT_TRUE(says(error_of([&] { options.check(); }), {"memory and max-frames"}));
  options = bounded(1);
  options.balance = 0.5;
  EXPECT_TRUE(says(error_of([&] { options.check(); }), {"balance", "leave out memory"}));
  options = bounded(-1);
  EXPECT_TRUE(says(error_of([&] { options.check(); }), {"memory: '-1'"}));
}

}  // namespace
}  // namespace facelex
