#include "facelex/compare/variance_table.hpp"

#include "facelex/core/text.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/io/tables/csv.hpp"

namespace facelex {
namespace {

const std::vector<Column>& variance_columns() {
  static const std::vector<Column> columns = {
      {"system", "name of the model's file", ""},
      {"recordings", "train: the inputs; test: those of the option test", ""},
      {"budget", "units: max units of a frame; l1: max sum of absolute codes of a frame", ""},
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

std::vector<double> sizes_in_units(const VarianceCurves& curves) {
  std::vector<double> counts;
  for (std::size_t k = 0; k < curves.pooled_by_units.size(); ++k) counts.push_back(static_cast<double>(k));
  return counts;
}

}  // namespace

StageResult write_variance_table(const std::filesystem::path& file,
                                 const std::vector<MeasuredCurves>& measured) {
  StageResult result;
  result.columns = variance_columns();
  std::string table;
  for (const Column& column : result.columns) table += (table.empty() ? "" : ",") + column.name;
  table += '\n';
  Json sets = Json::array();
  for (const MeasuredCurves& one : measured) {
    append_rows(table, one, "units", sizes_in_units(one.curves), one.curves.pooled_by_units,
                one.curves.mean_by_units);
    append_rows(table, one, "l1", one.curves.l1, one.curves.pooled_by_l1, one.curves.mean_by_l1);
    sets.push_back({{"system", one.system},
                    {"recordings", one.set},
                    {"frames", one.curves.frames},
                    {"frames_that_move", one.curves.moving}});
  }
  result.details["measured"] = std::move(sets);
  AtomicFile out(file);
  out.write(table);
  result.output_digest = out.commit();
  return result;
}

}  // namespace facelex
