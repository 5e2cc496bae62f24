#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "facelex/provenance/identity.hpp"

namespace facelex {

/// A line of a table of figures.
struct NamedFigure {
  std::string name;
  double value = 0;  ///< NaN: not defined, an empty field
  std::string unit, description;
};

/// A number of things as a figure's value.
inline double of_count(std::int64_t count) {
  return static_cast<double>(count);
}

/// Writes figure,value,unit,description and the sidecar. Throws Error (usage) when the file is not named
/// .csv.
void write_figures(const std::string& file, const std::vector<NamedFigure>& figures, const Provenance& made);

/// "variance_explained 0.8731": a line for the user, four digits.
std::string figure_text(const NamedFigure& figure);

}  // namespace facelex
