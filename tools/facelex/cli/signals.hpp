#pragma once

#include <atomic>

namespace facelex::cli {

/// Set by the first Ctrl-C or SIGTERM; the second ends the process at once.
extern std::atomic<bool> stop_requested;
void catch_signals();

}  // namespace facelex::cli
