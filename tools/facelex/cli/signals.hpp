#pragma once

#include <atomic>

namespace facelex::cli {

/// Set by the first Ctrl-C or SIGTERM; the second, or twenty seconds after it, ends the process at once.
extern std::atomic<bool> stop_requested;
void catch_signals();
/// For commands that only read: a signal ends the process at once.
void end_at_signals();

}  // namespace facelex::cli
