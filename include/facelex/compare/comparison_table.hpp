#pragma once

#include <string>
#include <vector>

#include "facelex/compare/comparison.hpp"

namespace facelex {

/// One figure of all systems, as the tables show it.
struct ComparisonRow {
  std::string name;        ///< in the CSV: "variance_5_units"
  std::string label;       ///< in the Markdown: "… with the 5 most active units"
  std::string definition;  ///< a sentence that says what the figure is
  std::string series;      ///< the same for rows that differ in a number of units alone; else empty
  std::vector<Figure> of_system;
};
/// The figures in the order of the tables.
std::vector<ComparisonRow> comparison_rows(const Comparison& comparison, const ComparisonOptions& options);

/// A line for each system: system, kind, signal, columns, units, recordings, subjects, frames, then a field
/// for each figure, and <figure>_low, <figure>_high where there are intervals. What is not known is empty.
std::string comparison_csv(const Comparison& comparison, const ComparisonOptions& options);
/// A table with a column for each system, what its figures mean, and why some are missing; variances in
/// percent with their intervals. Recordings that were left out are listed with the reason.
std::string comparison_markdown(const Comparison& comparison, const ComparisonOptions& options);
/// A line for each unit of each system (ComparedUnit).
std::string compared_units_csv(const Comparison& comparison);

}  // namespace facelex
