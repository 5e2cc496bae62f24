#include "facelex/features/video_signals.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "facelex/coding/encode.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/recording_file.hpp"

namespace facelex {
namespace {

using Eigen::Index;

constexpr double not_there = std::numeric_limits<double>::quiet_NaN();

/// Time of each row in seconds; by number where there are no time stamps.
std::vector<double> times_of(const Recording& recording, const std::vector<Index>& rows, bool stamped,
                             double fps) {
  std::vector<double> times;
  times.reserve(rows.size());
  for (const Index row : rows) {
    const Frame& frame = recording.frames[static_cast<std::size_t>(row)];
    times.push_back(stamped ? frame.timestamp : static_cast<double>(frame.number - 1) / fps);
  }
  return times;
}

/// Rows at even times; false when a row's time lies off the grid by more than a quarter of a frame.
bool place_rows(const RowMatrix& values, const std::vector<double>& times, VideoSignals& made) {
  std::vector<Index> at;
  for (const double time : times) {
    const double place = (time - made.start) * made.fps;
    const double whole = std::round(place);
    if (std::abs(place - whole) > 0.25 || (!at.empty() && static_cast<Index>(whole) <= at.back()))
      return false;
    at.push_back(static_cast<Index>(whole));
  }
  made.values.setConstant(at.back() + 1, values.cols(), not_there);
  for (std::size_t k = 0; k < at.size(); ++k) made.values.row(at[k]) = values.row(static_cast<Index>(k));
  return true;
}

/// Linear between neighbours; missing where these are more than one and a half frames apart.
void interpolate_rows(const RowMatrix& values, const std::vector<double>& times, double own_rate,
                      VideoSignals& made) {
  made.resampled = true;
  const auto count = static_cast<Index>(std::floor((times.back() - made.start) * made.fps + 1e-6)) + 1;
  made.values.setConstant(count, values.cols(), not_there);
  std::size_t k = 0;
  for (Index t = 0; t < count; ++t) {
    const double time = made.start + static_cast<double>(t) / made.fps;
    while (k + 1 < times.size() && times[k + 1] <= time) ++k;
    const double after = time - times[k];
    if (after < 1e-6 / made.fps || k + 1 == times.size()) {
      if (after < 0.5 / own_rate) made.values.row(t) = values.row(static_cast<Index>(k));
      continue;
    }
    const double gap = times[k + 1] - times[k];
    if (gap > 1.5 / own_rate) continue;
    made.values.row(t) = values.row(static_cast<Index>(k)) * (1 - after / gap) +
                         values.row(static_cast<Index>(k) + 1) * (after / gap);
  }
}

/// Why no signals are taken of a recording by its kind.
Error no_codes(const Recording& recording, const std::string& file) {
  const Place place{file, 1, {}};
  if (recording.kind == SignalKind::other)
    return data_error(place,
                      "nothing says what kind of signals it holds: its columns have no known names, and no " +
                          std::filesystem::path(file).stem().string() + ".json says it",
                      "copy the sidecar along with the table, or name " + field("columns"));
  if (recording.kind == SignalKind::landmarks)
    return data_error(place, "holds landmarks, which are not codes with magnitudes",
                      "features summary " + field("groups") +
                          " kinematics takes landmarks; codes are what facelex encode or "
                          "import writes; or name " +
                          field("columns"));
  if (recording.kind == SignalKind::tokens)
    return data_error(place, "holds tokens, which are not codes with magnitudes", "features bow counts them");
  return data_error(
      place, "holds " + std::string(kind_name(recording.kind)) + ", which are not codes with magnitudes",
      "give what facelex encode or import writes, or name " + field("columns"));
}

/// "no column 'LB-9'; did you mean 'LB-1'?", or the first columns that there are.
Error no_such_column(const Recording& recording, const std::string& what, const std::string& wanted,
                     const std::string& file) {
  std::vector<std::string> names;
  for (const Column& column : recording.columns) names.push_back(column.name);
  const auto longer =
      std::find_if(names.begin(), names.end(), [&](const auto& name) { return name.starts_with(wanted); });
  if (longer != names.end())
    return data_error({file, 1, {}}, what + in_quotes(wanted),
                      "'" + wanted + "*' takes " + *longer + " and all that begin so");
  if (const auto nearest = nearest_word(wanted, names))
    return data_error({file, 1, {}}, what + in_quotes(wanted), "did you mean '" + *nearest + "'?");
  std::string some;
  constexpr std::size_t shown = 6;
  for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) some += (i > 0 ? ", " : "") + names[i];
  return data_error({file, 1, {}}, what + in_quotes(wanted),
                    "it has " + some + (names.size() > shown ? " …" : ""));
}

}  // namespace

