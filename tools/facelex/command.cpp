#include "command.hpp"

#include <unistd.h>
#include <csignal>

#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/text.hpp"

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
  app_->add_option("--log", log_, "Also write every message, with its time, to FILE")
      ->type_name("FILE")
      ->group("General");
}

namespace {

/// A list as it is written on the command line.
std::string joined(const Json& list) {
  std::string text;
  for (const Json& item : list) text += (text.empty() ? "" : ",") + item.get<std::string>();
  return text;
}

}  // namespace

std::string Command::Group::argument(const Option& option) const {
  const bool on = option.type == Option::Type::flag && option.default_value == Json(true);
  return std::string("--") + (on ? "no-" : "") + (section.empty() ? "" : section + "-") + option.name;
}

void Command::add_options(const std::string& heading, OptionList list, const std::string& section) {
  auto group = std::make_unique<Group>(Group{std::move(list), section, {}});
  for (const Option& option : group->list.options()) {
    std::string& given = group->given[option.name];
    std::string help = option.help;
    const std::string allowed = option.allowed_text();
    const Json& standard = option.default_value;
    const std::string default_text = standard.is_string()  ? standard.get<std::string>()
                                     : standard.is_array() ? joined(standard)
                                                           : standard.dump();
    if (!allowed.empty()) help += " [" + allowed + "]";
    if (option.type == Option::Type::flag) {
      const bool on = standard.get<bool>();
      app_->add_flag(group->argument(option) + (on ? "{false}" : "{true}"), given, on ? "Not: " + help : help)
          ->group(heading);
      continue;
    }
    if (!default_text.empty()) help += " (default " + default_text + ")";
    static const std::map<Option::Type, std::string> types = {{Option::Type::integer, "N"},
                                                              {Option::Type::number, "X"},
                                                              {Option::Type::text, "TEXT"},
                                                              {Option::Type::choice, "NAME"},
                                                              {Option::Type::texts, "A,B,…"}};
    app_->add_option(group->argument(option), given, help)->type_name(types.at(option.type))->group(heading);
  }
  groups_.push_back(std::move(group));
}

void Command::add_inputs(const std::string& what, InputOptions& options, bool shards) {
  app_->add_option("inputs", input_arguments_, what)->type_name("INPUT...")->group("Input and output");
  input_options_ = &options;
  OptionList list = described(options);
  if (!shards) {
    list.remove("shard");
    options.shard = "none";
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
      ->check(CLI::Range(0, 4096))
      ->type_name("N")
      ->group("General");
}

void Command::add_batch_options() {
  add_threads();
  app_->add_flag("--force", force_, "Do again what is complete already")->group("General");
  app_->add_flag("-n,--dry-run", dry_run_, "Only print what would be done")->group("General");
}

void Command::apply_configuration() {
  if (!config_.empty()) {
    try {
      configuration_ = read_json(config_);
    } catch (const Error& error) {
      throw usage_error(error.what());
    }
    if (!configuration_.is_object()) throw usage_error(config_ + ": expected a JSON object of options");
  }
  // Top-level options may be spread over several structs: each takes its own, and what none knows is an
  // error.
  OptionList top;
  std::vector<std::string> known;
  Json rest = configuration_;
  for (auto& group : groups_) {
    if (group->section.empty()) {
      Json own = Json::object();
      for (const Option& option : group->list.options()) {
        known.push_back(option.name);
        if (rest.contains(option.name)) own[option.name] = rest[option.name];
        rest.erase(option.name);
      }
      group->list.from_json(own, config_);
    } else {
      known.push_back(group->section);
      if (rest.contains(group->section))
        group->list.from_json(rest[group->section], config_ + ": " + group->section);
      rest.erase(group->section);
    }
  }
  for (const char* name : {"inputs", "command", "version"}) rest.erase(name);
  if (!rest.empty()) {
    const auto nearest = nearest_word(rest.begin().key(), known);
    throw usage_error(config_ + ": unknown option " + in_quotes(rest.begin().key()),
                      nearest ? "did you mean '" + *nearest + "'?" : "see " + text_.name + " --help");
  }
  for (auto& group : groups_)
    for (const Option& option : group->list.options())
      if (app_->count(group->argument(option)) > 0) option.set_text(group->given[option.name]);
}

int Command::execute() {
  set_up_logging(
      app_->get_parent()->get_parent() ? app_->get_parent()->get_name() + " " + text_.name : text_.name,
      quiet_, verbose_, log_);
  apply_configuration();
  if (threads_ == 0) threads_ = available_processors();
  reporter_ = std::make_unique<Reporter>(!quiet_ && stderr_is_terminal());
  return run();
}

Inputs Command::inputs(const InputKind& kind) const {
  if (output_.empty()) throw usage_error("--output is empty", "name a folder; is a shell variable unset?");
  return find_inputs(input_arguments_, *input_options_, kind, output_);
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
    reporter_->info((stage.name == text_.name ? "" : stage.name + ": ") + stage.noun + ": " +
                    summary_text(summary) + "; see " + manifest_path(folder, inputs.shard).string());
  return summary;
}

std::string command_text(const std::string& words, const OptionList& list) {
  std::string text = "facelex " + words + " {}";
  const Json changed = list.changed();
  for (const auto& [name, value] : changed.items()) {
    if (value.is_boolean()) {
      text += value.get<bool>() ? " --" + name : " --no-" + name;
      continue;
    }
    std::string argument;
    if (value.is_array()) {
      for (const auto& item : value) argument += (argument.empty() ? "" : ",") + item.get<std::string>();
    } else {
      argument = value.is_string() ? value.get<std::string>() : value.dump();
    }
    // A path stands with its last part alone: where it lay is nobody's business.
    if (argument.starts_with('/')) argument = std::filesystem::path(argument).filename().string();
    text += " --" + name + " " +
            (argument.find_first_of(" '\"$&|;()<>") == std::string::npos ? argument : "'" + argument + "'");
  }
  return text;
}

Json portable_options(const OptionList& list) {
  Json options = list.to_json();
  for (auto& value : options)
    if (value.is_string() && value.get<std::string>().starts_with('/'))
      value = std::filesystem::path(value.get<std::string>()).filename().string();
  return options;
}

InputKind recording_files(const std::string& noun) {
  return {noun,
          [](const std::filesystem::path& file) {
            const auto extension = file.extension();
            return extension == ".csv" || extension == ".npy";
          },
          {}};
}

}  // namespace facelex::cli
