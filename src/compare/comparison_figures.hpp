#pragma once

#include <string>
#include <vector>

#include "comparison_sums.hpp"
#include "facelex/compare/comparison.hpp"
#include "facelex/compare/variance_explained.hpp"

namespace facelex {

/// The figures of one system from the sums over each subject's frames; all but stability and agreement.
ComparedFigures figures_of(const ComparedSystem& system, const SystemView& view,
                           const std::vector<SystemSums>& parts, const PartDraws& draws,
                           const ComparisonOptions& options);

/// Agreement with simulated truth. Returns the number of true units that move.
std::size_t add_agreement(const std::vector<SystemSums>& parts, const std::vector<std::string>& truth_units,
                          ComparedFigures& figures);

}  // namespace facelex
