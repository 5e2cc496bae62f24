#include "cli/commands.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/pipeline/measuring.hpp"
#include "facelex/pipeline/outputs.hpp"
#include "facelex/pipeline/result_plots.hpp"
#include "facelex/provenance/ownership.hpp"

namespace facelex::cli {
namespace {

struct BudgetOptions {
  std::vector<std::string> l1;  ///< empty: 1 … 1000, ten for each decade

  void describe(OptionList& options) {
    options.texts("l1", l1,
                  "Budgets of the L1 norm of a frame's codes, for units of length 1, in the signal's unit "
                  "(1 … 1000, ten for each decade, unless given)");
  }

  std::vector<double> budgets() const {
    if (l1.empty()) return logarithmic_budgets(1, 1000, 10);
    std::vector<double> values;
    for (const std::string& text : l1) {
      const auto value = parse_double(text);
      if (!value || !(*value > (values.empty() ? 0 : values.back())))
        throw usage_error("--l1: " + in_quotes(text) + " is not a number above " +
                              (values.empty() ? "0" : number_text(values.back())),
                          "budgets rise: --l1 1,10,100");
      values.push_back(*value);
    }
    return values;
  }
};

/// Recordings by what they are to the systems: "train", "test".
using RecordingSets = std::vector<std::pair<std::string, std::vector<NamedFile>>>;

class MeasureVarianceCommand : public Command {
 public:
  explicit MeasureVarianceCommand(CLI::App& measure)
      : Command(measure,
                {"variance", "Variance explained against units and against the L1 norm of codes",
                 "What linear systems explain of recordings with at most k units of each frame, and "
                 "with a budget of the L1 norm of its codes, along each frame's lasso path (paper "
                 "001, 3.4). Writes DIR/variance.csv, variance_units.svg and variance_l1.svg. Several "
                 "systems are measured on the columns that all of them take.",
                 "facelex measure variance motion -m dfecs.safetensors -m pca.safetensors -o curves"}) {
    add_inputs("Recordings that systems were learnt from, or folders of them", false);
    app_->add_option("-m,--model", models_, "Model file; again for each system that is compared")
        ->type_name("FILE")
        ->required()
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->group("Input and output");
    app_->add_option("--test", test_,
                     "Recordings that no system has seen, or a folder of them; again for more")
        ->type_name("PATH")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->group("Input and output");
    add_output("Folder to write to");
    add_options("Measuring", list());
    add_threads();
    add_force();
  }

 private:
  OptionList list() {
    OptionList options = described(training_);
    options.append(described(budgets_));
    return options;
  }

  int run() override {
    const auto budgets = budgets_.budgets();
    const auto systems = load_measured(models_);
    const auto columns = shared_columns(systems);
    RecordingSets sets;
    sets.emplace_back("train", inputs(recording_files("recordings (.csv, .npy)")).items);
    if (!test_.empty()) {
      InputOptions plain;
      plain.shard = "none";
      sets.emplace_back("test",
                        find_inputs(test_, plain, recording_files("recordings (.csv, .npy)"), output_).items);
      say_damaged_sidecars(sets.back().second);
    }
    const std::filesystem::path folder(output_);
    const Provenance made = provenance(systems, sets);
    const auto units_plot = folder / "variance_units.svg", budgets_plot = folder / "variance_l1.svg";
    prepare_output(folder / "variance.csv", made, files_of(sets), force_);
    bool plotted = true;
    for (const auto& plot : {units_plot, budgets_plot}) {
      require_ours(plot, is_line_plot(plot), force_);
      plotted = plotted && is_line_plot(plot);
    }
    if (plotted && is_done(folder / "variance.csv", made)) return 0;
    Work work = Command::work();
    std::string unit;
    std::vector<MeasuredCurves> measured;
    for (const auto& [set, items] : sets) {
      const TrainingData data =
          read_measured(items, columns, systems.front().loaded.system->input_kind(), training_, work);
      for (const auto& warning : data.warnings()) reporter_->warning(warning);
      unit = data.columns.front().unit;
      for (const MeasuredSystem& system : systems) {
        reporter_->begin(system.name + ", " + set, "frames", data.values.rows());
        Work watched = work;
        watched.progress = [&](std::int64_t done, std::int64_t) { reporter_->progress(done, {}); };
        measured.push_back({system.name, set,
                            variance_curves(system.units, system.loaded.system->input_columns(),
                                            !system.both_signs, data, budgets, watched)});
        reporter_->end();
      }
    }
    write_line_plot(units_plot, variance_plot(measured, true, unit));
    write_line_plot(budgets_plot, variance_plot(measured, false, unit));
    write_sidecar(folder / "variance.csv",
                  sidecar_of(made, write_variance_table(folder / "variance.csv", measured)));
    for (const MeasuredCurves& one : measured)
      reporter_->info(one.system + ", " + one.set + ": at most " +
                      number_text(std::round(one.curves.pooled_by_units.back() * 1e4) / 100) + " % pooled, " +
                      number_text(std::round(one.curves.mean_by_units.back() * 1e4) / 100) +
                      " % in the mean of " + std::to_string(one.curves.moving) + " frames");
    reporter_->info("see " + (folder / "variance.csv").string() + ", variance_units.svg, variance_l1.svg");
    return 0;
  }

  static std::vector<NamedFile> files_of(const RecordingSets& sets) {
    std::vector<NamedFile> files;
    for (const auto& [set, items] : sets) files.insert(files.end(), items.begin(), items.end());
    require_usable(files);
    return files;
  }

  Provenance provenance(const std::vector<MeasuredSystem>& systems, const RecordingSets& sets) {
    const auto files = files_of(sets);
    Provenance made = measurement_of("measure variance", systems, list());
    made.input = std::to_string(files.size()) + " recordings";
    made.identity.inputs = digest_of_files(files, work());
    return made;
  }

  std::vector<std::string> models_, test_;
  TrainingOptions training_;
  BudgetOptions budgets_;
};

}  // namespace

std::unique_ptr<Command> make_measure_variance_command(CLI::App& measure) {
  return std::make_unique<MeasureVarianceCommand>(measure);
}

}  // namespace facelex::cli
