#include "signals.hpp"

#include <unistd.h>

#include <csignal>

namespace facelex::cli {

std::atomic<bool> stop_requested{false};

namespace {

constexpr unsigned grace_seconds = 20;
volatile std::sig_atomic_t first_signal = 0;

void on_signal(int signal) {
  if (stop_requested.exchange(true)) _exit(128 + signal);
  first_signal = signal;
  alarm(grace_seconds);
}

/// What looks at stop_requested too seldom (a decomposition of a large matrix) is not waited for: every file
/// with its final name is complete.
void on_grace_over(int) {
  constexpr char text[] = "facelex: stopped in the midst of a long step; files that are complete stay\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text, sizeof text - 1);
  _exit(128 + first_signal);
}

}  // namespace

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = on_grace_over;
  sigaction(SIGALRM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file-size limit is then an error of write() that names the file
}

void end_at_signals() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

}  // namespace facelex::cli
