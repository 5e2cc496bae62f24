#include "facelex/compare/raters.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <optional>
#include <string_view>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/tables/csv.hpp"

namespace facelex {
namespace {

std::optional<bool> verdict_from(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 5> yes = {"1", "yes", "true", "y", "✓"};
  constexpr std::array<std::string_view, 7> no = {"0", "no", "false", "n", "×", "x", "✗"};
  if (std::find(yes.begin(), yes.end(), text) != yes.end()) return true;
  if (std::find(no.begin(), no.end(), text) != no.end()) return false;
  return std::nullopt;
}

}  // namespace

RaterTable read_rater_table(const std::filesystem::path& file) {
  CsvLines lines(file);
  std::string_view line;
  if (!lines.next(line))
    throw data_error({file.string(), 0, {}}, "is empty", "expected a header and verdicts");
  const auto header = csv_fields(line, lines.place());
  const auto unit_at = std::find(header.begin(), header.end(), "unit");
  if (unit_at == header.end())
    throw data_error(lines.place(), "has no column 'unit'", "the header is unit, then a name for each rater");
  const auto unit_column = static_cast<std::size_t>(unit_at - header.begin());
  RaterTable table;
  for (std::size_t i = 0; i < header.size(); ++i)
    if (i != unit_column) table.raters.push_back(header[i]);
  if (table.raters.empty()) throw data_error(lines.place(), "has no column of a rater");
  while (lines.next(line)) {
    if (trimmed(line).empty()) continue;
    const auto fields = csv_fields(line, lines.place());
    if (fields.size() != header.size())
      throw data_error(lines.place(), "has " + std::to_string(fields.size()) + " fields, the header " +
                                          std::to_string(header.size()));
    const std::string& unit = fields[unit_column];
    if (std::find(table.units.begin(), table.units.end(), unit) != table.units.end())
      throw data_error(lines.place("unit"), in_quotes(unit) + " occurs twice");
    table.units.push_back(unit);
    table.verdicts.emplace_back();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i == unit_column) continue;
      const auto verdict = verdict_from(fields[i]);
      if (!verdict)
        throw data_error(
            lines.place(header[i]),
            fields[i].empty() ? "a verdict is missing" : in_quotes(fields[i]) + " is not a verdict",
            "write 1 or yes for interpretable, 0 or no for not; every rater judges every unit");
      table.verdicts.back().push_back(*verdict);
    }
  }
  if (table.units.empty()) throw data_error({file.string(), 0, {}}, "has no line of a unit");
  return table;
}

RaterAgreement rater_agreement(const RaterTable& table) {
  const auto raters = static_cast<double>(table.raters.size()),
             units = static_cast<double>(table.units.size());
  RaterAgreement result;
  result.share_of_rater.assign(table.raters.size(), 0);
  double agreement = 0, all_yes = 0, majorities = 0;
  for (const auto& verdicts : table.verdicts) {
    double yes = 0;
    for (std::size_t r = 0; r < verdicts.size(); ++r)
      if (verdicts[r]) {
        ++yes;
        result.share_of_rater[r] += 1 / units;
      }
    const double no = raters - yes;
    agreement += (yes * (yes - 1) + no * (no - 1)) / (raters * (raters - 1));
    all_yes += yes;
    result.interpretable.push_back(yes > no);
    majorities += yes > no;
  }
  result.share = majorities / units;
  const double p_yes = all_yes / (units * raters);
  const double observed = agreement / units, by_chance = p_yes * p_yes + (1 - p_yes) * (1 - p_yes);
  result.kappa = table.raters.size() < 2 || by_chance == 1 ? std::numeric_limits<double>::quiet_NaN()
                                                           : (observed - by_chance) / (1 - by_chance);
  return result;
}

}  // namespace facelex
