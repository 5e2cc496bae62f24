#include "facelex/core/parallel.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <limits>
#include <mutex>
#include <new>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "facelex/core/text.hpp"

namespace facelex {
namespace {

int processors_in_affinity_mask() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(std::thread::hardware_concurrency());
}

/// The quota of the control group that this process sees as its root (v2, then v1), or no limit.
int processors_in_cgroup() {
  double quota = 0, period = 0;
  if (std::ifstream v2("/sys/fs/cgroup/cpu.max"); v2) {
    std::string first;
    if (v2 >> first >> period) quota = parse_double(first).value_or(0);
  } else {
    std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") >> quota;
    std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_period_us") >> period;
  }
  if (quota <= 0 || period <= 0) return std::numeric_limits<int>::max();
  return static_cast<int>(std::min(std::ceil(quota / period), 1e6));
}

int processors_given_by_slurm() {
  const char* text = std::getenv("SLURM_CPUS_PER_TASK");
  const auto value = text ? parse_integer(text) : std::nullopt;
  return value && *value > 0 && *value < 1000000 ? static_cast<int>(*value) : std::numeric_limits<int>::max();
}

}  // namespace

int available_processors() {
  return std::max(
      1, std::min({processors_in_affinity_mask(), processors_in_cgroup(), processors_given_by_slurm()}));
}

struct ThreadPool::State {
  std::mutex mutex;
  std::condition_variable work_ready, work_done;
  const std::function<void(std::size_t)>* task = nullptr;
  std::size_t count = 0;
  std::atomic<std::size_t> next{0};
  std::size_t generation = 0;
  int busy = 0;
  bool stop = false;
  std::exception_ptr failure;
  std::size_t failed_index = 0;
  std::vector<std::thread> workers;

  void run_indices() {
    for (std::size_t i; (i = next.fetch_add(1)) < count;) {
      try {
        (*task)(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure || i < failed_index) {
          failure = std::current_exception();
          failed_index = i;
        }
        next = count;
      }
    }
  }

  void work() {
    std::size_t seen = 0;
    std::unique_lock lock(mutex);
    for (;;) {
      work_ready.wait(lock, [&] { return stop || generation != seen; });
      if (stop) return;
      seen = generation;
      lock.unlock();
      run_indices();
      lock.lock();
      if (--busy == 0) work_done.notify_one();
    }
  }
};

ThreadPool::ThreadPool(int threads) : state_(std::make_unique<State>()) {
  try {
    for (int i = 1; i < threads; ++i) state_->workers.emplace_back([this] { state_->work(); });
  } catch (const std::system_error&) {
    // The process may have no more threads: fewer do the same work.
  } catch (const std::bad_alloc&) {
    // Nor memory for one. Those that have begun must be joined: to leave here would end the process.
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  state_->work_ready.notify_all();
  for (auto& worker : state_->workers) worker.join();
}

int ThreadPool::threads() const {
  return static_cast<int>(state_->workers.size()) + 1;
}

void ThreadPool::for_each(std::size_t count, const std::function<void(std::size_t)>& task) {
  State& s = *state_;
  const bool alone = count <= 1 || s.workers.empty();
  {
    const std::lock_guard lock(s.mutex);
    s.task = &task;
    s.count = count;
    s.next = 0;
    s.failure = nullptr;
    if (!alone) {
      s.busy = static_cast<int>(s.workers.size());
      ++s.generation;
    }
  }
  if (!alone) s.work_ready.notify_all();
  s.run_indices();
  if (!alone) {
    std::unique_lock lock(s.mutex);
    s.work_done.wait(lock, [&] { return s.busy == 0; });
  }
  if (s.failure) std::rethrow_exception(s.failure);
}

void ThreadPool::for_each_block(std::size_t size, std::size_t block,
                                const std::function<void(std::size_t, std::size_t, std::size_t)>& task) {
  for_each((size + block - 1) / block,
           [&](std::size_t b) { task(b, b * block, std::min(size, (b + 1) * block)); });
}

}  // namespace facelex
