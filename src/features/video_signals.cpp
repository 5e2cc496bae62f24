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

std::optional<double> frame_rate(const std::vector<Frame>& frames, const std::vector<Index>& rows) {
  const Frame *first = nullptr, *last = nullptr;
  for (const Index row : rows) {
    const Frame& frame = frames[static_cast<std::size_t>(row)];
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
      rates[i] = frame_rate(block.frames, faces[0]).value_or(0);
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

std::vector<Index> pose_columns(const std::vector<Column>& columns, const std::string& file) {
  std::vector<Index> pose;
  for (const char* name : {"pose_Rx", "pose_Ry", "pose_Rz"}) {
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const Column& column) { return column.name == name; });
    if (found == columns.end())
      throw data_error({file, 1, {}}, std::string("no column ") + name + " to take the head's rotation from",
                       field("head") + " names a folder of landmarks or fits, or none");
    pose.push_back(found - columns.begin());
  }
  return pose;
}

void add_head(SignalTable& table, const std::filesystem::path& head) {
  const SignalTable poses = read_signal_table(
      head, [&](const Recording& header) { return pose_columns(header.columns, head.string()); });
  const bool several = faces_of(table.frames).size() > 1 || faces_of(poses.frames).size() > 1;
  using Key = std::pair<std::int64_t, int>;
  const auto key_of = [&](const Frame& frame) { return Key(frame.number, several ? frame.face_id : -1); };
  std::vector<std::pair<Key, Index>> rows;
  rows.reserve(poses.frames.size());
  for (const Frame& frame : poses.frames) rows.emplace_back(key_of(frame), std::ssize(rows));
  std::sort(rows.begin(), rows.end());
  RowMatrix turns(std::ssize(poses.frames), 3);
  Eigen::VectorXd turn(turns.rows());
  for (Index d = 0; d < 3; ++d) {
    poses.parts[0]->read(d, 0, turns.rows(), turn.data());
    turns.col(d) = turn;
  }
  const auto joined = std::make_shared<SignalColumns>(3);
  bool any = false;
  for (const Frame& frame : table.frames) {
    // Of rows with one key the last one counts.
    const auto after = std::upper_bound(rows.begin(), rows.end(), std::pair(key_of(frame), turns.rows()));
    const bool found = after != rows.begin() && (after - 1)->first == key_of(frame);
    any = any || found;
    Eigen::Matrix<double, 1, 3> row = Eigen::Matrix<double, 1, 3>::Constant(not_there);
    if (found) row = turns.row((after - 1)->second);
    joined->append(row);
  }
  if (!any && !table.frames.empty())
    throw data_error({head.string(), 0, {}}, "has none of the frames of the codes", "is it another video?");
  table.parts.push_back(joined);
  table.columns.insert(table.columns.end(), head_columns().begin(), head_columns().end());
}

void VideoSignals::read(Index signal, Index first, Index n, double* to) const {
  const SignalColumns* part = nullptr;
  for (const auto& one : parts_) {
    part = one.get();
    if (signal < part->count()) break;
    signal -= part->count();
  }
  first += first_;
  if (sources_.empty()) return part->read(signal, first, n, to);
  const auto begin = sources_.begin() + first, end = begin + n;
  Index low = part->rows(), high = -1;
  for (auto source = begin; source != end; ++source) {
    if (source->row < 0) continue;
    low = std::min(low, source->row);
    high = std::max({high, source->row, source->next});
  }
  Eigen::VectorXd values(std::max<Index>(0, high + 1 - low));
  part->read(signal, low, values.size(), values.data());
  for (auto source = begin; source != end; ++source, ++to) {
    *to = source->row < 0 ? not_there : values[source->row - low];
    if (source->share != 0) *to = *to * (1 - source->share) + values[source->next - low] * source->share;
  }
}

Eigen::VectorXd VideoSignals::signal(Index signal) const {
  Eigen::VectorXd values(frames_);
  read(signal, 0, frames_, values.data());
  return values;
}

RowMatrix VideoSignals::signals(const std::vector<Index>& chosen) const {
  RowMatrix values(frames_, std::ssize(chosen));
  for (Index k = 0; k < values.cols(); ++k) values.col(k) = signal(chosen[static_cast<std::size_t>(k)]);
  return values;
}

