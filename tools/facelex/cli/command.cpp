#include "command.hpp"

#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/io/sidecar_problem.hpp"

namespace facelex::cli {

Command::Command(CLI::App& parent, Text text)
    : app_(parent.add_subcommand(text.name, text.summary)), text_(std::move(text)) {
  app_->description(text_.summary + ". " + text_.description);
  app_->group("Commands");
  app_->set_help_flag("-h,--help", "Print this help")->group("General");
  app_->footer("Example:\n  " + text_.example);
  app_->add_option("--config", config_,
                   "JSON file with options of this command by name; the command line wins over it")
      ->type_name("FILE")
      ->group("General");
  app_->add_flag("-q,--quiet", quiet_, "Only warnings and errors on stderr")->group("General");
  app_->add_flag("-v,--verbose", verbose_, "A line for every file on stderr")->group("General");
  app_->add_option("--log", log_, "Also add every message, with its time, to the log FILE")
      ->type_name("FILE")
      ->group("General");
}

void Command::add_options(const std::string& heading, OptionList list, const std::string& section) {
  command_options_.add(*app_, heading, std::move(list), section);
}

void Command::add_inputs(const std::string& what, bool shards) {
  app_->add_option("inputs", input_arguments_, what)->type_name("INPUT...")->group("Input and output");
  OptionList list = described(input_options_);
  if (!shards) {
    list.remove("shard");
    input_options_.shard = "none";
  }
  add_options("Input and output", std::move(list));
}

void Command::add_output(const std::string& what) {
  app_->add_option("-o,--output", output_, what)->type_name("PATH")->required()->group("Input and output");
}

void Command::add_threads() {
  app_->add_option("-j,--threads", threads_,
                   "Threads in all; 0: as many as this process may use (affinity, cgroup, "
                   "SLURM_CPUS_PER_TASK) (default 0)")
      ->check(CLI::Range(0, 4096).description(""))
      ->type_name("N")
      ->group("General");
}

void Command::add_force() {
  app_->add_flag("--force", force_,
                 "Do again what is complete already, and replace files that facelex did not write")
      ->group("General");
}

void Command::add_batch_options() {
  add_threads();
  add_force();
  app_->add_flag("-n,--dry-run", dry_run_, "Only print what would be done")->group("General");
}

void Command::read_configuration() {
  if (!config_.empty()) {
    try {
      configuration_ = read_json(config_);
    } catch (const Error& error) {
      throw error.of_kind(ErrorKind::usage);
    }
    if (!configuration_.is_object()) throw usage_error(config_ + ": expected a JSON object of options");
  }
}

int Command::execute() {
  set_up_logging(
      app_->get_parent()->get_parent() ? app_->get_parent()->get_name() + " " + text_.name : text_.name,
      quiet_, verbose_, log_);
  const FieldNames names = command_options_.names();
  reporter_ = std::make_unique<Reporter>(!quiet_ && stderr_is_terminal(), names);
  try {
    read_configuration();
    command_options_.apply(*app_, configuration_, config_, text_.name);
    if (threads_ == 0) threads_ = available_processors();
    return run();
  } catch (const Error& error) {
    throw error.named(names);
  }
}

Inputs Command::inputs(const InputKind& kind) const {
  return divided(undivided_inputs(kind));
}

Inputs Command::undivided_inputs(const InputKind& kind) const {
  if (output_.empty()) throw usage_error("--output is empty", "name a folder; is a shell variable unset?");
  Inputs found = find_undivided_inputs(input_arguments_, input_options_, kind, output_);
  say_damaged_sidecars(found.items);
  return found;
}

void Command::say_damaged_sidecars(const std::vector<NamedFile>& tables) const {
  for (const NamedFile& table : tables) {
    const auto extension = table.file.extension();
    if (!table.problem.empty() || (extension != ".csv" && extension != ".npy")) continue;
    if (!said_.insert(table.file).second) continue;
    if (const std::string problem = sidecar_problem(table.file); !problem.empty())
      reporter_->warning(problem);
  }
}

Work Command::work() const {
  Work work;
  work.threads = threads_;
  work.stop = &stop_requested;
  return work;
}

bool Command::is_done(const std::filesystem::path& file, const Provenance& made) {
  if (force_ || !is_complete(file, made, work())) return false;
  reporter_->info(file.string() + " is complete already (the same inputs, options and version)");
  return true;
}

BatchSummary Command::run_stage(const Inputs& inputs, const Stage& stage,
                                const std::filesystem::path& folder) {
  if (inputs.shard.count > 1)
    reporter_->info("shard " + std::to_string(inputs.shard.index) + " of " +
                    std::to_string(inputs.shard.count) +
                    (inputs.shard.from_slurm ? " (Slurm's array task)" : "") + ": " +
                    std::to_string(inputs.items.size()) + " of " + std::to_string(inputs.items_in_all) + " " +
                    stage.noun);
  BatchOptions options;
  options.output = folder;
  options.threads = threads_;
  options.force = force_;
  options.dry_run = dry_run_;
  options.stop = &stop_requested;
  BatchSummary summary = run_batch(inputs, stage, options, *reporter_);
  if (!dry_run_)
    reporter_->info((stage.identity.stage == text_.name ? "" : stage.identity.stage + ": ") + stage.noun +
                    ": " + summary_text(summary) + "; see " + manifest_path(folder, inputs.shard).string());
  return summary;
}

}  // namespace facelex::cli
