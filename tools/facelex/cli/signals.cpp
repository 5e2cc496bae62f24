#include "signals.hpp"

#include <unistd.h>

#include <csignal>

namespace facelex::cli {

std::atomic<bool> stop_requested{false};

namespace {

void on_signal(int signal) {
  if (stop_requested.exchange(true)) _exit(128 + signal);
}

}  // namespace

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file-size limit is then an error of write() that names the file
}

}  // namespace facelex::cli
