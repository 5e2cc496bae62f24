#include "cli/commands.hpp"
#include "facelex/compare/interpretability.hpp"
#include "facelex/compare/raters.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/io/tables/csv.hpp"
#include "facelex/pipeline/measuring.hpp"
#include "facelex/pipeline/outputs.hpp"

namespace facelex::cli {
namespace {

std::string percent(double share) {
  return number_text(std::round(share * 1e4) / 100) + " %";
}

std::string points_text(const std::vector<int>& points) {
  std::string text;
  for (const int point : points) text += (text.empty() ? "" : " ") + std::to_string(point);
  return text;
}

class MeasureInterpretabilityCommand : public Command {
 public:
  explicit MeasureInterpretabilityCommand(CLI::App& measure)
      : Command(
            measure,
            {"interpretability", "Whether units move the face as facial muscles do",
             "For each unit whether every point that it moves goes in a direction in which the muscles of "
             "the built-in face can pull it: an automatic stand-in for the raters of paper 001, 3.4. For "
             "units whose codes have both signs, the negative is looked at too. With --raters the verdicts "
             "of people: "
             "majority vote and Fleiss' kappa. Writes a table.",
             "facelex measure interpretability -m dfecs.safetensors -o interpretability.csv"}) {
    app_->add_option("-m,--model", models_, "Model file; again for each system")
        ->type_name("FILE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->group("Input and output");
    app_->add_option("--raters", raters_, "CSV of verdicts: unit, then a column (1 or 0) for each rater")
        ->type_name("FILE")
        ->group("Input and output");
    add_output("Table to write (.csv)");
    add_options("Measuring", described(options_));
    add_force();
  }

 private:
  int run() override {
    if (models_.empty() == raters_.empty())
      throw usage_error("give either models (-m FILE) or verdicts of people (--raters FILE)");
    if (std::filesystem::path(output_).extension() != ".csv")
      throw usage_error("--output: " + path_in_quotes(output_) + " is not named .csv");
    return raters_.empty() ? judge_models() : count_verdicts();
  }

  int judge_models() {
    const auto systems = load_measured(models_);
    Provenance made = measurement_of("measure interpretability", systems, described(options_));
    made.input = "built-in face";
    if (is_prepared(made, {})) return 0;
    StageResult result;
    result.columns = {{"system", "name of the model's file", ""},
                      {"unit", "", ""},
                      {"sign", "-1: the negative of the unit", ""},
                      {"interpretable", "1: no point is moved outside", ""},
                      {"points_moved", "points that were looked at", ""},
                      {"points_outside", "iBUG numbers of those that no muscle moves that way", ""},
                      {"worst_point", "the one furthest outside", ""},
                      {"worst_angle", "how far outside", "degrees"}};
    std::string table;
    for (const MeasuredSystem& system : systems) {
      const auto found =
          interpretability(system.units, system.loaded.system->units(), system.loaded.system->input_columns(),
                           system.both_signs, built_in_face(), options_);
      double interpretable = 0;
      for (const UnitInterpretability& unit : found) {
        interpretable += unit.interpretable;
        table += csv_field(system.name) + ',' + csv_field(unit.unit) + ',' + std::to_string(unit.sign) + ',' +
                 (unit.interpretable ? "1," : "0,") + std::to_string(unit.points_moved) + ',' +
                 points_text(unit.points_outside) + ',' +
                 (unit.worst_point < 0 ? ","
                                       : std::to_string(unit.worst_point) + ',' +
                                             number_text(std::round(unit.worst_angle * 10) / 10)) +
                 '\n';
      }
      const double share = interpretable / static_cast<double>(found.size());
      result.details[system.name] = {{"interpretable", share}, {"units", found.size()}};
      reporter_->info(system.name + ": " + percent(share) + " of " + std::to_string(found.size()) +
                      (system.both_signs ? " units and their negatives" : " units") +
                      " move the face as muscles do");
    }
    return write(table, made, std::move(result));
  }

  int count_verdicts() {
    Provenance made;
    made.identity.stage = "measure interpretability";
    made.command = "facelex measure interpretability --raters {}";
    made.input = std::filesystem::path(raters_).filename().string();
    const RaterTable verdicts = read_rater_table(raters_);
    made.identity.inputs = sha256_of_file(raters_);
    if (is_prepared(made, {{raters_, made.input}})) return 0;
    const RaterAgreement agreement = rater_agreement(verdicts);
    StageResult result;
    result.columns = {{"unit", "", ""}, {"interpretable", "1: more than half of the raters say so", ""}};
    std::string table;
    for (std::size_t i = 0; i < verdicts.units.size(); ++i)
      table += csv_field(verdicts.units[i]) + (agreement.interpretable[i] ? ",1\n" : ",0\n");
    Json& details = result.details;
    details["interpretable"] = agreement.share;
    for (std::size_t r = 0; r < verdicts.raters.size(); ++r)
      details["raters"][verdicts.raters[r]] = agreement.share_of_rater[r];
    details["fleiss_kappa"] = std::isfinite(agreement.kappa) ? Json(agreement.kappa) : Json();
    reporter_->info(percent(agreement.share) + " of " + std::to_string(verdicts.units.size()) +
                    " units are interpretable to most of " + std::to_string(verdicts.raters.size()) +
                    " raters; " +
                    (std::isfinite(agreement.kappa)
                         ? "Fleiss' kappa " + number_text(std::round(agreement.kappa * 1e3) / 1e3)
                         : "Fleiss' kappa is not defined: all verdicts are the same, or there is one rater"));
    return write(table, made, std::move(result));
  }

  /// Whether the table stands there already; else it can be written.
  bool is_prepared(const Provenance& made, const std::vector<NamedFile>& sources) {
    prepare_output(output_, made, sources, force_);
    return is_done(output_, made);
  }

  int write(const std::string& rows, const Provenance& made, StageResult result) {
    std::string header;
    for (const Column& column : result.columns) header += (header.empty() ? "" : ",") + column.name;
    AtomicFile file(output_);
    file.write(header + "\n" + rows);
    result.output_digest = file.commit();
    write_sidecar(output_, sidecar_of(made, std::move(result)));
    return 0;
  }

  std::vector<std::string> models_;
  std::string raters_;
  InterpretabilityOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_measure_interpretability_command(CLI::App& measure) {
  return std::make_unique<MeasureInterpretabilityCommand>(measure);
}

}  // namespace facelex::cli
