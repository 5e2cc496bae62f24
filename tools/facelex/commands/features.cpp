#include "features.hpp"

#include "cli/commands.hpp"
#include "facelex/core/error.hpp"
#include "facelex/features/input_notes.hpp"
#include "facelex/pipeline/feature_inputs.hpp"
#include "facelex/pipeline/outputs.hpp"
#include "features_kinds.hpp"

namespace facelex::cli {
namespace {

/// "1 video", "2 videos".
std::string counted(std::size_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

}  // namespace

FeaturesCommand::FeaturesCommand(CLI::App& parent, Text text, const std::string& output)
    : Command(parent, std::move(text)) {
  add_inputs("Files of codes, or folders of such files", false);
  add_output(output);
  add_threads();
  add_force();
}

void FeaturesCommand::add_head_option(const std::string& help, const std::string& values) {
  app_->add_option("--head", head_, help)->type_name(values)->group("Input and output");
}

std::vector<FeatureInput> FeaturesCommand::videos(const std::string& head) const {
  return feature_inputs(inputs(recording_files("recordings (.csv, .npy)")), head, output_);
}

std::string FeaturesCommand::head_text() const {
  return head_ == "auto" ? "" : " --head " + std::filesystem::path(head_).filename().string();
}

int FeaturesCommand::write_features(const std::string& kind, const std::filesystem::path& file,
                                    std::vector<FeatureInput> inputs, const FeatureMaker& maker,
                                    const OptionList& options, const std::string& flags) {
  check_table_path(file);
  Provenance made = provenance_of("features " + kind, options);
  made.command += flags;
  made.input = std::to_string(inputs.size()) + " videos";
  made.identity.inputs = digest_of_inputs(inputs, work());
  const auto files = files_of_inputs(inputs);
  say_damaged_sidecars(files);  // of pairs and of heads; those of videos were said
  prepare_output(file, made, files, force_);
  if (is_done(file, made)) return 0;
  note_incomplete_tables(inputs);
  Work watched = work();
  watched.progress = [this](std::int64_t done, std::int64_t) { reporter_->progress(done, {}); };
  reporter_->begin("features " + kind, "videos", static_cast<std::int64_t>(inputs.size()));
  VideoFeatureTable table(file, inputs, maker, watched);
  reporter_->end();
  for (const LeftOut& one : table.left_out()) reporter_->error(one.name + " is left out: " + one.reason);
  for (const VideoFeatureTable::Note& note : table.notes()) reporter_->warning(note.name + ": " + note.text);
  if (table.rows() == 0)
    throw data_error({}, "no video gives features, so " + path_in_quotes(file.string()) + " is not written",
                     "the lines above say why");
  write_sidecar(file, sidecar_of(made, table.commit()));
  const bool pairs = !inputs.empty() && !inputs.front().other.empty();
  const std::size_t left_out = table.left_out().size();
  reporter_->info(counted(table.rows(), "row") + " of " + counted(table.features(), "feature") + " of " +
                  counted(inputs.size() - left_out, pairs ? "pair" : "video") + ", " +
                  std::to_string(left_out) + " left out" +
                  (left_out > 0 ? " (the lines above and left_out in " +
                                      sidecar_path(file).filename().string() + " say why)"
                                : std::string()) +
                  "; see " + file.string());
  return table.left_out().empty() ? 0 : 1;
}

std::vector<std::unique_ptr<Command>> make_features_commands(CLI::App& features) {
  std::vector<std::unique_ptr<Command>> commands;
  for (auto& set : make_feature_sets())
    commands.push_back(make_feature_set_command(features, std::move(set)));
  commands.push_back(make_features_all_command(features));
  return commands;
}

}  // namespace facelex::cli
