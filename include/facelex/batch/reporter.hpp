#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "facelex/core/message.hpp"

namespace facelex {

/// What a command says while it works, on stderr: one line that is rewritten when stderr is a terminal, and
/// log lines (through spdlog's default logger) in every case. May be used from several threads.
class Reporter {
 public:
  /// `progress`: whether the rewritten line is wanted (a terminal, and not --quiet).
  /// `names`: what the command calls the options that messages speak of.
  explicit Reporter(bool progress, FieldNames names = {}) : progress_(progress), names_(std::move(names)) {}
  ~Reporter();
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  /// The message as it is shown.
  std::string shown(const Message& message) const;
  void info(const Message& message);
  /// What became of one item: a log line when no progress line is shown, else only with --verbose.
  void item(const std::string& text);
  void warning(const Message& message);
  void error(const Message& message);

  /// Begins a count of work: "extract", 12 files.
  void begin(std::string what, std::string noun, std::int64_t total);
  /// `done` of the total; `detail` stands after it ("07.mp4 frame 120 of 900"). Drawn at most ten times a
  /// second.
  void progress(std::int64_t done, const std::string& detail);
  /// Removes the line.
  void end();

 private:
  void clear();

  const bool progress_;
  const FieldNames names_;
  std::mutex mutex_;
  std::string what_, noun_;
  std::int64_t total_ = 0;
  bool shown_ = false;
  std::chrono::steady_clock::time_point began_, drawn_;
};

/// Whether stderr is a terminal that understands a rewritten line.
bool stderr_is_terminal();

}  // namespace facelex
