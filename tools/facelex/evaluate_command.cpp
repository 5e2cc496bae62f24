#include "commands.hpp"
#include "facelex/analysis/evaluation_metrics.hpp"
#include "facelex/analysis/evaluation_report.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/core/version.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex::cli {
namespace {

/// The options of one of the two tasks.
template <EvaluationTask task>
struct TaskOptions {
  EvaluationDataOptions data;
  EvaluationOptions evaluation;

  TaskOptions() {
    if (task == EvaluationTask::regress) evaluation.learner.learner = Learner::ridge;
  }
  void describe(OptionList& options) {
    data.describe(options, task);
    evaluation.describe(options, task);
  }
};

template <EvaluationTask task>
class EvaluateCommand : public Command {
 public:
  explicit EvaluateCommand(CLI::App& evaluate_app) : Command(evaluate_app, text()) {
    app_->add_option("--features", features_,
                     "CSV of features: name, then a column of numbers for each; again for more columns")
        ->type_name("FILE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->required()
        ->group("Input and output");
    app_->add_option("--labels", labels_,
                     "CSV with columns name, subject and the label, as facelex simulate writes it")
        ->type_name("FILE")
        ->required()
        ->group("Input and output");
    add_output("Folder to write to");
    add_options("Evaluation", described(options_));
    add_threads();
    app_->add_flag("--force", force_, "Do again what is complete already")->group("General");
  }

 private:
  static constexpr bool classify = task == EvaluationTask::classify;

  static Text text() {
    if (classify)
      return {"classify", "How well features of videos tell classes of people",
              "Nested cross-validation over subjects: nothing is fitted on those that are judged. Every "
              "figure comes with an interval over "
              "subjects and a permutation p-value of the whole protocol. Writes metrics.csv, report.md, "
              "predictions.csv, folds.csv, permutations.csv.",
              "facelex evaluate classify --features features.csv --labels labels.csv -o result"};
    return {
        "regress", "How well features of videos predict a number",
        "Nested cross-validation over subjects: nothing is fitted on those that are judged. Every figure "
        "comes with an interval over "
        "subjects and a permutation p-value of the whole protocol. Writes metrics.csv, report.md, "
        "predictions.csv, folds.csv, permutations.csv.",
        "facelex evaluate regress --features features.csv --labels labels.csv --label depression -o result"};
  }

  int run() override {
    options_.evaluation.check();
    const std::filesystem::path folder(output_);
    const EvaluationData data =
        read_evaluation_data({features_.begin(), features_.end()}, labels_, task, options_.data);
    Sidecar made = sidecar(data);
    if (!force_ && is_complete(folder, made)) {
      reporter_->info("complete already (the same inputs, options and version; --force does it again); see " +
                      (folder / "report.md").string());
      return 0;
    }
    reporter_->info(evaluation_data_text(data) + left_out_text(data));
    for (const auto& warning : data.warnings) reporter_->warning(warning);
    Work work;
    work.threads = threads_;
    work.stop = &stop_requested;
    bool begun = false;
    work.progress = [&](std::int64_t done, std::int64_t total) {
      if (!begun) reporter_->begin("evaluate", "folds", total);
      begun = true;
      reporter_->progress(done, {});
    };
    const EvaluationResult result = evaluate(data, options_.evaluation, work);
    reporter_->end();
    write(folder, data, result, made);
    const MetricResult& first = result.metrics.front();
    reporter_->info(
        metric_kinds(static_cast<int>(data.classes.size())).front().name + " " + rounded(first.value) +
        (std::isnan(first.low) ? "" : " [" + rounded(first.low) + ", " + rounded(first.high) + "]") +
        (std::isnan(first.p) ? "" : ", p = " + number_text(std::round(first.p * 1e4) / 1e4)) + "; see " +
        (folder / "report.md").string());
    if (result.leakage.done && !result.leakage.passed)
      reporter_->warning("the leakage check failed: permuted labels were told; see report.md");
    return 0;
  }

  static std::string rounded(double value) { return number_text(std::round(value * 1e3) / 1e3); }

  static std::string left_out_text(const EvaluationData& data) {
    const auto part = [](const std::vector<LeftOutOfEvaluation>& left_out, const std::string& noun) {
      if (left_out.empty()) return std::string();
      return "; " + std::to_string(left_out.size()) + " " + noun + " left out (" + left_out.front().name +
             ": " + left_out.front().reason + (left_out.size() > 1 ? " …)" : ")");
    };
    return part(data.videos_left_out, "videos") + part(data.features_left_out, "features");
  }

  Sidecar sidecar(const EvaluationData& data) {
    Sidecar made;
    made.stage = classify ? "evaluate classify" : "evaluate regress";
    made.version = version;
    const OptionList list = described(options_);
    made.options = portable_options(list);
    made.command = command_text(made.stage, list);
    made.input = std::to_string(data.rows()) + " videos";
    Sha256 digest;
    for (const auto& file : features_) digest.update(sha256_of_file(file));
    digest.update(sha256_of_file(labels_));
    made.input_digest = digest.hex();
    return made;
  }

  static bool is_complete(const std::filesystem::path& folder, const Sidecar& made) {
    const auto known = read_sidecar(folder / "metrics.csv");
    std::error_code error;
    return known && known->stage == made.stage && known->version == made.version &&
           known->options == made.options && known->input_digest == made.input_digest &&
           std::filesystem::is_regular_file(folder / "report.md", error) &&
           std::filesystem::is_regular_file(folder / "metrics.csv", error) &&
           sha256_of_file(folder / "metrics.csv") == known->result.output_digest;
  }

  void write(const std::filesystem::path& folder, const EvaluationData& data, const EvaluationResult& result,
             Sidecar& made) const {
    write_file_atomically(folder / "predictions.csv", evaluation_predictions_csv(data, result));
    write_file_atomically(folder / "folds.csv", evaluation_folds_csv(result));
    write_file_atomically(folder / "permutations.csv", evaluation_permutations_csv(data, result));
    write_file_atomically(folder / "report.md", evaluation_markdown(data, options_.evaluation, result));
    AtomicFile table(folder / "metrics.csv");
    table.write(evaluation_metrics_csv(data, result));
    made.result.output_digest = table.commit();
    made.result.columns = {{"metric", "", ""},
                           {"value", "over all videos that were judged", ""},
                           {"low", "2.5 % of draws of subjects", ""},
                           {"high", "97.5 %", ""},
                           {"p", "share of permutations at least as good", ""},
                           {"chance", "mean of the permutations", ""},
                           {"chance_low", "2.5 % of the permutations", ""},
                           {"chance_high", "97.5 %", ""}};
    made.result.details = evaluation_details(data, result);
    write_sidecar(folder / "metrics.csv", made);
  }

  std::vector<std::string> features_;
  std::string labels_;
  TaskOptions<task> options_;
};

}  // namespace

std::vector<std::unique_ptr<Command>> make_evaluate_commands(CLI::App& evaluate_app) {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(std::make_unique<EvaluateCommand<EvaluationTask::classify>>(evaluate_app));
  commands.push_back(std::make_unique<EvaluateCommand<EvaluationTask::regress>>(evaluate_app));
  return commands;
}

}  // namespace facelex::cli