bool is_same_rate(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * b;
}

void CodeSignalOptions::describe(OptionList& options) {
  options
      .texts("columns", columns,
             "Columns that are signals, by name; an entry that ends in * stands for all that begin so "
             "(default: all codes)")
      .number(
          "fps", fps, Bounds::at_least(0),
          "Frames per second that all videos are brought to by their time stamps, and that videos without "
          "time stamps have; 0: the rate of most videos")
      .flag("strict", strict, "Leave out videos of another frame rate instead of resampling them")
      .flag("ignore-timestamps", ignore_timestamps,
            "Take the time of a frame from its number and " + field("fps") +
                ": for tables whose time stamps are wrong");
}

void CodeSignalOptions::check() const {
  check_bounds(*this);
  if (ignore_timestamps && fps == 0)
    throw usage_error(field("ignore-timestamps") + " leaves no frame rate",
                      "give the true one: " + field("fps"));
  for (const std::string& column : columns)
    if (column.empty()) throw option_error("columns", "an entry is empty", "separate names by single commas");
}

const std::vector<Column>& head_columns() {
  static const std::vector<Column> columns = {{"pitch", "rotation of the head about x, pose_Rx", "rad"},
                                              {"yaw", "rotation of the head about y, pose_Ry", "rad"},
                                              {"roll", "rotation of the head about z, pose_Rz", "rad"}};
  return columns;
}

std::vector<Index> signal_columns_of(const Recording& recording, const CodeSignalOptions& options,
                                     const std::string& file) {
  std::vector<Index> chosen;
  const auto take = [&](const auto& belongs) {
    for (Index d = 0; d < static_cast<Index>(recording.columns.size()); ++d)
      if (belongs(recording.columns[static_cast<std::size_t>(d)].name) &&
          std::find(chosen.begin(), chosen.end(), d) == chosen.end())
        chosen.push_back(d);
  };
  for (const std::string& wanted : options.columns) {
    const std::size_t before = chosen.size();
    if (wanted.back() == '*') {
      const std::string start = wanted.substr(0, wanted.size() - 1);
      take([&](const std::string& name) { return name.starts_with(start); });
    } else {
      take([&](const std::string& name) { return name == wanted; });
    }
    if (chosen.size() == before && wanted.back() == '*')
      throw no_such_column(recording, "no column begins with ", wanted, file);
    if (chosen.size() == before && recording.column(wanted) < 0)
      throw no_such_column(recording, "no column ", wanted, file);
  }
  if (!options.columns.empty()) return chosen;
  if (recording.kind == SignalKind::expression || recording.kind == SignalKind::fit)
    take([&](const std::string& name) {
      return recording.kind == SignalKind::fit ? name.starts_with("e_") : !name.starts_with("pose_");
    });
  else if (recording.kind == SignalKind::coefficients)
    take([](const std::string& name) { return !accompanies_codes(name) && !name.starts_with("pose_"); });
  else
    throw no_codes(recording, file);
  if (chosen.empty()) throw data_error({file, 1, {}}, "has no column of codes", "name " + field("columns"));
  return chosen;
}

std::optional<double> frame_rate(const Recording& recording, const std::vector<Index>& rows) {
  const Frame *first = nullptr, *last = nullptr;
  for (const Index row : rows) {
    const Frame& frame = recording.frames[static_cast<std::size_t>(row)];
    if (std::isnan(frame.timestamp)) continue;
    if (!first) first = &frame;
    last = &frame;
  }
  if (!first || !(last->timestamp > first->timestamp)) return {};
  const double rate =
      static_cast<double>(last->number - first->number) / (last->timestamp - first->timestamp);
  if (!(rate > 0)) return {};
  // 25.000000000000004 is 25: rounding to frames must not depend on it.
  return std::round(rate * 1e4) / 1e4;
}

std::vector<double> frame_rates(const std::vector<std::filesystem::path>& files) {
  std::vector<double> rates(files.size(), 0);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].empty()) continue;
    try {
      RecordingReader reader(files[i]);
      Recording block = reader.header();
      if (!reader.read(block)) continue;
      const auto faces = block.faces();
      if (faces.empty()) continue;
      rates[i] = frame_rate(block, faces[0]).value_or(0);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::data) throw;  // the file's own turn tells what is wrong with it
      rates[i] = not_there;
    }
  }
  return rates;
}

