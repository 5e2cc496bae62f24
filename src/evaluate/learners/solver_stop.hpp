#pragma once

#include "facelex/core/work.hpp"

namespace facelex {

/// Lets a user stop what runs within a solver of others for minutes: libsvm and liblinear tell of their
/// progress through a function without an argument of ours, which looks here.
class SolverStop {
 public:
  /// Solvers on this thread stop when `work` is to stop, while this object lives.
  explicit SolverStop(const Work& work) : before_(running()) { running() = &work; }
  ~SolverStop() { running() = before_; }
  SolverStop(const SolverStop&) = delete;
  SolverStop& operator=(const SolverStop&) = delete;

  /// For libraries to call; tells nothing on stdout, which is for data. Throws Error (interrupted) through
  /// their frames, which loses what they have allocated: the process is about to end.
  static void heed(const char* /*progress*/) {
    if (running()) running()->check_stop();
  }

 private:
  static const Work*& running() {
    static thread_local const Work* work = nullptr;
    return work;
  }
  const Work* before_;
};

}  // namespace facelex
