#include "facelex/batch/reporter.hpp"

#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "facelex/core/printable.hpp"
#include "facelex/core/text.hpp"

namespace facelex {
namespace {

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  return 80;
}

}  // namespace

bool stderr_is_terminal() {
  const char* kind = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && kind && std::string_view(kind) != "dumb";
}

Reporter::~Reporter() {
  end();
}

void Reporter::clear() {
  if (shown_) std::fputs("\r\033[K", stderr);
  shown_ = false;
}

std::string Reporter::shown(const Message& message) const {
  return message.named(names_).text();
}

void Reporter::info(const Message& message) {
  const std::lock_guard lock(mutex_);
  clear();
  spdlog::info("{}", shown(message));
}

void Reporter::item(const std::string& text) {
  const std::lock_guard lock(mutex_);
  clear();
  spdlog::log(progress_ ? spdlog::level::debug : spdlog::level::info, "{}", text);
}

void Reporter::warning(const Message& message) {
  const std::lock_guard lock(mutex_);
  clear();
  spdlog::warn("{}", shown(message));
}

void Reporter::error(const Message& message) {
  const std::lock_guard lock(mutex_);
  clear();
  spdlog::error("{}", shown(message));
}

void Reporter::begin(std::string what, std::string noun, std::int64_t total) {
  const std::lock_guard lock(mutex_);
  what_ = std::move(what);
  noun_ = std::move(noun);
  total_ = total;
  began_ = std::chrono::steady_clock::now();
  drawn_ = {};
}

void Reporter::progress(std::int64_t done, const std::string& detail) {
  if (!progress_) return;
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  std::string line = what_ + ": " + std::to_string(done);
  if (total_ > 0) line += " of " + std::to_string(total_);
  line += " " + noun_;
  const double seconds = std::chrono::duration<double>(now - began_).count();
  if (done > 0 && done < total_ && seconds > 2)
    line += ", " + duration_text(seconds / static_cast<double>(done) * static_cast<double>(total_ - done)) +
            " left";
  if (!detail.empty()) line += "  " + printable(detail);
  const std::size_t width = terminal_width() - 1;
  if (line.size() > width) {
    std::size_t cut = width;
    while (cut > 0 && (static_cast<unsigned char>(line[cut]) & 0xc0) == 0x80)
      --cut;  // not within a UTF-8 character
    line.resize(cut);
  }
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  std::fflush(stderr);
  shown_ = true;
}

void Reporter::end() {
  const std::lock_guard lock(mutex_);
  clear();
  total_ = 0;
}

}  // namespace facelex
