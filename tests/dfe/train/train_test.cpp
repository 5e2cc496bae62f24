#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <sstream>

#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "facelex/dfe/train/layout.hpp"
#include "facelex/dfe/train/learn.hpp"

namespace facelex {
namespace {

class DfeTrainingTest : public testing::Test {
 protected:
  DfeTrainingTest() : folder_(std::filesystem::temp_directory_path() / ("dfe" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
    options_.shape = {.inputs = 6,
                      .token_width = 2,
                      .encoder = DfeEncoder::transformer,
                      .layers = 1,
                      .heads = 2,
                      .width = 8,
                      .feed_forward = 8,
                      .latent = 4,
                      .stages = 2,
                      .codes = 8,
                      .decoder_layers = 1,
                      .decoder_width = 8};
    options_.batch = 32;
    options_.epochs = 6;
    options_.learning_rate = 1e-2;
    options_.checkpoint_every = 2;
    Random random(3);
    frames_.values.resize(200, 6);
    for (auto& value : frames_.values.reshaped()) value = static_cast<float>(random.normal());
    for (std::int64_t i = 0; i < 200; ++i) (i < 150 ? frames_.training : frames_.validation).push_back(i);
  }
  ~DfeTrainingTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<DfeFrameSource> source() const {
    const auto seed = static_cast<std::uint64_t>(options_.training.seed);
    if (in_memory_ == 0) return frames_in_memory(frames_, seed, options_.batch);
    const auto store = [&](const std::vector<std::int64_t>& rows) {
      auto made = std::make_unique<FloatFrameStore>(frames_.values.cols(), 1);
      for (const auto row : rows) made->append(frames_.values.row(row).data(), 1);
      return made;
    };
    return frames_in_file(store(frames_.training), store(frames_.validation), in_memory_, seed,
                          options_.batch);
  }
  DfeTraining train(int threads = 1, const Work& work = {}) {
    const auto backend = make_cpu_backend({options_.shape, options_}, threads);
    return train_dfe(*source(), {options_.shape, options_}, *backend, files_, work);
  }
  /// Trains and stops by itself after so many steps.
  void train_until(std::int64_t steps) {
    std::atomic<bool> stop = false;
    Work work;
    work.stop = &stop;
    work.progress = [&](std::int64_t done, std::int64_t) { stop = done >= steps; };
    try {
      train(1, work);
      FAIL() << "did not stop";
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::interrupted) << error.what();
    }
  }
  std::string text(const std::filesystem::path& file) const {
    std::ostringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
  }