double most_frequent_rate(std::vector<double> rates) {
  std::sort(rates.begin(), rates.end());
  double best = 0;
  std::ptrdiff_t max_count = 0;
  for (const double rate : rates) {
    if (!(rate > 0)) continue;
    const auto same =
        std::count_if(rates.begin(), rates.end(), [&](double other) { return is_same_rate(other, rate); });
    if (same > max_count) {
      max_count = same;
      best = rate;
    }
  }
  return best;
}

double common_frame_rate(const std::vector<std::filesystem::path>& files) {
  return most_frequent_rate(frame_rates(files));
}

void add_head(Recording& recording, std::vector<Index>& columns, const Recording& head,
              const std::string& file) {
  std::vector<Index> pose;
  for (const char* name : {"pose_Rx", "pose_Ry", "pose_Rz"}) {
    pose.push_back(head.column(name));
    if (pose.back() < 0)
      throw data_error({file, 1, {}}, std::string("no column ") + name + " to take the head's rotation from",
                       field("head") + " names a folder of landmarks or fits, or none");
  }
  const bool several = recording.faces().size() > 1 || head.faces().size() > 1;
  std::map<std::pair<std::int64_t, int>, Index> row_of;
  for (Index row = 0; row < head.rows(); ++row) {
    const Frame& frame = head.frames[static_cast<std::size_t>(row)];
    row_of[{frame.number, several ? frame.face_id : -1}] = row;
  }
  const Index width = recording.values.cols();
  RowMatrix wider(recording.rows(), width + 3);
  bool any = false;
  for (Index row = 0; row < recording.rows(); ++row) {
    const Frame& frame = recording.frames[static_cast<std::size_t>(row)];
    wider.row(row).head(width) = recording.values.row(row);
    const auto found = row_of.find({frame.number, several ? frame.face_id : -1});
    any = any || found != row_of.end();
    for (Index d = 0; d < 3; ++d)
      wider(row, width + d) = found == row_of.end() ? not_there : head.values(found->second, pose[d]);
  }
  if (!any && recording.rows() > 0)
    throw data_error({file, 0, {}}, "has none of the frames of the codes", "is it another video?");
  recording.values = std::move(wider);
  for (Index d = 0; d < 3; ++d) {
    columns.push_back(width + d);
    recording.columns.push_back(head_columns()[static_cast<std::size_t>(d)]);
  }
}

std::vector<VideoSignals> even_signals(const Recording& recording, const std::vector<Index>& columns,
                                       const CodeSignalOptions& options, double fps, const std::string& file,
                                       double tolerance) {
  std::vector<VideoSignals> all;
  const auto faces = recording.faces();
  for (const auto& face : faces) {
    const double own = options.ignore_timestamps ? 0 : frame_rate(recording, face).value_or(0);
    if (own == 0 && fps <= 0)
      throw data_error({file, 0, {}}, "has no time stamps, so windows of seconds cannot be laid",
                       "give its frame rate: " + field("fps"));
    const bool another = own > 0 && fps > 0 && !is_same_rate(own, fps, tolerance);
    if (another && options.strict && !is_same_rate(own, fps))
      throw data_error({file, 0, {}},
                       "has " + number_text(std::round(own * 100) / 100) + " frames per second, not " +
                           number_text(std::round(fps * 100) / 100),
                       "without " + field("strict") + " it is resampled");
    std::vector<Index> rows;  // with a time
    for (const Index row : face)
      if (own == 0 || !std::isnan(recording.frames[static_cast<std::size_t>(row)].timestamp))
        rows.push_back(row);
    VideoSignals made;
    if (faces.size() > 1) made.face_id = recording.frames[static_cast<std::size_t>(face[0])].face_id;
    for (const Index column : columns)
      made.columns.push_back(recording.columns[static_cast<std::size_t>(column)]);
    made.fps = own > 0 && !another ? own : fps;
    const std::vector<double> times = times_of(recording, rows, own > 0, made.fps);
    made.start = times.front();
    const RowMatrix values = recording.values(rows, columns);
    if (another || !place_rows(values, times, made))
      interpolate_rows(values, times, own > 0 ? own : made.fps, made);
    all.push_back(std::move(made));
  }
  if (all.empty()) throw data_error({file, 0, {}}, "has no rows", "was its video empty?");
  return all;
}

}  // namespace facelex
