#include "measuring.hpp"

#include <algorithm>

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/core/version.hpp"
#include "facelex/draw/line_plot.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/io/csv.hpp"

namespace facelex::cli {
namespace {

const std::vector<Column>& variance_columns() {
  static const std::vector<Column> columns = {
      {"system", "name of the model's file", ""},
      {"recordings", "train: the inputs; test: those of --test", ""},
      {"budget", "units: most units of a frame; l1: largest sum of absolute codes of a frame", ""},
      {"size", "of the budget", "units, or unit of the signal"},
      {"pooled", "1 - sum of squared errors / sum of squares, over all frames together", "share"},
      {"mean", "mean over frames of 1 - squared error / squares of the frame", "share"}};
  return columns;
}

void append_rows(std::string& table, const MeasuredCurves& one, const char* budget,
                 const std::vector<double>& sizes, const std::vector<double>& pooled,
                 const std::vector<double>& mean) {
  for (std::size_t i = 0; i < sizes.size(); ++i)
    table += csv_field(one.system) + ',' + one.set + ',' + budget + ',' + number_text(sizes[i]) + ',' +
             number_text(pooled[i]) + ',' + number_text(mean[i]) + '\n';
}

std::vector<double> unit_counts(const VarianceCurves& curves) {
  std::vector<double> counts;
  for (std::size_t k = 0; k < curves.pooled_by_units.size(); ++k) counts.push_back(static_cast<double>(k));
  return counts;
}

std::vector<double> in_percent(std::vector<double> shares) {
  for (double& share : shares) share *= 100;
  return shares;
}

LinePlot variance_plot(const std::vector<MeasuredCurves>& measured, bool by_units, const std::string& unit) {
  LinePlot plot;
  plot.title = by_units ? "Variance explained with at most k units of a frame"
                        : "Variance explained with a budget of the codes' L1 norm";
  plot.x_label = by_units ? "units of a frame, k" : "L1 norm of the codes (" + unit + ")";
  plot.y_label = "variance explained (%)";
  plot.log_x = true;
  plot.y_low = 0;
  plot.y_high = 100;
  plot.width = 860;
  for (const MeasuredCurves& one : measured) {
    const VarianceCurves& curves = one.curves;
    const std::string name = one.system + ", " + one.set;
    const std::vector<double> x = by_units ? unit_counts(curves) : curves.l1;
    plot.series.push_back(
        {name + ", pooled", x, in_percent(by_units ? curves.pooled_by_units : curves.pooled_by_l1), false});
    plot.series.push_back(
        {name + ", mean", x, in_percent(by_units ? curves.mean_by_units : curves.mean_by_l1), true});
  }
  return plot;
}

}  // namespace

std::vector<MeasuredSystem> load_measured(const std::vector<std::string>& files) {
  std::vector<MeasuredSystem> systems;
  for (const std::string& file : files) {
    MeasuredSystem one{std::filesystem::path(file).stem().string(), load_system(file), {}, false};
    for (const MeasuredSystem& other : systems)
      if (other.name == one.name)
        throw usage_error("two models are called " + in_quotes(one.name),
                          "rename one: tables tell them apart "
                          "by the names of their files");
    auto units = unit_movements(*one.loaded.system);
    if (!units)
      throw usage_error(
          file + ": a model of kind " + std::string(one.loaded.system->kind()) + " has no units that add up",
          "give linear systems: facial-basis, dfecs, pca …");
    one.both_signs = has_signed_codes(*one.loaded.system, *units);
    one.units = std::move(*units);
    systems.push_back(std::move(one));
  }
  return systems;
}

std::vector<Column> shared_columns(const std::vector<MeasuredSystem>& systems) {
  std::vector<Column> shared;
  for (const Column& column : systems.front().loaded.system->input_columns()) {
    const bool everywhere = std::all_of(systems.begin(), systems.end(), [&](const MeasuredSystem& one) {
      const auto& columns = one.loaded.system->input_columns();
      return std::any_of(columns.begin(), columns.end(),
                         [&](const Column& other) { return other.name == column.name; });
    });
    if (everywhere) shared.push_back(column);
  }
  if (shared.empty())
    throw usage_error("the systems take different signals and cannot be measured together",
                      "give systems of one kind of signal");
  return shared;
}

TrainingData read_measured(const std::vector<BatchItem>& items, const std::vector<Column>& columns,
                           SignalKind kind, const TrainingOptions& options, const Work& work, int history) {
  std::vector<TrainingInput> recordings;
  for (const BatchItem& item : items) {
    if (!item.problem.empty())
      throw data_error({item.source.string(), 0, {}}, item.problem, "check the path");
    recordings.push_back({item.source, item.name});
  }
  const auto choose = [&](const Recording& header, const std::string& file) {
    std::vector<Eigen::Index> chosen;
    for (const Column& column : columns) {
      chosen.push_back(header.column(column.name));
      if (chosen.back() < 0)
        throw data_error({file, 1, {}},
                         "no column " + column.name + "; it holds " + std::string(kind_name(header.kind)) +
                             ", the systems take " + std::string(kind_name(kind)),
                         "give recordings like those that the systems were learnt from");
    }
    return chosen;
  };
  return read_training_data(std::move(recordings), choose, options, work, 0, history);
}

StageResult write_variance(const std::filesystem::path& folder, const std::vector<MeasuredCurves>& measured,
                           const std::string& unit) {
  StageResult result;
  result.columns = variance_columns();
  std::string table;
  for (const Column& column : result.columns) table += (table.empty() ? "" : ",") + column.name;
  table += '\n';
  Json sets = Json::array();
  for (const MeasuredCurves& one : measured) {
    append_rows(table, one, "units", unit_counts(one.curves), one.curves.pooled_by_units,
                one.curves.mean_by_units);
    append_rows(table, one, "l1", one.curves.l1, one.curves.pooled_by_l1, one.curves.mean_by_l1);
    sets.push_back({{"system", one.system},
                    {"recordings", one.set},
                    {"frames", one.curves.frames},
                    {"frames_that_move", one.curves.moving}});
  }
  result.details["measured"] = std::move(sets);
  write_line_plot(folder / "variance_units.svg", variance_plot(measured, true, unit));
  write_line_plot(folder / "variance_l1.svg", variance_plot(measured, false, unit));
  AtomicFile file(folder / "variance.csv");
  file.write(table);
  result.output_digest = file.commit();
  return result;
}

Sidecar measurement_sidecar(const std::string& stage, const std::vector<MeasuredSystem>& systems,
                            const OptionList& list) {
  Sidecar sidecar;
  sidecar.stage = stage;
  sidecar.version = version;
  sidecar.options = portable_options(list);
  sidecar.command = command_text(stage, list);
  Sha256 digest;
  for (const MeasuredSystem& one : systems) {
    sidecar.command += " --model " + one.loaded.file;
    digest.update(one.loaded.digest);
  }
  sidecar.model_digest = digest.hex();
  return sidecar;
}

}  // namespace facelex::cli
