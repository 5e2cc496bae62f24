#include <algorithm>
#include <cmath>
#include <limits>

#include "facelex/core/error.hpp"
#include "facelex/core/ordered_sum.hpp"
#include "facelex/core/text.hpp"
#include "facelex/features/summary/signal_activity.hpp"
#include "facelex/features/summary/signal_peaks.hpp"
#include "groups.hpp"

namespace facelex {
namespace {

using Eigen::Index;

/// A unit's peaks at one scale.
struct UnitPeaks {
  double rate = 0, height = 0, height_sd = 0;
  double sum = 0;      ///< Σ|z| at the peaks
  bool heard = false;  ///< a stretch was long enough
};

UnitPeaks unit_peaks(const Eigen::VectorXd& signal, double fps, double scale, const SummaryOptions& options) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  using Peaks = SummaryOptions::Peaks;
  const Eigen::VectorXd response = scale_response(signal, fps, scale);
  const double size = signal.array().isNaN().select(0, signal.array()).abs().maxCoeff();
  std::vector<double> heights;
  UnitPeaks made;
  const auto take = [&](double sign) {
    for (const Index t : response_peaks(sign * response, options.least_peak, size)) {
      heights.push_back(options.peaks == Peaks::both ? std::abs(signal[t]) : signal[t]);
      made.sum += std::abs(signal[t]);
    }
  };
  if (options.peaks != Peaks::down) take(1);
  if (options.peaks != Peaks::up) take(-1);
  const auto frames = static_cast<double>((!response.array().isNaN()).count());
  made.heard = frames > 0;
  const auto n = static_cast<double>(heights.size());
  made.rate = made.heard ? 60 * fps * n / frames : none;
  made.height = n > 0 ? ordered_sum(heights.data(), std::ssize(heights)) / n : none;
  made.height_sd =
      n > 1 ? std::sqrt(ordered_squares(heights.data(), std::ssize(heights), made.height) / (n - 1)) : none;
  return made;
}

void add_diversity(const VideoSignals& units, SummaryRow& made) {
  Eigen::VectorXd total = Eigen::VectorXd::Zero(units.count());
  double sum = 0, frames = 0;
  constexpr Index rows_at_once = 4096;
  for (Index first = 0; first < units.frames(); first += rows_at_once) {
    const RowMatrix rows = units.rows(first, std::min(rows_at_once, units.frames() - first));
    for (Index t = 0; t < rows.rows(); ++t) {
      if (rows.row(t).hasNaN()) continue;
      const Eigen::VectorXd row = rows.row(t).cwiseAbs();
      total += row;
      if (!(row.maxCoeff() > 0)) continue;
      sum += evenness(row);
      frames += 1;
    }
  }
  made.add("diversity", "evenness of the units' mean magnitudes: 0 one unit, 1 all alike", "",
           evenness(total));
  made.add("diversity frames", "evenness of the units' magnitudes in a frame, mean over frames with activity",
           "", frames > 0 ? sum / frames : std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

void add_peaks(const VideoSignals& units, const SummaryOptions& options, const std::string& file,
               const Work& work, SummaryRow& made) {
  const Index count = units.count();
  const bool diversity = options.has("diversity");
  if (diversity && count < 2)
    throw data_error({file, 1, {}}, "one unit has no diversity", "leave diversity out of " + field("groups"));
  const auto& scales = options.scales;
  RowMatrix sums(std::ssize(scales), count);
  std::vector<std::vector<UnitPeaks>> found(scales.size());
  for (const double scale : scales)
    if (scale * units.fps < 2 - 1e-9)
      throw data_error({file, 0, {}},
                       "at " + number_text(units.fps) + " frames per second a scale of " +
                           number_text(scale) + " s is less than two frames",
                       "give longer " + field("scales"));
  for (Index u = 0; u < count; ++u) {
    const Eigen::VectorXd signal = units.signal(u);
    for (std::size_t s = 0; s < scales.size(); ++s) {
      work.check_stop();
      found[s].push_back(unit_peaks(signal, units.fps, scales[s], options));
      sums(static_cast<Index>(s), u) = found[s].back().sum;
    }
  }
  std::string unheard;  // scales that no stretch is long enough for
  for (std::size_t s = 0; s < scales.size(); ++s)
    if (std::none_of(found[s].begin(), found[s].end(), [](const UnitPeaks& peaks) { return peaks.heard; }))
      unheard += (unheard.empty() ? "" : ", ") + number_text(scales[s]);
  if (!unheard.empty())
    made.add_note("no stretch without missing frames is as long as the scales of " + unheard +
                  " s, whose fields are empty");
  for (Index u = 0; options.has("expressivity") && u < count; ++u) {
    const Column& column = units.columns[static_cast<std::size_t>(u)];
    for (std::size_t s = 0; s < scales.size(); ++s) {
      const UnitPeaks& peaks = found[s][static_cast<std::size_t>(u)];
      const std::string name = column.name + " " + number_text(scales[s]) + "s";
      const std::string what =
          " peaks of " + column.name + " that last about " + number_text(scales[s]) + " s";
      made.add(name + " peaks", "number of" + what + ", per minute", "1/min", peaks.rate);
      made.add(name + " height", "mean value at" + what, column.unit, peaks.height);
      made.add(name + " height sd", "standard deviation (n - 1) of the value at" + what, column.unit,
               peaks.height_sd);
    }
  }
  if (!diversity) return;
  add_diversity(units, made);
  for (std::size_t s = 0; s < scales.size(); ++s)
    made.add(
        "diversity " + number_text(scales[s]) + "s",
        "evenness of the units' summed magnitudes at peaks that last about " + number_text(scales[s]) + " s",
        "", evenness(sums.row(static_cast<Index>(s)).transpose()));
}

}  // namespace facelex
