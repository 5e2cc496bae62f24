#include "facelex/core/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "facelex/core/random.hpp"
#include "facelex/core/work.hpp"

namespace {

using namespace facelex;

TEST(ThreadPool, DoesEveryIndexOnce) {
  for (const int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (const std::size_t count : {0u, 1u, 2u, 7u, 1000u}) {
      std::vector<std::atomic<int>> done(count);
      pool.for_each(count, [&](std::size_t i) { ++done[i]; });
      for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(done[i], 1) << threads << " threads, index " << i;
    }
  }
}

TEST(ThreadPool, OfOneThreadRunsInTheCaller) {
  ThreadPool pool(1);
  const auto caller = std::this_thread::get_id();
  pool.for_each(5, [&](std::size_t) { EXPECT_EQ(std::this_thread::get_id(), caller); });
}

TEST(ThreadPool, RunsTasksAtTheSameTime) {
  // Each of two tasks waits for the other: alone in one thread neither would end.
  ThreadPool pool(2);
  std::atomic<int> arrived{0};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  pool.for_each(2, [&](std::size_t) {
    ++arrived;
    while (arrived < 2 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  });
  EXPECT_EQ(arrived, 2);
  EXPECT_LT(std::chrono::steady_clock::now(), deadline);
}

TEST(ThreadPool, RethrowsTheExceptionOfTheLowestIndex) {
  for (const int threads : {1, 2, 4}) {
    ThreadPool pool(threads);
    for (int round = 0; round < 50; ++round) {
      // All throw; index 0 is always begun first and so always among those thrown.
      try {
        pool.for_each(20, [](std::size_t i) { throw std::runtime_error(std::to_string(i)); });
        FAIL();
      } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "0");
      }
    }
    std::atomic<int> done{0};
    pool.for_each(10, [&](std::size_t) { ++done; });  // and the pool goes on working
    EXPECT_EQ(done, 10);
  }
}

TEST(ThreadPool, LeavesOutWhatIsNotBegunAfterAnException) {
  ThreadPool pool(1);
  int done = 0;
  EXPECT_THROW(pool.for_each(100,
                             [&](std::size_t i) {
                               if (i == 3) throw std::runtime_error("stop");
                               ++done;
                             }),
               std::runtime_error);
  EXPECT_EQ(done, 3);
}

TEST(ThreadPool, BlocksCoverTheRangeOnce) {
  ThreadPool pool(3);
  for (const std::size_t size : {0u, 1u, 9u, 10u, 11u, 95u}) {
    std::vector<std::atomic<int>> seen(size);
    std::atomic<std::size_t> blocks{0};
    pool.for_each_block(size, 10, [&](std::size_t block, std::size_t begin, std::size_t end) {
      ++blocks;
      EXPECT_EQ(begin, block * 10);
      EXPECT_TRUE(begin < end && end <= size && end - begin <= 10);
      for (std::size_t i = begin; i < end; ++i) ++seen[i];
    });
    EXPECT_EQ(blocks, (size + 9) / 10);
    for (const auto& n : seen) EXPECT_EQ(n, 1);
  }
}

TEST(ThreadPool, SumsByBlocksDoNotDependOnTheNumberOfThreads) {
  Random random(1);
  std::vector<double> values(10007);
  for (auto& value : values) value = random.normal() * std::pow(10, static_cast<double>(random.below(16)));
  const auto sum_with = [&](int threads) {
    ThreadPool pool(threads);
    std::vector<double> of_block((values.size() + 63) / 64);
    pool.for_each_block(values.size(), 64, [&](std::size_t block, std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) of_block[block] += values[i];
    });
    double sum = 0;
    for (const double part : of_block) sum += part;
    return sum;
  };
  const double alone = sum_with(1);
  for (const int threads : {2, 3, 5})
    for (int round = 0; round < 10; ++round) EXPECT_EQ(sum_with(threads), alone);
}

TEST(AvailableProcessors, HonoursSlurm) {
  ASSERT_GE(available_processors(), 1);
  const char* old = std::getenv("SLURM_CPUS_PER_TASK");
  const std::string kept = old ? old : "";
  ::setenv("SLURM_CPUS_PER_TASK", "1", 1);
  EXPECT_EQ(available_processors(), 1);
  for (const char* nonsense : {"0", "-3", "many", ""}) {
    ::setenv("SLURM_CPUS_PER_TASK", nonsense, 1);
    EXPECT_GE(available_processors(), 1) << nonsense;
  }
  if (old) {
    ::setenv("SLURM_CPUS_PER_TASK", kept.c_str(), 1);
  } else {
    ::unsetenv("SLURM_CPUS_PER_TASK");
  }
}

TEST(Work, StopsWhenAsked) {
  Work work;
  EXPECT_NO_THROW(work.check_stop());
  work.report(1, 2);  // nobody listens
  std::atomic<bool> stop{false};
  work.stop = &stop;
  EXPECT_NO_THROW(work.check_stop());
  stop = true;
  EXPECT_TRUE(work.stopped());
  try {
    work.check_stop();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
  std::int64_t seen = 0;
  work.progress = [&](std::int64_t done, std::int64_t total) { seen = 100 * done + total; };
  work.report(3, 4);
  EXPECT_EQ(seen, 304);
}

}  // namespace
