#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "command.hpp"
#include "facelex/core/error.hpp"

namespace facelex::cli {

void set_up_logging(const std::string& command, bool quiet, bool verbose, const std::string& log_file) {
  // Other libraries' conventions put a time before every line; a user at a terminal wants "facelex extract:
  // …".
  auto terminal = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  const std::string name = command.empty() ? "facelex" : "facelex " + command;
  terminal->set_pattern(name + ": %v");
  terminal->set_level(quiet ? spdlog::level::warn : verbose ? spdlog::level::debug : spdlog::level::info);
  std::vector<spdlog::sink_ptr> sinks = {terminal};
  // Set before the file is opened, so that what is wrong with it is said on stderr.
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("terminal", terminal));
  if (!log_file.empty()) {
    try {
      auto file = std::make_shared<spdlog::sinks::basic_file_sink_mt>(log_file);
      file->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l " + name + ": %v");
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
