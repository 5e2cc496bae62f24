#include "cli/commands.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/evaluate/folder.hpp"
#include "facelex/evaluate/groups/report.hpp"
#include "facelex/evaluate/report.hpp"
#include "facelex/pipeline/outputs.hpp"

namespace facelex::cli {
namespace {

class EvaluateGroupsCommand : public Command {
 public:
  explicit EvaluateGroupsCommand(CLI::App& evaluate_app)
      : Command(
            evaluate_app,
            {"groups", "Which features differ between groups of people, or go with a score",
             "For every feature the difference of groups with Hedges' g (with --score the correlation r), a "
             "95 "
             "% interval, a permutation p-value, and what remains of it among so many features: false "
             "discovery rates over all features and within families (a unit, a pair), and the family-wise p. "
             "A subject counts once: its videos are averaged. A subject without a value of a feature is left "
             "out there; n says so. Writes report.md, groups.csv and families.csv.",
             "facelex evaluate groups --features features.csv --labels labels.csv --adjust age,sex -o "
             "result"}) {
    app_->add_option("--features", features_,
                     "CSV of features: name, then a column of numbers for each; again for more columns")
        ->type_name("FILE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->required()
        ->group("Input and output");
    app_->add_option("--labels", labels_,
                     "CSV with columns name, subject, the group or score, and what is adjusted for")
        ->type_name("FILE")
        ->required()
        ->group("Input and output");
    add_output("Folder to write to");
    add_options("Comparison", described(options_));
    add_threads();
    add_force();
  }

 private:
  int run() override {
    options_.check();
    check_folder_path(output_);
    const std::filesystem::path folder(output_);
    EvaluationData data = read_evaluation_data({features_.begin(), features_.end()}, labels_, options_.task(),
                                               options_.data_options());
    const Covariates covariates = read_covariates(labels_, options_.covariates, data);
    const SubjectTable table = subject_table(data, covariates);
    const Provenance made = provenance(data);
    const std::string report = (folder / "report.md").string();
    if (!force_ && groups_are_complete(folder, made)) {
      reporter_->info("complete already (the same inputs, options and version; --force does it again); see " +
                      report);
      return 0;
    }
    std::vector<NamedFile> sources = {{labels_, "labels"}};
    for (const auto& file : features_) sources.push_back({file, "features"});
    require_groups_folder(folder, sources, force_);
    check_writable(folder / "groups.csv");
    reporter_->info(evaluation_data_text(data) + evaluation_left_out_text(data, "groups.json"));
    for (const auto& warning : data.warnings) reporter_->warning(warning);
    Work watched = work();
    bool begun = false;
    watched.progress = [&](std::int64_t done, std::int64_t total) {
      if (!begun) reporter_->begin("evaluate", "permutations", total);
      begun = true;
      reporter_->progress(done, {});
    };
    const GroupComparison comparison = compare_groups(table, options_, watched);
    reporter_->end();
    write_groups(folder, data, table, options_, comparison, made);
    reporter_->info(groups_headline(table, comparison) + "; see " + report);
    return 0;
  }

  Provenance provenance(const EvaluationData& data) {
    Provenance made = provenance_of("evaluate groups", described(options_));
    made.input = std::to_string(data.rows()) + " videos";
    Sha256 digest;
    for (const auto& file : features_) digest.update(sha256_of_file(file, work()));
    digest.update(sha256_of_file(labels_, work()));
    made.identity.inputs = digest.hex();
    return made;
  }

  std::vector<std::string> features_;
  std::string labels_;
  GroupOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_evaluate_groups_command(CLI::App& evaluate_app) {
  return std::make_unique<EvaluateGroupsCommand>(evaluate_app);
}

}  // namespace facelex::cli
