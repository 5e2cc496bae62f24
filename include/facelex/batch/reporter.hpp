#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace facelex {

/// What a command says while it works, on stderr: one line that is rewritten when stderr is a terminal, and
/// log lines (through spdlog's default logger) in every case. May be used from several threads.
class Reporter {
 public:
  /// `progress`: whether the rewritten line is wanted (a terminal, and not --quiet).
  explicit Reporter(bool progress) : progress_(progress) {}
  ~Reporter();
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  void info(const std::string& text);
  /// What became of one item: a log line when no progress line is shown, else only with --verbose.
  void item(const std::string& text);
  void warning(const std::string& text);
  void error(const std::string& text);

  /// Begins a count of work: "extract", 12 files.
  void begin(std::string what, std::string noun, std::int64_t total);
  /// `done` of the total; `detail` stands behind it ("07.mp4 frame 120 of 900"). Drawn at most ten times a
  /// second.
  void progress(std::int64_t done, const std::string& detail);
  /// Removes the line.
  void end();

 private:
  void clear();

  const bool progress_;
  std::mutex mutex_;
  std::string what_, noun_;
  std::int64_t total_ = 0;
  bool shown_ = false;
  std::chrono::steady_clock::time_point began_, drawn_;
};

/// Whether stderr is a terminal that understands a rewritten line.
bool stderr_is_terminal();

}  // namespace facelex
