#include "facelex/dfe/train/frames.hpp"

#include <gtest/gtest.h>

#include <set>

namespace facelex {
namespace {

/// Rows whose first number is `first` and counts on from there.
std::unique_ptr<FloatFrameStore> counted(std::int64_t rows, float first = 0) {
  auto store = std::make_unique<FloatFrameStore>(3, 1);
  for (std::int64_t i = 0; i < rows; ++i) {
    const float row[] = {first + static_cast<float>(i), 0, 1};
    store->append(row, 1);
  }
  return store;
}

std::unique_ptr<DfeFrameSource> in_file(std::int64_t rows, std::int64_t in_memory, int batch,
                                        std::uint64_t seed = 1) {
  return frames_in_file(counted(rows), counted(rows / 4, 1e6F), in_memory, seed, batch);
}

std::vector<float> numbers(const DfeBatch& batch) {
  std::vector<float> all;
  for (const auto row : batch.rows) all.push_back(batch.frames(row, 0));
  return all;
}

std::vector<float> epoch_of(DfeFrameSource& source, int epoch, int batch, std::int64_t bound) {
  std::vector<float> order;
  const std::int64_t steps = (source.training() + batch - 1) / batch;
  for (std::int64_t step = 0; step < steps; ++step) {
    const DfeBatch frames = source.step(epoch, step);
    EXPECT_LE(frames.frames.rows(), bound);
    EXPECT_EQ(static_cast<std::int64_t>(frames.rows.size()),
              std::min<std::int64_t>(batch, source.training() - step * batch));
    for (const float number : numbers(frames)) order.push_back(number);
  }
  return order;
}

TEST(DfeFramesInFile, EachFrameIsInOneStepOfAnEpochAndMemoryHoldsNoMoreThanItMay) {
  for (const std::int64_t rows : {1, 63, 64, 65, 500, 3001})
    for (const auto& [in_memory, batch] : {std::pair(10, 10), std::pair(100, 33), std::pair(5000, 64)}) {
      const auto source = in_file(rows, in_memory, batch);
      std::vector<std::vector<float>> orders;
      for (const int epoch : {0, 1, 7}) {
        orders.push_back(epoch_of(*source, epoch, batch, in_memory));
        const std::set<float> seen(orders.back().begin(), orders.back().end());
        EXPECT_EQ(seen.size(), orders.back().size());
        EXPECT_EQ(static_cast<std::int64_t>(seen.size()), rows) << in_memory;
        EXPECT_LT(*seen.rbegin(), static_cast<float>(rows));
      }
      EXPECT_EQ(epoch_of(*source, 1, batch, in_memory), orders[1]) << "an epoch has one order";
      if (rows < 500) continue;
      EXPECT_NE(orders[0], orders[1]);
      EXPECT_NE(epoch_of(*in_file(rows, in_memory, batch, 2), 0, batch, in_memory), orders[0]);
    }
}

TEST(DfeFramesInFile, AStepIsTheSameWhateverCameBefore) {
  const auto walked = in_file(1000, 200, 50), asked = in_file(1000, 200, 50);
  for (int epoch = 0; epoch < 2; ++epoch)
    for (std::int64_t step = 0; step < 20; ++step) {
      const std::vector<float> expected = numbers(walked->step(epoch, step));
      asked->frame(3);
      asked->each_validation([](const DfeBatch&) {});
      EXPECT_EQ(numbers(asked->step(epoch, step)), expected) << step;
    }
}

TEST(DfeFramesInFile, ABatchComesFromAllOverTheRecordings) {
  const auto source = in_file(64 * 400, 64 * 32, 512);
  std::set<int> places;
  for (const float number : numbers(source->step(0, 0))) places.insert(static_cast<int>(number) / 64);
  EXPECT_GE(places.size(), 31U);
  EXPECT_GT(*places.rbegin() - *places.begin(), 200);
}

TEST(DfeFramesInFile, VersionTellsTablesInTheSameMemoryApart) {
  const auto source = in_file(1000, 200, 50);
  const auto first = source->step(0, 0).version;
  EXPECT_EQ(source->step(0, 1).version, first);
  EXPECT_NE(source->step(0, 4).version, first);
  const auto other = source->step(0, 0).version;
  source->each_validation([&](const DfeBatch& part) { EXPECT_NE(part.version, other); });
}

TEST(DfeFramesInFile, PartsComeInTheOrderOfTheTable) {
  const auto source = in_file(1000, 200, 50);
  std::vector<float> training, validation;
  const auto into = [](std::vector<float>& all) {
    return [&all](const DfeBatch& part) {
      EXPECT_LE(part.frames.rows(), 200);
      for (const float number : numbers(part)) all.push_back(number);
    };
  };
  source->each_training(into(training));
  source->each_validation(into(validation));
  ASSERT_EQ(training.size(), 1000U);
  ASSERT_EQ(validation.size(), 250U);
  for (std::size_t i = 0; i < 1000; ++i) EXPECT_EQ(training[i], static_cast<float>(i));
  EXPECT_EQ(validation[7], 1e6F + 7);
  EXPECT_EQ(numbers(source->frame(321)), std::vector<float>{321});
}

TEST(DfeFramesInFile, DrawsFairlyAndWithoutRepeating) {
  const auto source = in_file(90, 30, 10);
  std::vector<int> drawn(90);
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    std::set<float> seen;
    source->each_drawn(60, Random(seed), [&](const DfeBatch& part) {
      for (const float number : numbers(part)) {
        EXPECT_TRUE(seen.insert(number).second);
        ++drawn[static_cast<std::size_t>(number)];
      }
    });
    EXPECT_EQ(seen.size(), 60U);
  }
  for (const int times : drawn) EXPECT_NEAR(times, 2000, 130);  // five standard deviations
  std::int64_t all = 0;
  source->each_drawn(1000, Random(1),
                     [&](const DfeBatch& part) { all += static_cast<std::int64_t>(part.rows.size()); });
  EXPECT_EQ(all, 90);
}

}  // namespace
}  // namespace facelex
