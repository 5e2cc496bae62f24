#include "measure_codes.hpp"

#include "cli/commands.hpp"
#include "facelex/compare/reconstruction.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/features/code_kinds.hpp"
#include "facelex/pipeline/measuring.hpp"
#include "facelex/pipeline/outputs.hpp"

namespace facelex::cli {
void PresenceOptions::describe(OptionList& options) {
  options.number("threshold", threshold, Bounds::at_least(0),
                 "A unit is present in a frame where its |code| is above this, in the unit of the codes; of "
                 "tokens those of the frame are");
}

MeasureCodesCommand::MeasureCodesCommand(CLI::App& measure, Text text, bool of_sets)
    : Command(measure, std::move(text)), of_sets_(of_sets) {
  add_inputs(of_sets
                 ? "Recordings of the signals that the model takes, or without a model of codes; or folders "
                   "of them"
                 : "Recordings of the signals that the model takes, or folders of them",
             false);
  auto* model = app_->add_option("-m,--model", model_,
                                 std::string("Model file, or built-in") +
                                     (of_sets ? "; without it the recordings hold codes already" : ""))
                    ->type_name("FILE")
                    ->group("Input and output");
  if (!of_sets) model->required();
  add_output("Table to write (.csv)");
  add_force();
}

CodeSets MeasureCodesCommand::sets_of(const CodedFrames& frames) const {
  return frames.tokens > 0 ? CodeSets::of_tokens(frames.codes, frames.tokens)
                           : CodeSets::of_coefficients(frames.codes, presence_.threshold);
}

OptionList MeasureCodesCommand::list() {
  OptionList options = own_options();
  if (of_sets_) options.append(described(presence_));
  OptionList coding = described(coding_);
  coding.remove("residuals");
  coding.remove("reconstruct");
  options.append(coding);
  options.append(described(training_));
  return options;
}

CodedFrames MeasureCodesCommand::coded(const CodingSystem& system, const std::vector<NamedFile>& items,
                                       const Work& work) {
  system.resolved(coding_);
  if (system.code_kind() == SignalKind::tokens && presence_.threshold > 0)
    throw usage_error("--threshold has no meaning for a model of kind " + std::string(system.kind()),
                      "leave it out: a token is there or not");
  CodedFrames frames;
  frames.system = &system;
  frames.data =
      read_measured(items, system.input_columns(), system.input_kind(), training_, work, system.history());
  frames.codes = system.encode(frames.data.values, coding_, work).codes;
  if (system.history() > 0) {
    frames.data.values =
        frames.data.values.leftCols(static_cast<Eigen::Index>(system.input_columns().size())).eval();
    frames.data.history = 0;
  }
  if (system.code_kind() == SignalKind::tokens) frames.tokens = system.vocabulary();
  return frames;
}

CodedFrames MeasureCodesCommand::read_codes(const std::vector<NamedFile>& items, const Work& work) {
  const Json changed = described(coding_).changed();
  if (!changed.empty())
    throw usage_error(
        "--" + changed.items().begin().key() + " says how signals are coded, but there is no --model",
        "leave it out, or give the model");
  CodedFrames frames;
  frames.data = read_training_data(items, code_columns, training_, work);
  frames.codes = frames.data.values;
  if (frames.data.kind == SignalKind::tokens) {
    if (presence_.threshold > 0)
      throw usage_error("--threshold has no meaning for tokens", "leave it out: a token is there or not");
    frames.tokens = codebook_size(items);
  }
  return frames;
}

int MeasureCodesCommand::run() {
  coding_.check();
  if (std::filesystem::path(output_).extension() != ".csv")
    throw usage_error("--output: " + path_in_quotes(output_) + " is not named .csv");
  Work work = Command::work();
  const LoadedSystem loaded = model_.empty() ? LoadedSystem() : load_system(model_);
  const auto items = inputs(recording_files("recordings (.csv, .npy)")).items;
  require_usable(items);
  const Provenance made = provenance(loaded, items);
  prepare_output(output_, made, items, force_);
  if (is_done(output_, made)) return 0;
  const CodedFrames frames = loaded.system ? coded(*loaded.system, items, work) : read_codes(items, work);
  for (const auto& warning : frames.data.warnings()) reporter_->warning(warning);
  const auto figures = measure(frames, work);
  write_figures(output_, figures, made);
  for (const NamedFigure& figure : figures) reporter_->info(figure_text(figure));
  return 0;
}

Provenance MeasureCodesCommand::provenance(const LoadedSystem& model, const std::vector<NamedFile>& items) {
  Provenance made = measurement_of("measure " + app_->get_name(), {}, list());
  if (!model.file.empty()) made.command += " --model " + model.file;
  made.identity.models = model.digest;
  made.input = std::to_string(items.size()) + " recordings";
  made.identity.inputs = digest_of_files(items, work());
  return made;
}

std::vector<std::unique_ptr<Command>> make_measure_codes_commands(CLI::App& measure) {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(make_measure_diversity_command(measure));
  commands.push_back(make_measure_retrieval_command(measure));
  commands.push_back(make_measure_reconstruction_command(measure));
  return commands;
}

}  // namespace facelex::cli
