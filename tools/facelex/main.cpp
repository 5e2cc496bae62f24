#include <spdlog/spdlog.h>

#include <CLI/Config.hpp>
#include <cstdio>

#include "commands.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/version.hpp"
#include "help.hpp"

namespace {

int exit_status(facelex::ErrorKind kind) {
  switch (kind) {
    case facelex::ErrorKind::data:
      return 1;
    case facelex::ErrorKind::usage:
      return 2;
    case facelex::ErrorKind::environment:
      return 3;
    case facelex::ErrorKind::interrupted:
      return 130;
  }
  return 3;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace facelex::cli;
  CLI::App program("Learns a lexicon of facial movements from video and writes every frame in it.",
                   "facelex");
  program.set_version_flag("--version", std::string("facelex ") + facelex::version);
  program.require_subcommand(1);
  program.footer(
      "The pipeline: extract → standardize → learn → encode; run does all of it. See facelex COMMAND "
      "--help.");
  program.formatter(std::make_shared<HelpFormatter>());

  std::vector<std::unique_ptr<Command>> commands;
#ifdef FACELEX_WITH_VIDEO
  commands.push_back(make_run_command(program));
  commands.push_back(make_extract_command(program));
#endif
  commands.push_back(make_standardize_command(program));
  CLI::App* learn = program.add_subcommand("learn", "Learn a coding system from recordings");
  learn->require_subcommand(1);
  for (auto& command : make_learn_commands(*learn)) commands.push_back(std::move(command));
  commands.push_back(make_encode_command(program));
  commands.push_back(make_decode_command(program));
  commands.push_back(make_status_command(program));
  std::string pages;
  CLI::App* docs = program.add_subcommand("docs", "Write a page of Markdown for every command")->group("");
  docs->add_option("folder", pages)->required();

  if (argc == 1) {
    std::fputs(program.help().c_str(), stderr);
    return 2;
  }
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : 2;
  }
  catch_signals();
  set_up_logging("", false, false, "");
  try {
    if (docs->parsed()) {
      write_command_pages(program, pages);
      return 0;
    }
    for (const auto& command : commands)
      if (command->app().parsed()) return command->execute();
    return 2;
  } catch (const facelex::Error& error) {
    spdlog::error("{}", error.what());
    return exit_status(error.kind());
  } catch (const std::exception& error) {
    spdlog::error("internal error, please report it: {}", error.what());
    return 3;
  }
}
