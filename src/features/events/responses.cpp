#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/features/events/events.hpp"

namespace facelex {
namespace {

using Eigen::Index;

constexpr double no_response = std::numeric_limits<double>::quiet_NaN();
constexpr double slack = 1e-9;  // seconds: what arithmetic does to a time stamp

/// Means over rows that come one by one.
struct RunningMeans {
  RowMatrix sum, count;

  RunningMeans(Index rows, Index columns)
      : sum(RowMatrix::Zero(rows, columns)), count(RowMatrix::Zero(rows, columns)) {}
  template <class Values>
  void add(Index row, const Values& values) {
    for (Index d = 0; d < sum.cols(); ++d)
      if (!std::isnan(values(d))) {
        sum(row, d) += values(d);
        count(row, d) += 1;
      }
  }
  RowMatrix means() const {
    RowMatrix means = sum;
    for (Index i = 0; i < means.size(); ++i)
      means.data()[i] = count.data()[i] > 0 ? sum.data()[i] / count.data()[i] : no_response;
    return means;
  }
  /// Whether any column has a value.
  bool has(Index row) const { return count.row(row).maxCoeff() > 0; }
};

/// The rows of a face by time.
struct TimedRows {
  std::vector<double> times;
  std::vector<Index> rows;

  std::pair<std::size_t, std::size_t> between(double first, double last) const {
    const auto at = [&](double time) {
      return static_cast<std::size_t>(std::lower_bound(times.begin(), times.end(), time - slack) -
                                      times.begin());
    };
    return {at(first), at(last)};
  }
};

TimedRows timed_rows(const Recording& recording, const std::vector<Index>& rows) {
  TimedRows timed;
  for (const Index row : rows) {
    const double time = recording.frames[static_cast<std::size_t>(row)].timestamp;
    if (std::isnan(time)) continue;
    timed.times.push_back(time);
    timed.rows.push_back(row);
  }
  return timed;
}

/// The baseline-corrected curve of one event; nothing when too little of it was seen.
bool event_curve(const Recording& recording, const TimedRows& timed, double onset,
                 const EventOptions& options, RowMatrix& curve) {
  const Index width = recording.values.cols();
  const int bins = options.bins();
  RunningMeans window(bins, width);
  const auto [first, last] = timed.between(onset + options.window[0], onset + options.window[1]);
  for (std::size_t i = first; i < last; ++i) {
    const double since = timed.times[i] - onset - options.window[0];
    const int bin = static_cast<int>(std::floor((since + slack) / options.step));
    if (bin >= 0 && bin < bins) window.add(bin, recording.values.row(timed.rows[i]));
  }
  int seen = 0;
  for (int bin = 0; bin < bins; ++bin) seen += window.has(bin) ? 1 : 0;
  if (seen == 0 || seen < options.min_share * bins) return false;
  curve = window.means();
  if (options.raw) return true;
  RunningMeans before(1, width);
  const auto [begin, end] = timed.between(onset + options.baseline[0], onset + options.baseline[1]);
  for (std::size_t i = begin; i < end; ++i) before.add(0, recording.values.row(timed.rows[i]));
  if (!before.has(0)) return false;
  curve.rowwise() -= before.means().row(0);
  return true;
}

void add_figures(const EventOptions& options, EventResponse& response) {
  const Index width = response.curve.cols();
  response.mean = response.peak = response.latency = Eigen::VectorXd::Constant(width, no_response);
  for (Index d = 0; d < width; ++d) {
    double sum = 0;
    int count = 0;
    for (int bin = 0; bin < options.bins(); ++bin) {
      const double value = response.curve(bin, d);
      if (options.bin_time(bin) < 0 || std::isnan(value)) continue;
      sum += value;
      if (count++ == 0 || std::abs(value) > std::abs(response.peak(d))) {
        response.peak(d) = value;
        response.latency(d) = options.bin_time(bin);
      }
    }
    if (count > 0) response.mean(d) = sum / count;
  }
}

void require_bins_of_frames(const TimedRows& timed, const EventOptions& options, const std::string& file) {
  if (timed.times.size() < 2)
    throw data_error({file, 0, "timestamp"}, "has no time stamps",
                     "events are found by time; extract writes time stamps");
  std::vector<double> steps;
  for (std::size_t i = 1; i < timed.times.size(); ++i) steps.push_back(timed.times[i] - timed.times[i - 1]);
  std::nth_element(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2), steps.end());
  const double frame = steps[steps.size() / 2];
  if (frame > options.step * 1.001)
    throw data_error({file, 0, "timestamp"},
                     "a frame lasts " + number_text(std::round(frame * 1e4) / 1e4) + " s, longer than a bin",
                     "give a larger " + field("step"));
}

}  // namespace

