#include "facelex/pipeline/result_plots.hpp"

#include <numeric>

namespace facelex {
namespace {

/// 0 … the largest number of units of a frame.
std::vector<double> unit_numbers(const VarianceCurves& curves) {
  std::vector<double> numbers(curves.pooled_by_units.size());
  std::iota(numbers.begin(), numbers.end(), 0.0);
  return numbers;
}

std::vector<double> in_percent(std::vector<double> shares) {
  for (double& share : shares) share *= 100;
  return shares;
}

}  // namespace

LinePlot power_plot(const PowerCurve& curve, const std::string& metric, const std::string& cohort) {
  LinePlot plot;
  plot.title = cohort;
  plot.x_label = "subjects of each group";
  plot.y_label = "share";
  plot.y_low = 0;
  plot.y_high = 1;
  const auto line = [&](const std::string& name, double PowerPoint::*field, bool dashed) {
    LineSeries series{name, {}, {}, dashed};
    for (const PowerPoint& at : curve.points) {
      series.x.push_back(at.subjects);
      series.y.push_back(at.*field);
    }
    plot.series.push_back(std::move(series));
  };
  line("power", &PowerPoint::power, false);
  line(metric, &PowerPoint::mean, false);
  line("97.5 % of studies below", &PowerPoint::high, true);
  line("2.5 % of studies below", &PowerPoint::low, true);
  line("by chance", &PowerPoint::chance, true);
  return plot;
}

LinePlot variance_plot(const std::vector<MeasuredCurves>& measured, bool by_units, const std::string& unit) {
  LinePlot plot;
  plot.title = by_units ? "Variance explained with at most k units of a frame"
                        : "Variance explained with a budget of the codes' L1 norm";
  plot.x_label = by_units ? "units of a frame, k" : "L1 norm of the codes (" + unit + ")";
  plot.y_label = "variance explained (%)";
  plot.log_x = true;
  plot.y_low = 0;
  plot.y_high = 100;
  plot.width = 860;
  for (const MeasuredCurves& one : measured) {
    const VarianceCurves& curves = one.curves;
    const std::string name = one.system + ", " + one.set;
    const std::vector<double> x = by_units ? unit_numbers(curves) : curves.l1;
    plot.series.push_back(
        {name + ", pooled", x, in_percent(by_units ? curves.pooled_by_units : curves.pooled_by_l1), false});
    plot.series.push_back(
        {name + ", mean", x, in_percent(by_units ? curves.mean_by_units : curves.mean_by_l1), true});
  }
  return plot;
}

}  // namespace facelex
