#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace facelex {

/// Processors that this process may use: the minimum of the affinity mask, the cgroup's CPU quota (rounded
/// up) and SLURM_CPUS_PER_TASK. At least 1.
int available_processors();

/// A fixed set of worker threads. Work is handed out in indices; which thread takes which index is not fixed,
/// so a result must depend on the index alone: then it is the same whatever the number of threads.
class ThreadPool {
 public:
  /// threads ≥ 1 counts the calling thread: ThreadPool(1) starts none and runs everything in the caller.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const;

  /// Calls task(i) for every i in [0, count), and returns when all are done. The first exception (that of the
  /// lowest index among those thrown) is rethrown; indices not yet begun are then left out. Must not be
  /// called from a task of the same pool or from two threads at once.
  void for_each(std::size_t count, const std::function<void(std::size_t)>& task);

  /// Splits [0, size) into blocks of `block` (the last may be shorter) and calls task(block_index, begin,
  /// end). The partition depends on size and block only: sums kept per block and added in block order are
  /// deterministic.
  void for_each_block(std::size_t size, std::size_t block,
                      const std::function<void(std::size_t, std::size_t, std::size_t)>& task);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace facelex
