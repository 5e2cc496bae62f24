#include <algorithm>
#include <optional>

#include "commands.hpp"
#include "facelex/analysis/evaluation_folder.hpp"
#include "facelex/analysis/power.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/version.hpp"
#include "facelex/draw/line_plot.hpp"
#include "facelex/face/simulation.hpp"
#include "facelex/io/atomic_file.hpp"
#include "feature_settings.hpp"
#include "features_inputs.hpp"
#include "learning.hpp"
#include "simulate_stage.hpp"
#include "stages.hpp"

namespace facelex::cli {
namespace {

/// How the pool is made and what is taken of it.
struct PowerPoolOptions {
  int pool = 0;
  long long seed = -1;
  std::string model;
  std::vector<std::string> features;

  void describe(OptionList& options) {
    options
        .integer(
            "pool", pool, Bounds::between(0, 100000),
            "Subjects of each group to simulate, from whom the studies are drawn; 0: four times the largest "
            "of --subjects")
        .integer("cohort-seed", seed, Bounds::at_least(-1), "Seed of the simulation; -1: that of the cohort")
        .text(
            "model", model,
            "Coding system that codes the pool (a file, or built-in: the codebook); none: a Facial Basis is "
            "learnt from 40 of its recordings, without labels")
        .texts("features", features,
               "What is taken of the codes: wcc, summary, bow; several are put side by side. None: bow of "
               "tokens, else wcc with the head");
  }
};

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
             "features and, below OUT/pool, all that they were made of (about 5 MB for a minute of one "
             "person). What is complete already is not done again.",
             "facelex power data/sample_cohort.json -o power --subjects 10,20,40"}) {
    app_->add_option("cohort", file_, "Description of the cohort (JSON, docs/simulation.md)")
        ->type_name("COHORT")
        ->required()
        ->group("Input and output");
    add_output("Folder to write to");
    add_options("Studies", described(power_));
    add_options("Pool", described(pool_));
    add_options("Cross-correlation", described(wcc_.wcc), "wcc");
    add_options("Summary", described(summary_.summary), "summary");
    add_options("Evaluation", evaluation_list());
    add_threads();
    app_->add_flag("--force", force_, "Do again what is complete already")->group("General");
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
    if (output_.empty()) throw usage_error("--output is empty", "name a folder; is a shell variable unset?");
    power_.check();
    wcc_.check();
    summary_.check();
    evaluation_.check();
    const int largest = power_.sizes().back();
    if (pool_.pool == 0) pool_.pool = 4 * largest;
    if (pool_.pool < largest)
      throw usage_error("--pool " + std::to_string(pool_.pool) + " is less than the largest study, " +
                            std::to_string(largest) + " of each group",
                        "simulate more, or ask for smaller studies");
    SimulateOptions simulation;
    simulation.subjects = pool_.pool;
    simulation.seed = pool_.seed;
    simulation.landmarks_only = true;
    const Cohort cohort = read_cohort(file_, simulation);
    if (cohort.groups.size() < 2)
      throw usage_error(file_ + " has one group", "studies compare groups: describe two");
    check_power(power_, evaluation_.folds, cohort.groups.size());
    if (!pool_.model.empty()) system_ = load_system(pool_.model);
    check_features();

    const Inputs people = cohort_inputs(cohort, file_);
    const Stage simulate = simulate_stage(
        cohort, file_, simulation, "landmarks", ".csv",
        [](const auto& model, const auto& of, const auto& item, const auto& file, const Work& work) {
          return write_simulated_landmarks(model, of, item, true, file, work);
        });
    const auto landmarks = advance(people, simulate, "pool/landmarks");
    if (!landmarks) return status_;
    const auto fits =
        advance(*landmarks, fit_stage(load_face({}), FitOptions(), TableFormat::csv), "pool/fits");
    if (!fits) return status_;
    learn_if_needed(*fits);
    const auto codes =
        advance(*fits, encode_stage(*system_, EncodeOptions(), TableFormat::csv), "pool/codes");
    if (!codes) return status_;
    write_file_atomically(folder("labels.csv"), labels_csv(cohort));
    std::vector<std::filesystem::path> tables;
    for (const std::string& kind : features_) tables.push_back(write_features(kind, *codes, cohort.fps));
    judge(tables);
    return 0;
  }

  /// `features` as given, or what suits the system; known and possible.
  void check_features() {
    const bool tokens = system_ && system_->system->code_kind() == SignalKind::tokens;
    features_ = pool_.features;
    if (features_.empty()) features_ = {tokens ? "bow" : "wcc"};
    for (const std::string& kind : features_) {
      if (kind != "wcc" && kind != "summary" && kind != "bow")
        throw usage_error("--features: there is no " + in_quotes(kind), "one of wcc, summary, bow");
      if ((kind == "bow") != tokens)
        throw usage_error("--features " + kind + " does not fit " +
                              (tokens ? "the tokens of " + pool_.model : "a system of coefficients"),
                          tokens ? "take bow" : "take wcc or summary, or a --model of tokens");
    }
  }

  /// One step of the pool; nothing when it could not be made whole, which status_ says.
  std::optional<Inputs> advance(const Inputs& items, const Stage& stage, const char* name) {
    const BatchSummary summary = run_stage(items, stage, folder(name));
    status_ = summary.exit_status();
    if (status_ == 0) return outputs_of(items, summary.rows, folder(name));
    if (status_ == 1) reporter_->error("the pool is not whole, so no study is drawn from it");
    return {};
  }

  void learn_if_needed(const Inputs& fits) {
    if (system_) return;
    // Spread over the groups, which stand one after the other.
    constexpr std::size_t enough = 40;
    const std::size_t count = std::min(enough, fits.items.size());
    std::vector<TrainingInput> recordings;
    for (std::size_t i = 0; i < count; ++i) {
      const BatchItem& item = fits.items[i * fits.items.size() / count];
      recordings.push_back({item.source, item.name});
    }
    const auto model = folder("pool/model.safetensors");
    LearnOptions options;
    learn_model(options.learning("facial-basis", model, force_), recordings, model, force_, work(),
                *reporter_);
    system_ = load_system(model);
  }

  Work work() const {
    Work work;
    work.threads = threads_;
    work.stop = &stop_requested;
    return work;
  }

  std::filesystem::path write_features(const std::string& kind, const Inputs& codes, double fps) {
    const auto file = folder(kind + ".csv");
    const auto inputs = feature_inputs(codes, kind == "wcc" ? folder("pool/fits").string() : "none", file);
    const FeatureMaker maker = kind == "bow"   ? bow_.maker(inputs)
                               : kind == "wcc" ? wcc_.maker(fps)
                                               : summary_.maker(fps);
    const VideoFeatureTable table = make_feature_table(inputs, maker, work());
    if (!table.left_out.empty())
      throw data_error({}, table.left_out.front().name + " has no features: " + table.left_out.front().reason,
                       "longer recordings in the cohort, or shorter windows");
    Sidecar sidecar;
    sidecar.stage = "features " + kind;
    sidecar.version = version;
    sidecar.options = (kind == "wcc"       ? wcc_.list()
                       : kind == "summary" ? summary_.list()
                                           : bow_.list())
                          .to_json();
    sidecar.command = "facelex power " + std::filesystem::path(file_).filename().string();
    sidecar.input = std::to_string(inputs.size()) + " simulated recordings";
    sidecar.input_digest = digest_of_inputs(inputs);
    sidecar.result = write_feature_table(file, table);
    write_sidecar(file, sidecar);
    return file;
  }

  /// Draws the studies and writes what they come to, unless it stands there already.
  void judge(const std::vector<std::filesystem::path>& tables) {
    EvaluationDataOptions columns;
    columns.label = "group";
    columns.missing = MissingFeatures::impute;
    const EvaluationData pool =
        read_evaluation_data(tables, folder("labels.csv"), EvaluationTask::classify, columns);
    Sidecar made = sidecar(tables);
    const auto known = read_sidecar(folder("power.csv"));
    std::error_code none;
    if (!force_ && is_same_work(known, made) && std::filesystem::is_regular_file(folder("power.csv"), none) &&
        sha256_of_file(folder("power.csv")) == known->result.output_digest) {
      reporter_->info("complete already (the same cohort, options and version; --force does it again); see " +
                      folder("report.md").string());
      return;
    }
    std::filesystem::remove(sidecar_path(folder("power.csv")), none);
    Work judged = work();
    judged.progress = [this](std::int64_t done, std::int64_t) { reporter_->progress(done, {}); };
    reporter_->begin("power", "studies",
                     static_cast<std::int64_t>(power_.sizes().size()) * 2 * power_.studies);
    const PowerCurve curve = power_curve(pool, power_, evaluation_, judged);
    reporter_->end();
    const std::string cohort = std::filesystem::path(file_).filename().string();
    write_file_atomically(folder("studies.csv"), power_studies_csv(curve, power_));
    write_file_atomically(folder("report.md"), power_markdown(curve, power_, pool, cohort));
    write_line_plot(folder("power.svg"), plot(curve, cohort));
    AtomicFile file(folder("power.csv"));
    file.write(power_csv(curve, power_));
    made.result.output_digest = file.commit();
    made.result.columns = power_columns(power_);
    write_sidecar(folder("power.csv"), made);
    const int enough = curve.enough(power_.target);
    reporter_->info((enough > 0 ? std::to_string(enough) + " subjects of each group are enough"
                                : std::string("no size that was tried is enough")) +
                    " for a power of " + options_json(power_)["power"].dump() + "; see " +
                    folder("report.md").string());
  }

  LinePlot plot(const PowerCurve& curve, const std::string& cohort) const {
    LinePlot plot;
    plot.title = cohort;
    plot.x_label = "subjects of each group";
    plot.y_label = "share";
    plot.y_low = 0;
    plot.y_high = 1;
    const auto line = [&](const std::string& name, double PowerPoint::*field, bool dashed) {
      LineSeries series{name, {}, {}, dashed};
      for (const PowerPoint& at : curve.points) {
        series.x.push_back(at.subjects);
        series.y.push_back(at.*field);
      }
      plot.series.push_back(std::move(series));
    };
    line("power", &PowerPoint::power, false);
    line(power_.metric, &PowerPoint::mean, false);
    line("97.5 % of studies below", &PowerPoint::high, true);
    line("2.5 % of studies below", &PowerPoint::low, true);
    line("by chance", &PowerPoint::chance, true);
    return plot;
  }

  Sidecar sidecar(const std::vector<std::filesystem::path>& tables) {
    Sidecar made;
    made.stage = "power";
    made.version = version;
    OptionList list = described(power_);
    list.append(described(pool_));
    list.append(evaluation_list());
    made.options = portable_options(list);
    made.options["wcc"] = options_json(wcc_.wcc);
    made.options["summary"] = options_json(summary_.summary);
    made.command = command_text("power", list);
    made.command.replace(made.command.find("{}"), 2, std::filesystem::path(file_).filename().string());
    made.input = std::filesystem::path(file_).filename().string();
    made.model_digest = system_->digest;
    Sha256 digest;
    for (const auto& table : tables) digest.update(sha256_of_file(table));
    digest.update(sha256_of_file(folder("labels.csv")));
    made.input_digest = digest.hex();
    return made;
  }

  std::string file_;
  PowerOptions power_;
  PowerPoolOptions pool_;
  WccSettings wcc_;
  SummarySettings summary_;
  BowSettings bow_;
  EvaluationOptions evaluation_;
  std::optional<LoadedSystem> system_;
  std::vector<std::string> features_;
  int status_ = 0;
};

}  // namespace

std::unique_ptr<Command> make_power_command(CLI::App& parent) {
  return std::make_unique<PowerCommand>(parent);
}

}  // namespace facelex::cli
