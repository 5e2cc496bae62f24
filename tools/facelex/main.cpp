#include <spdlog/spdlog.h>

#include <fcntl.h>
#include <unistd.h>

#include <CLI/Config.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>
#include <string_view>

#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/usage.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/version.hpp"
#include "facelex/simd/kernel_choice.hpp"

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

/// A file that is opened must not take the place of a closed stdin, stdout or stderr, and then get what is
/// printed. A closed stdout becomes one that cannot be written.
void keep_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
      (void)open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

/// Throws Error (environment) when not all that was printed has arrived.
void finish_output() {
  errno = 0;
  std::cout.flush();
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && !std::cout.fail()) return;
  throw facelex::environment_error(errno == 0 ? "stdout: cannot write all of the output"
                                              : facelex::system_error("stdout", "write", errno).what(),
                                   "what was printed is not complete");
}

constexpr std::string_view out_of_memory =
    "facelex: out of memory; give fewer threads (-j) or more memory (ulimit -v)\n";

/// What is thrown where nothing may be (the destructor of a JSON takes memory) comes here. Without memory it
/// is said and ends as elsewhere, not by a signal.
[[noreturn]] void end_without_memory() {
  try {
    if (const std::exception_ptr thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    (void)!write(STDERR_FILENO, out_of_memory.data(), out_of_memory.size());
    _exit(exit_status(facelex::ErrorKind::environment));
  } catch (...) {
  }
  std::abort();
}

}  // namespace

int main(int argc, char** argv) {
  using namespace facelex::cli;
  keep_standard_descriptors();
  std::set_terminate(end_without_memory);
  CLI::App program("Learns a lexicon of facial movements from video and writes every frame in it.",
                   "facelex");
  program.set_version_flag("--version", std::string("facelex ") + facelex::version);
  program.require_subcommand(1);
  program.footer(
      "The pipeline: extract → fit → learn → encode, which run does in one; then features → evaluate. See "
      "facelex COMMAND --help.\n\n"
      "The environment variable FACELEX_KERNELS (avx512, avx2 or portable) says for which kind of processor "
      "the\n"
      "kernels are; unset, the fastest that this processor can run.");
  program.formatter(std::make_shared<HelpFormatter>());

  std::vector<std::unique_ptr<Command>> commands;
#ifdef FACELEX_WITH_VIDEO
  commands.push_back(make_run_command(program));
  commands.push_back(make_extract_command(program));
#endif
  commands.push_back(make_standardize_command(program));
  commands.push_back(make_fit_command(program));
  CLI::App* learn = program.add_subcommand("learn", "Learn a coding system from recordings");
  learn->require_subcommand(1);
  for (auto& command : make_learn_commands(*learn)) commands.push_back(std::move(command));
  commands.push_back(make_learn_frontalization_command(*learn));
  commands.push_back(make_encode_command(program));
  commands.push_back(make_decode_command(program));
  CLI::App* measure =
      program.add_subcommand("measure", "What coding systems explain, and whether they make sense");
  measure->require_subcommand(1);
  commands.push_back(make_measure_variance_command(*measure));
  commands.push_back(make_measure_interpretability_command(*measure));
  for (auto& command : make_measure_codes_commands(*measure)) commands.push_back(std::move(command));
  commands.push_back(make_measure_orthogonality_command(*measure));
  commands.push_back(make_import_codes_command(program));
  commands.push_back(make_compare_command(program));
  CLI::App* evaluate = program.add_subcommand(
      "evaluate", "What features of videos tell about people: differences of groups, and prediction");
  evaluate->require_subcommand(1);
  commands.push_back(make_evaluate_groups_command(*evaluate));
  for (auto& command : make_evaluate_commands(*evaluate)) commands.push_back(std::move(command));
  CLI::App* features = program.add_subcommand("features", "One row of numbers per video, from its codes");
  features->require_subcommand(1);
  for (auto& command : make_features_commands(*features)) commands.push_back(std::move(command));
  commands.push_back(make_features_events_command(*features));
  commands.push_back(make_simulate_command(program));
  commands.push_back(make_power_command(program));
  commands.push_back(make_status_command(program));
  CLI::App* model = program.add_subcommand("model", "Import, look into and export models");
  model->require_subcommand(1);
  for (auto& command : make_model_commands(*model)) commands.push_back(std::move(command));
#ifdef FACELEX_WITH_VIDEO
  commands.push_back(make_picture_command(*model));
#endif
  commands.push_back(make_build_face_command(*model));
  commands.push_back(make_build_facs_command(*model));
  std::string pages;
  CLI::App* docs = program.add_subcommand("docs", "Write a page of Markdown for every command")->group("");
  docs->add_option("folder", pages)->required();

  if (argc == 1) {
    std::fputs(program.help().c_str(), stderr);
    return 2;
  }
  if (const std::string problem = unknown_command(program, argc, argv); !problem.empty()) {
    std::fprintf(stderr, "%s\n", problem.c_str());
    return 2;
  }
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help, --version
      program.exit(error);
      try {
        finish_output();
      } catch (const facelex::Error& problem) {
        std::fprintf(stderr, "facelex: %s\n", problem.what());
        return exit_status(problem.kind());
      }
      return 0;
    }
    std::fprintf(stderr, "%s\n", usage_problem(program, error).c_str());
    return 2;
  }
  catch_signals();
  set_up_logging("", false, false, "");
  try {
    facelex::chosen_kernel_kind();  // a wrong FACELEX_KERNELS is told before any work
    if (docs->parsed()) {
      set_up_logging("docs", false, false, "");
      write_command_pages(program, pages);
      return 0;
    }
    for (const auto& command : commands)
      if (command->app().parsed()) {
        const int status = command->execute();
        finish_output();
        return status;
      }
    return 2;
  } catch (const facelex::Error& error) {
    spdlog::error("{}", error.what());
    return exit_status(error.kind());
  } catch (const std::bad_alloc&) {
    std::fputs(out_of_memory.data(), stderr);
    return 3;
  } catch (const std::exception& error) {
    spdlog::error("internal error, please report it: {}", error.what());
    return 3;
  }
}
