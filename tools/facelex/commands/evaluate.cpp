#include "cli/commands.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/evaluate/folder.hpp"
#include "facelex/evaluate/report.hpp"
#include "facelex/pipeline/outputs.hpp"

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
    add_force();
  }

 private:
  static constexpr bool classify = task == EvaluationTask::classify;

  static Text text() {
    const std::string method =
        "Nested cross-validation over subjects: nothing is fitted on the subjects that are judged. Every "
        "figure "
        "comes with an interval over subjects and a permutation p-value of the whole protocol. Writes "
        "report.md, metrics.csv, predictions.csv, folds.csv, permutations.csv and, for linear learners, "
        "weights.csv (for features of pairs also component_weights.csv).";
    if (classify)
      return {"classify", "How well features of videos tell classes of people apart", method,
              "facelex evaluate classify --features features.csv --labels labels.csv -o result"};
    return {
        "regress", "How well features of videos predict a number", method,
        "facelex evaluate regress --features features.csv --labels labels.csv --label depression -o result"};
  }

  int run() override {
    options_.evaluation.check();
    check_folder_path(output_);
    const std::filesystem::path folder(output_);
    const EvaluationData data =
        read_evaluation_data({features_.begin(), features_.end()}, labels_, task, options_.data);
    check_evaluation(data, options_.evaluation);
    const Provenance made = provenance(data);
    const std::string report = (folder / "report.md").string();
    if (!force_ && evaluation_is_complete(folder, made)) {
      reporter_->info("complete already (the same inputs, options and version; --force does it again); see " +
                      report);
      return 0;
    }
    std::vector<NamedFile> sources = {{labels_, "labels"}};
    for (const auto& file : features_) sources.push_back({file, "features"});
    require_evaluation_folder(folder, sources, force_);
    check_writable(folder / "metrics.csv");
    reporter_->info(evaluation_data_text(data) + evaluation_left_out_text(data));
    for (const auto& warning : data.warnings) reporter_->warning(warning);
    Work watched = work();
    bool begun = false;
    watched.progress = [&](std::int64_t done, std::int64_t total) {
      if (!begun) reporter_->begin("evaluate", "folds", total);
      begun = true;
      reporter_->progress(done, {});
    };
    const EvaluationResult result = evaluate(data, options_.evaluation, watched);
    const auto weights = evaluation_weights(data, options_.evaluation, watched);
    reporter_->end();
    write_evaluation(folder, data, options_.evaluation, result, weights, made);
    reporter_->info(evaluation_headline(data, result) + "; see " + report);
    if (result.leakage.done && !result.leakage.passed)
      reporter_->warning("the leakage check failed: permuted labels were predicted; see " + report);
    return 0;
  }

  Provenance provenance(const EvaluationData& data) {
    Provenance made = provenance_of(classify ? "evaluate classify" : "evaluate regress", described(options_));
    made.input = std::to_string(data.rows()) + " videos";
    Sha256 digest;
    for (const auto& file : features_) digest.update(sha256_of_file(file, work()));
    digest.update(sha256_of_file(labels_, work()));
    made.identity.inputs = digest.hex();
    return made;
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
