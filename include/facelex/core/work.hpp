#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "facelex/core/error.hpp"

namespace facelex {

/// What a long computation gets from its caller besides its data.
struct Work {
  int threads = 1;                          ///< how many threads it may use, the calling one included; ≥ 1
  const std::atomic<bool>* stop = nullptr;  ///< set when the user asks to stop
  /// Called now and then, from one thread at a time: units done (frames, iterations) and their total, 0 if
  /// not known.
  std::function<void(std::int64_t done, std::int64_t total)> progress;

  bool stopped() const { return stop && stop->load(std::memory_order_relaxed); }
  /// Throws Error (interrupted) once the user has asked to stop. Call it at least every 100 ms or so.
  void check_stop() const {
    if (stopped()) throw Error(ErrorKind::interrupted, "stopped by the user");
  }
  void report(std::int64_t done, std::int64_t total) const {
    if (progress) progress(done, total);
  }
};

}  // namespace facelex