void EventOptions::describe(OptionList& options) {
  options.numbers("window", window, {}, "Seconds from the onset that are averaged: first,last");
  options.numbers("baseline", baseline, {},
                  "Seconds from the onset whose mean is subtracted from each event: first,last");
  options.flag("raw", raw, "Subtract no baseline");
  options.number("step", step, Bounds::above(0), "Width of the bins of the curves, s");
  options.number("min-share", min_share, Bounds::between(0, 1),
                 "Share of the window's bins that must hold codes for an event to count");
  options.texts("columns", columns,
                "Columns that are signals, by name; an entry that ends in * stands for all that begin so "
                "(default: all codes)");
}

void EventOptions::check() const {
  check_bounds(*this);
  for (const auto& [name, interval] :
       {std::pair<const char*, const std::vector<double>&>("window", window), {"baseline", baseline}})
    if (interval.size() != 2 || !(interval[0] < interval[1]))
      throw option_error(name, "takes two times, the first before the second", "for example -1,3");
  if (window[1] <= 0)
    throw option_error("window", "ends before the event", "its last time has to be above 0");
  constexpr double max_bins = 10000;
  if ((window[1] - window[0]) / step > max_bins)
    throw option_error("step", "gives more than 10000 bins in the window", "give a larger one");
}

int EventOptions::bins() const {
  return std::max(1, static_cast<int>(std::floor((window[1] - window[0]) / step + 1e-6)));
}

double EventOptions::bin_time(int bin) const {
  // 0.15000000000000002 is 0.15: times are names of rows.
  return std::round((window[0] + (bin + 0.5) * step) * 1e9) / 1e9;
}

VideoResponses event_responses(const Recording& recording, const std::vector<VideoEvent>& events,
                               const EventOptions& options, const std::string& file) {
  VideoResponses made;
  made.name = recording.name;
  made.columns = recording.columns;
  std::map<std::string, std::vector<double>> onsets;
  for (const auto& event : events) onsets[event.type].push_back(event.onset);
  int used = 0, all = 0;
  const auto faces = recording.faces();
  for (const auto& rows : faces) {
    const TimedRows timed = timed_rows(recording, rows);
    require_bins_of_frames(timed, options, file);
    FaceResponses face;
    if (faces.size() > 1) face.face_id = recording.frames[static_cast<std::size_t>(rows.front())].face_id;
    for (const auto& [type, times] : onsets) {
      EventResponse response;
      response.type = type;
      response.events = static_cast<int>(times.size());
      RunningMeans mean(options.bins(), recording.values.cols());
      RowMatrix curve;
      for (const double onset : times) {
        if (!event_curve(recording, timed, onset, options, curve)) continue;
        ++response.used;
        for (Index bin = 0; bin < curve.rows(); ++bin) mean.add(bin, curve.row(bin));
      }
      response.curve = mean.means();
      add_figures(options, response);
      used += response.used;
      all += response.events;
      face.responses.push_back(std::move(response));
    }
    made.faces.push_back(std::move(face));
  }
  if (used == 0)
    throw data_error({file, 0, {}},
                     "none of its " + std::to_string(events.size()) + " events has codes around it",
                     "onsets are seconds on the clock of the video; " + field("min-share") +
                         " says how much of the window has to be there");
  if (used < all)
    made.note = std::to_string(all - used) + " of " + std::to_string(all) +
                " events are not used: too few frames with codes around them";
  return made;
}

}  // namespace facelex
