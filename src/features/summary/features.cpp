#include "facelex/features/summary/features.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "groups.hpp"

namespace facelex {
namespace {

using Eigen::Index;

bool needs_units(const SummaryOptions& options) {
  return std::any_of(options.groups.begin(), options.groups.end(),
                     [](const std::string& group) { return group != "kinematics"; });
}

/// Says what is odd of a video's time, and how much of it there is.
void describe_time(const VideoSignals& signals, SummaryRow& made) {
  if (signals.resampled)
    made.add_note("its frames are resampled to " + number_text(signals.fps) + " per second");
  made.row.details["fps"] = signals.fps;
  made.row.details["frames"] = signals.frames();
}

void add_unit_groups(const VideoSignals& units, const SummaryOptions& options, const std::string& file,
                     const Work& work, SummaryRow& made) {
  std::vector<bool> has_codes(static_cast<std::size_t>(units.frames()));
  Json still = Json::array();
  for (Index u = 0; u < units.count(); ++u) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    std::size_t t = 0;
    for (const double value : units.signal(u)) {
      if (!std::isnan(value)) {
        has_codes[t] = true;
        low = std::min(low, value);
        high = std::max(high, value);
      }
      ++t;
    }
    if (!(low < high)) still.push_back(units.columns[static_cast<std::size_t>(u)].name);
  }
  const std::int64_t with_codes = std::count(has_codes.begin(), has_codes.end(), true);
  if (with_codes < 2)
    throw data_error({file, 0, {}}, with_codes == 0 ? "no frame has codes" : "a single frame has codes",
                     "is there a face in the video?");
  made.row.details["frames_with_codes"] = with_codes;
  if (still.size() == units.columns.size())
    made.add_note("none of its " + std::to_string(still.size()) + " units ever changes");
  made.row.details["never_change"] = std::move(still);
  if (options.has("statistics")) add_statistics(units, options, made);
  if (options.has("activations")) add_activations(units, options, made);
  if (options.has("asymmetry")) add_asymmetry(units, file, made);
  if (options.has("expressivity") || options.has("diversity")) add_peaks(units, options, file, work, made);
}

/// The faces of a recording with the columns that are its movements.
std::vector<VideoSignals> read_movements(const std::string& file, const SummaryOptions& options,
                                         const CodeSignalOptions& signals, double fps,
                                         std::vector<MovingThing>& things) {
  const SignalTable table = read_signal_table(file, [&](const Recording& recording) {
    things = moving_things(recording.columns, options.points, file);
    std::vector<Index> columns;
    for (MovingThing& thing : things)
      for (auto& point : thing.points)
        for (Index& coordinate : point) {
          columns.push_back(coordinate);
          coordinate = std::ssize(columns) - 1;
        }
    return columns;
  });
  return even_signals(table, signals, fps, file);
}

const VideoSignals& face_of(const std::vector<VideoSignals>& faces, int face_id, const std::string& file) {
  for (const VideoSignals& face : faces)
    if (face.face_id == face_id || (faces.size() == 1 && face_id < 0)) return face;
  throw data_error({file, 0, {}},
                   face_id < 0 ? "has several faces, the codes have one"
                               : "has no face " + std::to_string(face_id) + ", the codes have",
                   "both come from one extraction");
}

}  // namespace

void SummaryRow::add(const std::string& name, const std::string& description, const std::string& unit,
                     double value) {
  columns.push_back({name, description, unit});
  row.values.push_back(value);
}

void SummaryRow::add_note(const std::string& text) {
  if (!note.empty()) note += "; ";
  note += text;
}

VideoFeatures summary_features(const FeatureInput& input, const SummaryOptions& options,
                               const CodeSignalOptions& signals, double fps, const Work& work) {
  options.check();
  const std::string file = input.file.string();
  const std::string motion_file = (input.head.empty() ? input.file : input.head).string();
  std::vector<VideoSignals> units, movements;
  std::vector<MovingThing> things;
  if (needs_units(options)) {
    const SignalTable table = read_signal_table(
        input.file, [&](const Recording& recording) { return signal_columns_of(recording, signals, file); });
    units = even_signals(table, signals, fps, file);
  }
  if (options.has("kinematics")) movements = read_movements(motion_file, options, signals, fps, things);
  VideoFeatures made;
  for (const VideoSignals& face : units.empty() ? movements : units) {
    work.check_stop();
    SummaryRow row;
    row.row.face_id = face.face_id;
    describe_time(face, row);
    if (!units.empty()) add_unit_groups(face, options, file, work, row);
    if (options.has("kinematics"))
      add_kinematics(face_of(movements, face.face_id, motion_file), things, options, motion_file, row);
    made.columns = std::move(row.columns);
    made.rows.push_back(std::move(row.row));
    if (!row.note.empty() && !made.note.empty()) made.note += "; ";
    made.note += row.note;
  }
  return made;
}

}  // namespace facelex
