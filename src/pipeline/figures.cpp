#include "facelex/pipeline/figures.hpp"

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "facelex/core/error.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/io/tables/csv.hpp"

namespace facelex {

void write_figures(const std::string& file, const std::vector<NamedFigure>& figures, const Provenance& made) {
  if (std::filesystem::path(file).extension() != ".csv")
    throw option_error("output", path_in_quotes(file) + " is not named .csv");
  StageResult result;
  result.columns = {{"figure", "what was measured", ""},
                    {"value", "empty: not defined for these codes", ""},
                    {"unit", "", ""},
                    {"description", "", ""}};
  std::string table = "figure,value,unit,description\n";
  for (const NamedFigure& figure : figures) {
    table += csv_field(figure.name) + ',';
    append_number(table, figure.value);
    table += ',' + csv_field(figure.unit) + ',' + csv_field(figure.description) + '\n';
    result.details[figure.name] = std::isfinite(figure.value) ? Json(figure.value) : Json();
  }
  AtomicFile out(file);
  out.write(table);
  result.output_digest = out.commit();
  write_sidecar(file, sidecar_of(made, std::move(result)));
}

std::string figure_text(const NamedFigure& figure) {
  constexpr std::size_t longest = 32;
  char number[longest];
  std::snprintf(number, sizeof number, "%.4g", figure.value);
  return figure.name + ' ' + (std::isfinite(figure.value) ? number : "not defined") +
         (figure.unit.empty() ? "" : ' ' + figure.unit);
}

}  // namespace facelex
