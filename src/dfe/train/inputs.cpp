#include "inputs.hpp"

#include <algorithm>

#include "facelex/coding/encode.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {
namespace {

std::vector<Eigen::Index> named_columns(const Recording& header, const std::string& file,
                                        const std::vector<std::string>& wanted) {
  std::vector<Eigen::Index> columns;
  for (const std::string& name : wanted) {
    const bool beginning = name.ends_with('*');
    const std::string start = name.substr(0, name.size() - (beginning ? 1 : 0));
    bool found = false;
    for (std::size_t i = 0; i < header.columns.size(); ++i) {
      const std::string& has = header.columns[i].name;
      if (beginning ? !has.starts_with(start) : has != name) continue;
      found = true;
      const auto index = static_cast<Eigen::Index>(i);
      if (std::find(columns.begin(), columns.end(), index) == columns.end()) columns.push_back(index);
    }
    if (!found)
      throw data_error({file, 0, name},
                       beginning ? "has no column that begins so" : "has no column of this name",
                       "name columns of the recordings with " + field("columns"));
  }
  return columns;
}

}  // namespace

std::vector<Eigen::Index> dfe_columns(const Recording& header, const std::string& file, FitPart fit_part,
                                      const std::vector<std::string>& wanted) {
  if (!wanted.empty()) return named_columns(header, file, wanted);
  const bool of_fit = header.kind == SignalKind::fit;
  const bool displaced = of_fit && fit_part == FitPart::displacement;
  std::vector<Eigen::Index> columns, all;
  for (std::size_t i = 0; i < header.columns.size(); ++i) {
    const std::string& name = header.columns[i].name;
    const auto index = static_cast<Eigen::Index>(i);
    const bool displacement = name.starts_with("dX_") || name.starts_with("dY_") || name.starts_with("dZ_");
    if (displaced ? displacement : name.starts_with("e_")) columns.push_back(index);
    if (name != reconstruction_error_name) all.push_back(index);
  }
  if (columns.empty() && (header.kind == SignalKind::landmarks || header.kind == SignalKind::tokens))
    throw data_error(
        {file, 0, {}}, "holds " + std::string(kind_name(header.kind)) + ", not expression",
        "learn from expression coefficients, fits, blendshapes or keypoint motion; of a table that "
        "holds blendshapes too, name them: " +
            field("columns") + " brow*,eye*,jaw*,mouth*");
  if (columns.empty() && of_fit)
    throw data_error({file, 0, {}}, "has no columns " + std::string(displaced ? "dX_*, dY_*, dZ_*" : "e_*"),
                     "choose another " + field("fit-part"));
  return columns.empty() ? all : columns;
}

}  // namespace facelex
