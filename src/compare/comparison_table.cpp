#include "facelex/compare/comparison_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>

#include "facelex/core/text.hpp"
#include "facelex/io/tables/csv.hpp"

namespace facelex {
namespace {

/// Shares of variance, whose names begin so, are printed in percent with their intervals.
constexpr const char* variance_prefix = "variance";

class Rows {
 public:
  explicit Rows(const Comparison& comparison) : comparison_(comparison) {}

  void add(const std::string& name, const std::string& label, const std::string& definition,
           const std::function<Figure(const ComparedFigures&)>& figure, const std::string& series = {}) {
    ComparisonRow row{name, label, definition, series, {}};
    for (const auto& system : comparison_.systems) row.of_system.push_back(figure(system));
    rows_.push_back(std::move(row));
  }

  std::vector<ComparisonRow> take() { return std::move(rows_); }

 private:
  const Comparison& comparison_;
  std::vector<ComparisonRow> rows_;
};

std::string printed(double value, int decimals) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

bool is_variance(const ComparisonRow& row) {
  return row.name.starts_with(variance_prefix);
}

std::string printed(const ComparisonRow& row, const Figure& figure) {
  if (!is_variance(row)) return printed(figure.value, row.name == "active_units" ? 1 : 3);
  std::string text = printed(100 * figure.value, 1);
  if (figure.has_interval())
    text += " (" + printed(100 * figure.low, 1) + " … " + printed(100 * figure.high, 1) + ")";
  return text;
}

bool any_interval(const ComparisonRow& row) {
  return std::any_of(row.of_system.begin(), row.of_system.end(),
                     [](const Figure& figure) { return figure.has_interval(); });
}

/// Reasons, numbered in the order in which they are met.
class Footnotes {
 public:
  std::string mark(const std::string& reason) {
    const auto found = std::find(reasons_.begin(), reasons_.end(), reason);
    const auto number = static_cast<std::size_t>(found - reasons_.begin()) + 1;
    if (found == reasons_.end()) reasons_.push_back(reason);
    return "– (" + std::to_string(number) + ")";
  }
  const std::vector<std::string>& reasons() const { return reasons_; }

 private:
  std::vector<std::string> reasons_;
};

/// A text within a cell of a Markdown table.
std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string line_of_cells(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const auto& one : cells) line += " " + cell(one) + " |";
  return line + "\n";
}

std::string numbers_line(const std::vector<std::string>& fields) {
  std::string line;
  for (const auto& field : fields) line += (line.empty() ? "" : ",") + field;
  return line + "\n";
}

std::string what_was_compared(const Comparison& comparison) {
  std::string text =
      std::to_string(comparison.systems.size()) + " systems on " + std::to_string(comparison.frames) +
      " frames of " + std::to_string(comparison.recordings) + " recordings of " +
      std::to_string(comparison.subjects) + " subjects: the frames that every system could code.";
  if (comparison.with_truth > 0)
    text += " The truth of " + std::to_string(comparison.with_truth) + " of the recordings is known; " +
            std::to_string(comparison.true_units) + " true units move in them.";
  return text + "\n";
}

}  // namespace

std::vector<ComparisonRow> comparison_rows(const Comparison& comparison, const ComparisonOptions& options) {
  Rows rows(comparison);
  rows.add(
      "variance", "variance explained, %",
      "1 − Σ‖x − x̂‖²/Σ‖x‖² over all frames, x̂ decoded from the system's own codes, ‖x‖ about the neutral "
      "face, over the columns that all systems of that signal take; in brackets the 95 % interval over draws "
      "of subjects",
      [](const auto& system) { return system.variance; });
  for (std::size_t i = 0; i < options.units.size(); ++i)
    rows.add(
        "variance_" + std::to_string(options.units[i]) + "_units",
        "… with the " + std::to_string(options.units[i]) + " most active units, %",
        "the same, decoded from the codes of the " + std::to_string(options.units[i]) +
            " units with the largest mean size·|z|, all others 0",
        [i](const auto& system) { return system.variance_by_units[i]; }, "variance_by_units");
  for (std::size_t i = 0; i < options.active_units.size(); ++i)
    rows.add(
        "variance_" + std::to_string(options.active_units[i]) + "_active",
        "… with at most " + std::to_string(options.active_units[i]) + " active in a frame, %",
        "the same with at most " + std::to_string(options.active_units[i]) +
            " units in each frame, those of its lasso path, their codes by least squares; for orthogonal "
            "units "
            "the largest projections",
        [i](const auto& system) { return system.variance_by_active[i]; }, "variance_by_active");
  rows.add("variance_cross_decoded", "variance explained by a fitted decoder, %",
           "the same with an affine least-squares decoder from codes to signal, fitted on half of the "
           "subjects and "
           "applied to the others: for imported codes too",
           [](const auto& system) { return system.cross_decoded; });
  for (std::size_t i = 0; i < options.units.size(); ++i)
    rows.add(
        "variance_cross_decoded_" + std::to_string(options.units[i]) + "_units",
        "… from the " + std::to_string(options.units[i]) + " most active units, %",
        "the same from the codes of the " + std::to_string(options.units[i]) +
            " units with the largest mean size·|z|",
        [i](const auto& system) { return system.cross_decoded_by_units[i]; }, "cross_decoded_by_units");
  rows.add("zeros", "share of zeros", "share of all codes that are 0",
           [](const auto& system) { return system.zeros; });
  rows.add("active_units", "active units in a frame", "mean number of codes ≠ 0",
           [](const auto& system) { return system.active; });
  rows.add("hoyer", "Hoyer's sparsity",
           "mean over frames of (√K − ‖c‖₁/‖c‖₂)/(√K − 1), c = size·|z|: 0 all units alike, 1 one alone",
           [](const auto& system) { return system.hoyer; });
  rows.add("locality", "locality",
           "mean share of a unit's energy on the facial feature where it has most and on that feature's "
           "mirror image",
           [](const auto& system) { return system.locality; });
  rows.add("coherence_max", "coherence, largest", "largest |cos| of the movements of two units",
           [](const auto& system) { return system.coherence_max; });
  rows.add("coherence_mean", "coherence, mean", "mean |cos| over all pairs of units",
           [](const auto& system) { return system.coherence_mean; });
  rows.add(
      "symmetry", "left-right symmetry",
      "mean over units of the cosine (signed codes: |cos|) of its mirror image and the unit most like that",
      [](const auto& system) { return system.symmetry; });
  rows.add(
      "stability", "stability over subjects",
      "mean cosine (signed codes: |cos|) of its units and their one-to-one partners in systems learnt again "
      "from subjects drawn with replacement" +
          (options.resamples > 0 ? ", " + std::to_string(options.resamples) + " times" : std::string()),
      [](const auto& system) { return system.stability; });
  rows.add("agreement", "agreement with truth", "mean over true units of the largest |r| with a unit",
           [](const auto& system) { return system.agreement; });
  rows.add("agreement_matched", "agreement, one to one",
           "the same with partners one to one, so that Σ|r| is maximal; a true unit without partner counts 0",
           [](const auto& system) { return system.agreement_matched; });
  return rows.take();
}

