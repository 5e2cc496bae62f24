#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "command_options.hpp"
#include "facelex/batch/inputs.hpp"
#include "facelex/batch/runner.hpp"
#include "facelex/core/options.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/pipeline/fit_stage.hpp"
#include "facelex/pipeline/sidecar_text.hpp"
#include "signals.hpp"

namespace facelex::cli {

/// One command: its CLI11 subcommand, the options that every command has, and the options structs of its
/// algorithms. A value given on the command line wins over --config FILE.json, which wins over the struct's
/// default.
class Command {
 public:
  struct Text {
    std::string name, summary, description, example;
  };
  /// `parent` is the program or a command of several words ("learn").
  Command(CLI::App& parent, Text text);
  virtual ~Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  /// Reads configuration and options, sets up logging, and runs. Returns the exit status.
  int execute();
  const CLI::App& app() const { return *app_; }
  const std::string& example() const { return text_.example; }

 protected:
  virtual int run() = 0;

  /// Adds every option of the list under a heading of --help. The struct that it describes must outlive the
  /// command. `section`: its object in the --config file, and the prefix of its names on the command line
  /// (--extract-quality); empty for the top level.
  void add_options(const std::string& heading, OptionList list, const std::string& section = {});
  /// `shards`: whether the command can do a part of its inputs.
  void add_inputs(const std::string& what, bool shards = true);
  void add_output(const std::string& what);
  void add_batch_options();
  void add_threads();
  void add_force();

  /// Runs a stage over the inputs and reports. Prints where things lie.
  BatchSummary run_stage(const Inputs& inputs, const Stage& stage, const std::filesystem::path& folder);
  /// Fits faces to recordings of landmarks (undivided_inputs with subjects). `subjects`: the labels that say whose each
  /// is, or empty; the persons are then estimated first, in `folder`/persons, and where that stops, so does this.
  BatchSummary fit_recordings(const Inputs& recordings, const LoadedFace& face, const FitOptions& options,
                              TableFormat format, const std::string& subjects,
                              const std::filesystem::path& folder);
  Inputs inputs(const InputKind& kind) const;
  /// Of all shards, for what divides them in another way.
  Inputs undivided_inputs(const InputKind& kind) const;
  /// Warns of the sidecars of these tables that are there but tell nothing, of each once.
  void say_damaged_sidecars(const std::vector<NamedFile>& tables) const;
  /// With the threads of --threads, stopped by Ctrl-C and SIGTERM.
  Work work() const;
  /// Whether `file` holds this work already, which is said; never with --force.
  bool is_done(const std::filesystem::path& file, const Provenance& made);

  CLI::App* app_;
  std::vector<std::string> input_arguments_;
  InputOptions input_options_;
  std::string output_;
  int threads_ = 0;  ///< 0: all that the process may use
  bool force_ = false, dry_run_ = false, quiet_ = false, verbose_ = false;
  std::string config_, log_;
  Json configuration_ = Json::object();
  std::unique_ptr<Reporter> reporter_;

 private:
  void read_configuration();

  mutable std::set<std::filesystem::path> said_;  ///< whose sidecars were spoken of

  Text text_;
  CommandOptions command_options_;
};

/// Opens the log: warnings and errors (and with --verbose more) on stderr, everything with times in
/// `log_file`.
void set_up_logging(const std::string& command, bool quiet, bool verbose, const std::string& log_file);

}  // namespace facelex::cli
