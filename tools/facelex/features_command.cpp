#include "features_command.hpp"

#include "commands.hpp"
#include "facelex/analysis/video_signals.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/version.hpp"
#include "features_inputs.hpp"
#include "features_kinds.hpp"

namespace facelex::cli {

FeaturesCommand::FeaturesCommand(CLI::App& parent, Text text, const std::string& output)
    : Command(parent, std::move(text)) {
  add_inputs("Files of codes, or folders of such files", input_options_struct_, false);
  add_output(output);
  add_threads();
}

void FeaturesCommand::add_head_option(const std::string& help, const std::string& values) {
  app_->add_option("--head", head_, help)->type_name(values)->group("Input and output");
}

double FeaturesCommand::rate_of(const std::vector<FeatureInput>& inputs, double wanted) {
  if (wanted > 0) return wanted;
  std::vector<std::filesystem::path> files;
  for (const FeatureInput& input : inputs)
    if (input.problem.empty()) files.push_back(input.file);
  return common_frame_rate(files);
}

std::vector<FeatureInput> FeaturesCommand::videos(const std::string& head) const {
  return feature_inputs(inputs(recording_files("recordings (.csv, .npy)")), head, output_);
}

std::string FeaturesCommand::head_text() const {
  return head_ == "auto" ? "" : " --head " + std::filesystem::path(head_).filename().string();
}

int FeaturesCommand::write_features(const std::string& kind, const std::filesystem::path& file,
                                    const std::vector<FeatureInput>& inputs, const FeatureMaker& maker,
                                    const OptionList& options, const std::string& flags) {
  check_table_path(file);
  Work work;
  work.threads = threads_;
  work.stop = &stop_requested;
  work.progress = [this](std::int64_t done, std::int64_t) { reporter_->progress(done, {}); };
  reporter_->begin("features " + kind, "videos", static_cast<std::int64_t>(inputs.size()));
  const VideoFeatureTable table = make_feature_table(inputs, maker, work);
  reporter_->end();
  for (const LeftOut& one : table.left_out) reporter_->error(one.name + " is left out: " + one.reason);
  for (const VideoFeatureTable::Row& row : table.rows)
    if (!row.note.empty()) reporter_->warning(row.name + ": " + row.note);
  if (table.rows.empty())
    throw data_error({}, "no video gives features, so " + in_quotes(file.string()) + " is not written",
                     "the lines above say why");
  Sidecar sidecar;
  sidecar.stage = "features " + kind;
  sidecar.version = version;
  sidecar.options = portable_options(options);
  sidecar.command = command_text("features " + kind, options) + flags;
  sidecar.input = std::to_string(inputs.size()) + " videos";
  sidecar.input_digest = digest_of_inputs(inputs);
  sidecar.result = write_feature_table(file, table);
  write_sidecar(file, sidecar);
  reporter_->info(std::to_string(table.rows.size()) + " rows of " + std::to_string(table.columns.size()) +
                  " features of " + std::to_string(inputs.size() - table.left_out.size()) + " videos, " +
                  std::to_string(table.left_out.size()) + " left out; see " + file.string());
  return table.left_out.empty() ? 0 : 1;
}

std::vector<std::unique_ptr<Command>> make_features_commands(CLI::App& features) {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(make_features_wcc_command(features));
  commands.push_back(make_features_bow_command(features));
  commands.push_back(make_features_summary_command(features));
  commands.push_back(make_features_all_command(features));
  return commands;
}

}  // namespace facelex::cli