  std::filesystem::path folder_;
  DfeOptions options_;
  DfeFrames frames_;
  std::int64_t in_memory_ = 0;  ///< frames at a time; 0: all
  DfeTrainingFiles files_;
};

TEST_F(DfeTrainingTest, InterruptedAnywhereGivesTheSameWeights) {
  options_.revive_after = 1;
  options_.kmeans_start = true;
  options_.patience = 4;
  for (const std::int64_t in_memory : {0, 70}) {  // 70: two batches; 32 would never have a pool of several
    in_memory_ = in_memory;
    files_ = {};
    const DfeTraining whole = train();
    const std::string curve = curve_text(whole.curve, options_);
    for (const std::int64_t steps : {1, 7, 10, 23}) {
      files_ = {folder_ / "c.safetensors", folder_ / "c.csv", "m"};
      train_until(steps);
      if (steps == 10) train_until(17);  // a second time
      const DfeTraining resumed = train(2);
      EXPECT_EQ(resumed.weights, whole.weights) << steps;
      EXPECT_EQ(resumed.epoch, whole.epoch);
      EXPECT_EQ(resumed.revived, whole.revived);
      EXPECT_EQ(text(folder_ / "c.csv"), curve);
      std::filesystem::remove(files_.checkpoint);
    }
  }
}

TEST_F(DfeTrainingTest, InterruptedWithHistoryGivesTheSameWeights) {
  options_.shape.inputs = 2;  // and two frames before, of the six columns
  options_.shape.history = 2;
  options_.kmeans_start = true;
  options_.revive_after = 1;
  for (const auto encoder : {DfeEncoder::transformer, DfeEncoder::mlp})
    for (const std::int64_t in_memory : {0, 70}) {
      options_.shape.encoder = encoder;
      in_memory_ = in_memory;
      files_ = {};
      const DfeTraining whole = train();
      files_ = {folder_ / "c.safetensors", {}, "m"};
      train_until(11);
      EXPECT_EQ(train(2).weights, whole.weights);
      std::filesystem::remove(files_.checkpoint);
    }
}

TEST_F(DfeTrainingTest, CheckpointOfOtherHistoryIsRefusedByName) {
  files_.checkpoint = folder_ / "c.safetensors";
  const auto message = [&](int kept, int wanted) {
    options_.shape.inputs = 6 / (kept + 1);
    options_.shape.history = kept;
    train_until(3);
    options_.shape.inputs = 6 / (wanted + 1);
    options_.shape.history = wanted;
    std::string said = "accepted";
    try {
      train();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      said = error.what();
    }
    std::filesystem::remove(files_.checkpoint);
    return said;
  };
  EXPECT_NE(message(2, 1).find("history is 2 there and 1 here"), std::string::npos);
  EXPECT_NE(message(2, 0).find("history is 2 there and nothing here"), std::string::npos);
  EXPECT_NE(message(0, 2).find("history is nothing there and 2 here"), std::string::npos);
}

TEST_F(DfeTrainingTest, LearnsAsWellFromAFile) {
  // Three kinds of movement that follow each other, each for a third of the table: the worst order.
  frames_ = {};
  frames_.values.resize(6000, 6);
  Random random(8);
  for (Eigen::Index t = 0; t < 6000; ++t) {
    const auto kind = t / 2000;
    frames_.values.row(t).setZero();
    frames_.values(t, 2 * kind) = static_cast<float>(random.normal());
    frames_.values(t, 2 * kind + 1) =
        frames_.values(t, 2 * kind) + 0.1F * static_cast<float>(random.normal());
    (t % 10 == 0 ? frames_.validation : frames_.training).push_back(t);
  }
  options_.shape.encoder = DfeEncoder::mlp;
  options_.learning_rate = 3e-3;
  options_.epochs = 20;
  const auto loss = [&](std::int64_t in_memory) {
    in_memory_ = in_memory;
    return train().curve.back().validation.total(options_);
  };
  const double whole = loss(0);
  double start = 0;
  for (const auto row : frames_.validation) start += frames_.values.row(row).squaredNorm();
  EXPECT_LT(whole, 0.7 * start / static_cast<double>(frames_.validation.size()));
  for (const std::int64_t in_memory : {6000, 1024}) EXPECT_LT(loss(in_memory), 1.15 * whole) << in_memory;
}

TEST_F(DfeTrainingTest, MoreEpochsGoOnFromACheckpoint) {
  const auto epochs = options_.epochs;
  const DfeTraining whole = train();
  files_.checkpoint = folder_ / "c.safetensors";
  options_.epochs = 5;  // leaves its checkpoint of epoch 4
  train();
  options_.epochs = epochs;
  EXPECT_EQ(train().weights, whole.weights);
}

TEST_F(DfeTrainingTest, CheckpointOfAnotherConfigurationIsRefusedByName) {
  files_.checkpoint = folder_ / "c.safetensors";
  train_until(3);
  const auto message = [&] {
    try {
      train();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  options_.commitment = 0.5;
  EXPECT_NE(message().find("commitment is 0.25 there and 0.5 here"), std::string::npos) << message();
  options_.commitment = 0.25;
  frames_.values(0, 0) += 1;
  EXPECT_NE(message().find("its recordings differ"), std::string::npos) << message();
  frames_.values(0, 0) -= 1;
  in_memory_ = 64;
  EXPECT_NE(message().find("memory holds all frames there and 64 frames here"), std::string::npos)
      << message();
  in_memory_ = 0;
  options_.checkpoint_every = 3;  // changes nothing in the weights
  EXPECT_EQ(message(), "accepted");
}

TEST_F(DfeTrainingTest, DamagedCheckpointIsRefused) {
  files_.checkpoint = folder_ / "c.safetensors";
  train_until(3);
  std::string bytes = text(files_.checkpoint);
  bytes[bytes.size() - 5] ^= 1;
  std::ofstream(files_.checkpoint) << bytes;
  EXPECT_THROW(train(), Error);
}

TEST_F(DfeTrainingTest, DivergenceStopsAndKeepsTheCheckpoint) {
  files_ = {folder_ / "c.safetensors", {}, "m.safetensors"};
  options_.epochs = 200;
  options_.checkpoint_every = 1;
  options_.learning_rate = 1e5;
  options_.shape.encoder = DfeEncoder::mlp;
  try {
    train();
    FAIL();
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("m.safetensors: training diverges: the loss is"), std::string::npos) << message;
    EXPECT_NE(message.find("lower learning-rate"), std::string::npos) << message;
  }
  frames_.values(0, 0) = std::nanf("");  // what reading would have refused
  options_.learning_rate = 1e-3;
  std::filesystem::remove(files_.checkpoint);
  EXPECT_THROW(train(), Error);
}

TEST_F(DfeTrainingTest, PatienceKeepsTheBestEpoch) {
  options_.epochs = 300;
  options_.patience = 3;
  options_.learning_rate = 0.1;
  const DfeTraining training = train();
  ASSERT_TRUE(training.ended_early);
  EXPECT_EQ(static_cast<int>(training.curve.size()), training.epoch + 3);
  const auto loss = [&](std::size_t i) { return training.curve[i].validation.total(options_); };
  for (std::size_t i = 0; i < training.curve.size(); ++i)
    EXPECT_GE(loss(i), loss(static_cast<std::size_t>(training.epoch - 1)));
}

TEST_F(DfeTrainingTest, EveryOptionChangesTheWeights) {
  const std::vector<float> standard = train().weights;
  const DfeOptions saved = options_;
  const std::vector<std::pair<const char*, std::function<void(DfeOptions&)>>> changes = {
      {"seed", [](auto& o) { o.training.seed = 5; }},
      {"dropout", [](auto& o) { o.dropout = 0.3; }},
      {"commitment", [](auto& o) { o.commitment = 1; }},
      {"codebook-weight", [](auto& o) { o.codebook_weight = 2; }},
      {"orthogonality", [](auto& o) { o.orthogonality = 0; }},
      {"sparsity", [](auto& o) { o.sparsity = 0; }},
      {"decoder-sparsity", [](auto& o) { o.decoder_sparsity = 0.1; }},
      {"learning-rate", [](auto& o) { o.learning_rate = 1e-3; }},
      {"batch", [](auto& o) { o.batch = 50; }},
      {"epochs", [](auto& o) { o.epochs = 2; }},
      {"kmeans-start", [](auto& o) { o.kmeans_start = true; }},
      {"encoder", [](auto& o) { o.shape.encoder = DfeEncoder::mlp; }},
      {"stages", [](auto& o) { o.shape.stages = 3; }},
      {"heads", [](auto& o) { o.shape.heads = 4; }},
      {"token-width", [](auto& o) { o.shape.token_width = 4; }}};
  for (const auto& [name, change] : changes) {
    options_ = saved;
    change(options_);
    EXPECT_NE(train().weights, standard) << name;
  }
}

TEST_F(DfeTrainingTest, RevivalBringsCodesIntoUse) {
  options_.epochs = 30;
  options_.shape.codes = 64;
  options_.revive_after = 0;
  const DfeTraining standard = train();
  options_.revive_after = 2;
  const DfeTraining revived = train();
  EXPECT_GT(revived.revived, 0);
  EXPECT_GT(codes_in_use(revived.curve.back().training), codes_in_use(standard.curve.back().training));
}

TEST_F(DfeTrainingTest, NoCodeIsRevivedAfterTheLastEpoch) {
  options_.shape.codes = 64;
  options_.revive_after = 1;
  for (const int epochs : {1, 4}) {
    options_.epochs = epochs;
    const DfeTraining training = train();
    int unused = 0;
    for (int i = 0; i + 1 < epochs; ++i)
      unused += 64 - codes_in_use(training.curve[static_cast<std::size_t>(i)].training);
    EXPECT_EQ(training.revived, unused);
  }
  options_.epochs = 1;
  options_.revive_after = 0;
  const std::vector<float> never = train().weights;
  options_.revive_after = 1;
  EXPECT_EQ(train().weights, never);
}

TEST_F(DfeTrainingTest, DefaultsDoNotCollapseInAShortTraining) {
  // Points far from the origin that vary little beside it: one code lies nearest to all, and gets all
  // gradients.
  options_.shape.encoder = DfeEncoder::mlp;
  options_.shape.codes = 16;
  options_.learning_rate = 1e-3;
  options_.epochs = 30;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    options_.training.seed = static_cast<long long>(seed);
    Random random(seed);
    for (auto& value : frames_.values.reshaped()) value = 3 + static_cast<float>(random.normal());
    const auto used = [&](int revive_after, bool kmeans_start, int epochs) {
      options_.revive_after = revive_after;
      options_.kmeans_start = kmeans_start;
      options_.epochs = epochs;
      return codes_in_use(train().curve.back().training);
    };
    EXPECT_GE(used(DfeOptions{}.revive_after, false, 30), 10);
    EXPECT_LT(used(0, false, 30), 8);
    EXPECT_GT(used(0, true, 1), used(0, false, 1));
  }
}

TEST(DfeCurve, PerplexityOfEqualUseIsTheNumberOfCodes) {
  DfeLosses losses;
  losses.code_use = {3, 0, 3, 3, 3};
  EXPECT_EQ(codes_in_use(losses), 4);
  EXPECT_NEAR(perplexity(losses), 4, 1e-12);
}

TEST(DfeSplitTest, WholeSubjectsAreSetAside) {
  std::vector<TrainingSource> sources;
  std::map<std::string, std::string> subjects;
  for (int i = 0; i < 20; ++i) {
    TrainingSource source;
    source.name = "r" + std::to_string(i);
    source.used = 10;
    sources.push_back(source);
    subjects[source.name] = "s" + std::to_string(i / 4);
  }
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const DfeSplit split = split_for_validation(sources, subjects, 0.2, seed);
    ASSERT_EQ(split.held_out.size(), 1U);
    EXPECT_EQ(split.count(true), 40);
    EXPECT_EQ(split.rows(false).size(), 160U);
    for (const auto row : split.rows(true)) EXPECT_EQ("s" + std::to_string(row / 40), split.held_out[0]);
    EXPECT_EQ(split_for_validation(sources, {}, 0.2, seed).held_out.size(), 4U);
  }
  EXPECT_TRUE(split_for_validation(sources, subjects, 0, 1).rows(true).empty());
  const DfeSplit one = split_for_validation({sources[0]}, {}, 0.2, 1);
  EXPECT_EQ(one.rows(true), (std::vector<std::int64_t>{8, 9}));
}

}  // namespace
}  // namespace facelex
