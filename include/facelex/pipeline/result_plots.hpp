#pragma once

#include <string>
#include <vector>

#include "facelex/compare/variance_table.hpp"
#include "facelex/evaluate/power/power.hpp"
#include "facelex/plot/line_plot.hpp"

namespace facelex {

/// Power, the metric and its spread against the size of the studies.
LinePlot power_plot(const PowerCurve& curve, const std::string& metric, const std::string& cohort);

/// Variance explained, pooled and as the mean over frames, against the units of a frame or (not `by_units`)
/// the L1 norm of its codes in `unit`.
LinePlot variance_plot(const std::vector<MeasuredCurves>& measured, bool by_units, const std::string& unit);

}  // namespace facelex