RowMatrix VideoSignals::rows(Index first, Index n) const {
  RowMatrix values(n, count());
  Eigen::VectorXd one(n);
  for (Index u = 0; u < count(); ++u) {
    read(u, first, n, one.data());
    values.col(u) = one;
  }
  return values;
}

void VideoSignals::cut(Index first, Index n) {
  first_ += first;
  start += static_cast<double>(first) / fps;
  frames_ = n;
}

/// Gives the signals of a face their even times.
class EvenSampling {
 public:
  /// `rows`: those of the face that have a time.
  EvenSampling(const SignalTable& table, std::vector<Index> rows, bool stamped, VideoSignals& made)
      : rows_(std::move(rows)), made_(made) {
    // By number where there are no time stamps.
    times_.reserve(rows_.size());
    for (const Index row : rows_) {
      const Frame& frame = table.frames[static_cast<std::size_t>(row)];
      times_.push_back(stamped ? frame.timestamp : static_cast<double>(frame.number - 1) / made.fps);
    }
    made_.start = times_.front();
    made_.parts_ = table.parts;
  }

  /// Rows at even times; false when a row's time lies off the grid by more than a quarter of a frame.
  bool place_rows() {
    Index before = -1;
    bool as_they_are = true;
    for (std::size_t k = 0; k < rows_.size(); ++k) {
      const double place = (times_[k] - made_.start) * made_.fps, whole = std::round(place);
      const auto at = static_cast<Index>(whole);
      if (std::abs(place - whole) > 0.25 || (k > 0 && at <= before)) return false;
      as_they_are = as_they_are && at == rows_[k];
      before = at;
    }
    made_.frames_ = before + 1;
    if (as_they_are && made_.frames_ == std::ssize(rows_)) return true;
    made_.sources_.resize(static_cast<std::size_t>(made_.frames_));
    for (std::size_t k = 0; k < rows_.size(); ++k)
      made_.sources_[static_cast<std::size_t>(std::round((times_[k] - made_.start) * made_.fps))].row =
          rows_[k];
    return true;
  }

  /// Linear between neighbours; missing where these are more than one and a half frames apart.
  void interpolate_rows(double own_rate) {
    made_.resampled = true;
    const auto count = static_cast<Index>(std::floor((times_.back() - made_.start) * made_.fps + 1e-6)) + 1;
    made_.frames_ = count;
    made_.sources_.resize(static_cast<std::size_t>(count));
    std::size_t k = 0;
    for (Index t = 0; t < count; ++t) {
      VideoSignals::Source& source = made_.sources_[static_cast<std::size_t>(t)];
      const double time = made_.start + static_cast<double>(t) / made_.fps;
      while (k + 1 < times_.size() && times_[k + 1] <= time) ++k;
      const double after = time - times_[k];
      if (after < 1e-6 / made_.fps || k + 1 == times_.size()) {
        if (after < 0.5 / own_rate) source.row = rows_[k];
        continue;
      }
      const double gap = times_[k + 1] - times_[k];
      if (gap > 1.5 / own_rate) continue;
      source = {rows_[k], rows_[k + 1], after / gap};
    }
  }

 private:
  std::vector<Index> rows_;
  std::vector<double> times_;
  VideoSignals& made_;
};

std::vector<VideoSignals> even_signals(const SignalTable& table, const CodeSignalOptions& options, double fps,
                                       const std::string& file, double tolerance) {
  std::vector<VideoSignals> all;
  const auto faces = faces_of(table.frames);
  for (const auto& face : faces) {
    const double own = options.ignore_timestamps ? 0 : frame_rate(table.frames, face).value_or(0);
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
    rows.reserve(face.size());
    for (const Index row : face)
      if (own == 0 || !std::isnan(table.frames[static_cast<std::size_t>(row)].timestamp)) rows.push_back(row);
    VideoSignals made;
    if (faces.size() > 1) made.face_id = table.frames[static_cast<std::size_t>(face[0])].face_id;
    made.columns = table.columns;
    made.fps = own > 0 && !another ? own : fps;
    EvenSampling sampling(table, std::move(rows), own > 0, made);
    if (another || !sampling.place_rows()) sampling.interpolate_rows(own > 0 ? own : made.fps);
    all.push_back(std::move(made));
  }
  if (all.empty()) throw data_error({file, 0, {}}, "has no rows", "was its video empty?");
  return all;
}

}  // namespace facelex
