#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cctype>
#include <fstream>

#include "command.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/printable.hpp"

namespace facelex::cli {
namespace {

/// The message without what a terminal would take for a command: names of files hold any byte.
class PrintableMessage : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& to) override {
    const std::string text = printable({message.payload.data(), message.payload.size()});
    to.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<PrintableMessage>();
  }
};

/// Whether messages may be added to the file: it is not there, empty, no regular file (/dev/stderr), or a log
/// of facelex, which begins "2026-11-20T10:32:05.123 info facelex".
bool takes_messages(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error) || std::filesystem::is_empty(file, error)) return true;
  std::ifstream in(file, std::ios::binary);
  std::string day, level, program;
  in >> day >> level >> program;
  constexpr std::string_view form = "0000-00-00T00:00:00.000";
  return in && program.starts_with("facelex") &&
         std::equal(day.begin(), day.end(), form.begin(), form.end(), [](unsigned char c, char expected) {
           return expected == '0' ? std::isdigit(c) != 0 : c == static_cast<unsigned char>(expected);
         });
}

/// As the pattern, in which %* is the message.
std::unique_ptr<spdlog::formatter> formatter_of(const std::string& pattern) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<PrintableMessage>('*').set_pattern(pattern);
  return formatter;
}

}  // namespace

void set_up_logging(const std::string& command, bool quiet, bool verbose, const std::string& log_file) {
  // Other libraries' conventions put a time before every line; a user at a terminal wants "facelex extract:
  // …".
  auto terminal = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  const std::string name = command.empty() ? "facelex" : "facelex " + command;
  terminal->set_formatter(formatter_of(name + ": %*"));
  terminal->set_level(quiet ? spdlog::level::warn : verbose ? spdlog::level::debug : spdlog::level::info);
  std::vector<spdlog::sink_ptr> sinks = {terminal};
  // Set before the file is opened, so that what is wrong with it is said on stderr.
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("terminal", terminal));
  if (!log_file.empty()) {
    if (!takes_messages(log_file))
      throw usage_error("--log: " + path_in_quotes(log_file) + " is there already and is no log of facelex",
                        "name another file");
    try {
      auto file = std::make_shared<spdlog::sinks::basic_file_sink_mt>(log_file);
      file->set_formatter(formatter_of("%Y-%m-%dT%H:%M:%S.%e %l " + name + ": %*"));
      file->set_level(spdlog::level::debug);
      sinks.push_back(file);
    } catch (const spdlog::spdlog_ex& error) {
      throw usage_error("--log: cannot write " + path_in_quotes(log_file) + ": " + error.what());
    }
  }
  auto logger = std::make_shared<spdlog::logger>("facelex", sinks.begin(), sinks.end());
  logger->set_level(spdlog::level::debug);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(logger);
}

}  // namespace facelex::cli
