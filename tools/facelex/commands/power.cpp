#include "cli/commands.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/evaluate/power/folder.hpp"
#include "facelex/pipeline/outputs.hpp"
#include "facelex/pipeline/power_pool.hpp"
#include "facelex/pipeline/result_plots.hpp"
#include "facelex/provenance/ownership.hpp"

namespace facelex::cli {
namespace {

class PowerCommand : public Command {
 public:
  explicit PowerCommand(CLI::App& parent)
      : Command(
            parent,
            {"power", "How many subjects a study needs, by simulation",
             "Simulates the subjects of a cohort as landmarks, sends them through fit, encode and features, "
             "and draws studies of several sizes from them, each judged by the whole nested protocol of "
             "evaluate classify: how accurate a study of this size is, and how often it finds the "
             "difference that the cohort plants. Writes power.csv, studies.csv, power.svg, report.md, the "
             "features and, below OUT/pool, all that they were made of (about 7 MB for a minute of one "
             "person). What is complete already is not done again.",
             "facelex power data/sample_cohort.json -o power --subjects 10,20,40"}) {
    app_->add_option("cohort", file_, "Description of the cohort (JSON, docs/simulation.md)")
        ->type_name("COHORT")
        ->required()
        ->group("Input and output");
    add_output("Folder to write to");
    add_options("Studies", described(power_));
    add_options("Pool", described(pool_.settings.options));
    add_options("Learning the Facial Basis", pool_.settings.learn.describe_system("facial-basis"),
                "facial-basis");
    for (const auto& set : pool_.settings.sets)
      for (FeatureOptionGroup& group : set->groups())
        if (group.in_power) add_options(group.title_beside, std::move(group.list), set->text().name);
    add_options("Evaluation", evaluation_list());
    add_threads();
    add_force();
  }

 private:
  OptionList evaluation_list() {
    OptionList list, standard_list;
    const auto describe = [](EvaluationOptions& options, OptionList& to) {
      options.learner.describe(to, EvaluationTask::classify);
      options.scaling.describe(to);
      options.folds.describe(to);
    };
    describe(evaluation_, list);
    EvaluationOptions standard;
    describe(standard, standard_list);
    list.take_defaults(standard_list);
    return list;
  }

  std::filesystem::path folder(const std::string& name) const {
    return std::filesystem::path(output_) / name;
  }

  int run() override {
    check_folder_path(output_);
    power_.check();
    evaluation_.check();
    pool_.settings.resolve(file_, power_, evaluation_.folds);
    require_power_folder(output_, force_);
    const bool begun = std::filesystem::is_directory(folder("pool"));
    for (const FeatureSet* set : pool_.settings.features) {
      const std::string name = set->text().name;
      require_ours(folder(name + ".csv"), begun || is_ours(folder(name + ".csv")), force_);
      require_ours(folder(name + ".json"), is_ours(folder(name + ".json")), force_);
    }
    const auto tables = pool_.make(
        output_,
        [this](const Inputs& items, const Stage& stage, const std::filesystem::path& to) {
          return run_stage(items, stage, to);
        },
        force_, work(), *reporter_);
    if (!tables.empty()) judge(tables);
    return pool_.exit_status();
  }

  /// Draws the studies and writes what they come to, unless it stands there already.
  void judge(const std::vector<std::filesystem::path>& tables) {
    EvaluationDataOptions columns;
    columns.label = "group";
    columns.missing = MissingFeatures::impute;
    const EvaluationData pool =
        read_evaluation_data(tables, folder("labels.csv"), EvaluationTask::classify, columns);
    const Provenance made = provenance(tables);
    if (!force_ && power_is_complete(output_, made)) {
      reporter_->info("complete already (the same cohort, options and version; --force does it again); see " +
                      folder("report.md").string());
      return;
    }
    Work judged = work();
    judged.progress = [this](std::int64_t done, std::int64_t) { reporter_->progress(done, {}); };
    reporter_->begin("power", "studies",
                     static_cast<std::int64_t>(power_.sizes().size()) * 2 * power_.studies);
    const PowerCurve curve = power_curve(pool, power_, evaluation_, judged);
    reporter_->end();
    const std::string cohort = std::filesystem::path(file_).filename().string();
    write_line_plot(folder("power.svg"), power_plot(curve, power_.metric, cohort));
    write_power(output_, curve, power_, pool, cohort, made);
    const int enough = curve.enough(power_.target);
    reporter_->info((enough > 0 ? std::to_string(enough) + " subjects of each group are enough"
                                : std::string("no size that was tried is enough")) +
                    " for a power of " + options_json(power_)["power"].dump() + "; see " +
                    folder("report.md").string());
  }

  Provenance provenance(const std::vector<std::filesystem::path>& tables) {
    OptionList list = described(power_);
    list.append(described(pool_.settings.options));
    list.append(evaluation_list());
    const std::string cohort = std::filesystem::path(file_).filename().string();
    Provenance made = provenance_of("power", list, cohort);
    Json& options = made.identity.options;
    if (pool_.settings.options.model.empty())
      options["facial-basis"] = options_json(pool_.settings.learn.facial_basis);
    for (const auto& set : pool_.settings.sets)
      for (const FeatureOptionGroup& group : set->groups())
        if (group.in_power) options[set->text().name] = group.list.to_json();
    made.input = cohort;
    made.identity.models = pool_.model_digest();
    Sha256 digest;
    for (const auto& table : tables) digest.update(sha256_of_file(table, work()));
    digest.update(sha256_of_file(folder("labels.csv"), work()));
    made.identity.inputs = digest.hex();
    return made;
  }

  std::string file_;
  PowerOptions power_;
  PowerPool pool_;
  EvaluationOptions evaluation_;
};

}  // namespace

std::unique_ptr<Command> make_power_command(CLI::App& parent) {
  return std::make_unique<PowerCommand>(parent);
}

}  // namespace facelex::cli
