#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace facelex {

/// Whether each of several raters takes each unit for interpretable.
struct RaterTable {
  std::vector<std::string> raters;          ///< R ≥ 1
  std::vector<std::string> units;           ///< N ≥ 1, all different
  std::vector<std::vector<bool>> verdicts;  ///< N×R
};

/// A CSV file with a header: `unit`, then a column for each rater; a line for each unit. Verdicts are 1, yes,
/// true, y, ✓ or 0, no, false, n, ×, x, ✗, in any case of letters. Throws Error (data) that names file, line
/// and column: no column `unit`, no rater, a unit twice, a verdict that is missing or none of these.
RaterTable read_rater_table(const std::filesystem::path& file);

struct RaterAgreement {
  std::vector<bool> interpretable;     ///< N: more than half of the raters say so (paper 001, table 1)
  double share = 0;                    ///< of the units
  std::vector<double> share_of_rater;  ///< R
  /// Fleiss' κ (1971) of the verdicts: (P̄ − P̄_e)/(1 − P̄_e). NaN with one rater, or when all verdicts are the
  /// same and agreement by chance is certain.
  double kappa = 0;
};
RaterAgreement rater_agreement(const RaterTable& table);

}  // namespace facelex
