#pragma once

#include <vector>

namespace facelex {

/// Benjamini & Hochberg 1995: for each p the smallest false discovery rate at which it is among the findings.
/// NaN stays NaN and does not count.
std::vector<double> benjamini_hochberg(const std::vector<double>& p);

}  // namespace facelex