std::string comparison_csv(const Comparison& comparison, const ComparisonOptions& options) {
  const auto rows = comparison_rows(comparison, options);
  std::vector<std::string> header = {"system", "kind",       "signal",   "columns",
                                     "units",  "recordings", "subjects", "frames"};
  for (const auto& row : rows) {
    header.push_back(row.name);
    if (any_interval(row)) {
      header.push_back(row.name + "_low");
      header.push_back(row.name + "_high");
    }
  }
  std::string text = numbers_line(header);
  for (std::size_t s = 0; s < comparison.systems.size(); ++s) {
    const auto& system = comparison.systems[s];
    std::vector<std::string> fields = {csv_field(system.name),
                                       csv_field(system.kind),
                                       system.signal,
                                       std::to_string(system.columns),
                                       std::to_string(system.units),
                                       std::to_string(comparison.recordings),
                                       std::to_string(comparison.subjects),
                                       std::to_string(comparison.frames)};
    for (const auto& row : rows) {
      const Figure& figure = row.of_system[s];
      fields.push_back(number_text(figure.value));
      if (any_interval(row)) {
        fields.push_back(number_text(figure.low));
        fields.push_back(number_text(figure.high));
      }
    }
    text += numbers_line(fields);
  }
  return text;
}

std::string comparison_markdown(const Comparison& comparison, const ComparisonOptions& options) {
  std::string text = "# Comparison of coding systems\n\n" + what_was_compared(comparison) + "\n";
  std::vector<std::string> names = {""}, rule = {std::string(3, '-')}, kinds = {"kind"}, signals = {"signal"},
                           columns = {"columns judged"}, units = {"units"};
  for (const auto& system : comparison.systems) {
    names.push_back(system.name);
    rule.push_back(std::string(3, '-') + ":");
    kinds.push_back(system.kind);
    signals.push_back(system.signal);
    columns.push_back(std::to_string(system.columns));
    units.push_back(std::to_string(system.units));
  }
  for (const auto& cells : {names, rule, kinds, signals, columns, units}) text += line_of_cells(cells);
  Footnotes footnotes;
  const auto rows = comparison_rows(comparison, options);
  for (const auto& row : rows) {
    std::vector<std::string> cells = {row.label};
    for (const Figure& figure : row.of_system)
      cells.push_back(figure.missing.empty() ? printed(row, figure) : footnotes.mark(figure.missing));
    text += line_of_cells(cells);
  }
  if (!footnotes.reasons().empty()) text += "\nNot known because:\n\n";
  for (std::size_t i = 0; i < footnotes.reasons().size(); ++i)
    text += std::to_string(i + 1) + ". " + footnotes.reasons()[i] + "\n";
  text += "\nWhat the figures are (`facelex/compare/comparison.hpp`):\n\n";
  std::string series;  // of rows that differ in a number alone, the first speaks for all
  for (const auto& row : rows) {
    if (!series.empty() && row.series == series) continue;
    series = row.series;
    text += "- **" + row.label + "** (`" + row.name + "`): " + row.definition + ".\n";
  }
  if (comparison.left_out.empty()) return text;
  text += "\n" + std::to_string(comparison.left_out.size()) + " recordings are left out:\n\n";
  for (const LeftOut& one : comparison.left_out) text += "- " + one.name + ": " + one.reason.text() + "\n";
  return text;
}

std::string compared_units_csv(const Comparison& comparison) {
  std::string text =
      "system,unit,description,mean_magnitude,share_active,feature,locality,nearest,symmetry,stability,truth,"
      "truth_correlation\n";
  for (const auto& system : comparison.systems)
    for (const ComparedUnit& unit : system.of_unit)
      text += numbers_line(
          {csv_field(system.name), csv_field(unit.unit.name), csv_field(unit.unit.description),
           number_text(unit.mean_magnitude), number_text(unit.share_active), unit.feature,
           number_text(unit.locality), number_text(unit.nearest), number_text(unit.symmetry),
           number_text(unit.stability), csv_field(unit.truth), number_text(unit.truth_correlation)});
  return text;
}

}  // namespace facelex
