#include "facelex/features/wcc/features.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "correlate.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/false_discovery.hpp"
#include "facelex/core/text.hpp"

namespace facelex {
namespace {

using Eigen::Index;

struct WccFigure {
  const char *name, *suffix, *description, *unit;
};
constexpr std::array<WccFigure, 4> figures = {
    {{"mean", "", "windowed cross-correlation, mean over windows", ""},
     {"sd", " sd", "windowed cross-correlation, standard deviation over windows", ""},
     {"lag", " lag", "lag of the correlation chosen, mean over windows; > 0: the second signal follows", "s"},
     {"windows", " windows", "windows with a correlation", "windows"}}};

std::vector<VideoSignals> read_signals(const std::filesystem::path& file, const std::filesystem::path& head,
                                       const CodeSignalOptions& options, double fps, double tolerance) {
  SignalTable table = read_signal_table(file, [&](const Recording& header) {
    std::vector<Index> columns = signal_columns_of(header, options, file.string());
    if (head == file)
      for (const Index pose : pose_columns(header.columns, file.string())) columns.push_back(pose);
    return columns;
  });
  if (head == file)
    std::copy(head_columns().begin(), head_columns().end(), table.columns.end() - std::ssize(head_columns()));
  else if (!head.empty())
    add_head(table, head);
  return even_signals(table, options, fps, file.string(), tolerance);
}

/// Both at the times that both have.
void cut_to_common(VideoSignals& a, VideoSignals& b, const FeatureInput& input) {
  const double start = std::max(a.start, b.start);
  const auto first_of = [&](const VideoSignals& one) {
    return std::min<Index>(one.frames(), std::llround((start - one.start) * one.fps));
  };
  const Index first_a = first_of(a), first_b = first_of(b);
  const Index frames = std::min(a.frames() - first_a, b.frames() - first_b);
  if (frames == 0)
    throw data_error({input.file.string(), 0, {}},
                     "has no time in common with " + input.other.filename().string(),
                     "time stamps of a pair count from the same moment");
  a.cut(first_a, frames);
  b.cut(first_b, frames);
}

std::string resampling_note(const VideoSignals& signals) {
  return signals.resampled ? "its frames are resampled to " + number_text(signals.fps) + " per second" : "";
}

/// A short video has fewer different shifts than were asked for, and its p cannot be as small.
std::string surrogate_note(int used, int asked) {
  if (used >= asked) return {};
  return std::to_string(used) + " of the " + std::to_string(asked) +
         " surrogates, since its windows cannot be shifted in more ways: p is at least " +
         number_text(std::round(1e4 / (1 + used)) / 1e4);
}

/// What the signals of a person hold: one that never changes correlates with nothing.
struct SignalChanges {
  std::vector<std::string> still, moving;  ///< names; of signals that have values
  bool any_value = false;
};

SignalChanges changes_of(const VideoSignals& signals) {
  SignalChanges changes;
  for (Index d = 0; d < signals.count(); ++d) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const double value : signals.signal(d)) {
      if (std::isnan(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
    if (low > high) continue;
    changes.any_value = true;
    (low < high ? changes.moving : changes.still)
        .push_back(signals.columns[static_cast<std::size_t>(d)].name);
  }
  return changes;
}

std::string some_signals(const std::vector<std::string>& names) {
  constexpr std::size_t shown = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) text += (i > 0 ? ", " : "") + names[i];
  return text + (names.size() > shown ? " …" : "");
}

/// Why no pair of a video has a window: no face, signals that never change, or too few values.
Error no_window(const FeatureInput& input, const VideoSignals& first, const VideoSignals& second) {
  const bool pair = !input.other.empty();
  const SignalChanges first_changes = changes_of(first);
  const bool of_first = !pair || first_changes.moving.empty();
  const SignalChanges changes = of_first ? first_changes : changes_of(second);
  const Place place{(of_first ? input.file : input.other).string(), 0, {}};
  if (!changes.any_value) return data_error(place, "no frame has values", "is there a face in the video?");
  if (changes.moving.empty())
    return data_error(place,
                      "none of its " + std::to_string(changes.still.size()) + " signals ever changes (" +
                          some_signals(changes.still) + ")",
                      "what stands still correlates with nothing: are these the codes of this video?");
  std::string what = "no window of any pair has enough values";
  if (!changes.still.empty()) what += "; never changing: " + some_signals(changes.still);
  return data_error({input.file.string(), 0, {}}, what, field("valid") + " lowers what is asked");
}

}  // namespace

void WccFeatureOptions::describe(OptionList& options) {
  options.texts("values", values, "Figures of each pair: mean, sd, lag, windows")
      .flag("triangle", triangle, "Each pair of different signals once, instead of all ordered pairs");
}

void WccFeatureOptions::check() const {
  if (values.empty()) throw option_error("values", "none given", "known: mean, sd, lag, windows");
  for (const std::string& value : values) {
    if (std::none_of(figures.begin(), figures.end(), [&](const WccFigure& f) { return value == f.name; }))
      throw option_error("values", "unknown figure " + in_quotes(value), "known: mean, sd, lag, windows");
    if (std::count(values.begin(), values.end(), value) > 1)
      throw option_error("values", value + " occurs twice");
  }
}

VideoFeatures wcc_features(const FeatureInput& input, const WccOptions& wcc,
                           const WccFeatureOptions& features, const SurrogateOptions& surrogates,
                           const CodeSignalOptions& options, double fps, const Work& work) {
  features.check();
  surrogates.check();
  const bool pair = !input.other.empty();
  auto faces = read_signals(input.file, input.head, options, fps, 0.01);
  std::vector<VideoSignals> others;
  if (pair) {
    others = read_signals(input.other, {}, options, faces[0].fps, 1e-5);  // on one clock
    for (const auto& [list, file] : {std::pair(&faces, input.file), std::pair(&others, input.other)})
      if (list->size() > 1)
        throw data_error(
            {file.string(), 0, {}},
            "has " + std::to_string(list->size()) + " faces; a pair is one face of each of two files",
            "divide it by face_id");
    cut_to_common(faces[0], others[0], input);
  }
  VideoFeatures made;
  int min_used = surrogates.surrogates;
  for (const VideoSignals& face : faces) {
    const VideoSignals& second = pair ? others[0] : face;
    const WccFrames frames = wcc_frames(wcc, face.fps);
    const Index rows = face.frames();
    if (frames.windows(rows) == 0)
      throw data_error(
          {input.file.string(), 0, {}},
          "its " + number_text(std::round(100 * static_cast<double>(rows) / face.fps) / 100) +
              " s hold no window: one takes " +
              number_text(std::round(100 * static_cast<double>(frames.reach()) / face.fps) / 100) +
              " s with its lags",
          "give a shorter " + field("window") + " or " + field("lag") + ", or leave the video out");
    const WccSignals x(face);
    const std::optional<WccSignals> other = pair ? std::optional<WccSignals>(second) : std::nullopt;
    const WccSignals& y = pair ? *other : x;
    const WindowedCorrelation found = windowed_correlation(x, y, frames, work);
    if ((found.windows.array() > 0).count() == 0) throw no_window(input, face, second);
    std::vector<std::pair<Index, Index>> pairs;
    for (Index i = 0; i < face.count(); ++i)
      for (Index j = features.triangle && !pair ? i + 1 : 0; j < second.count(); ++j)
        pairs.emplace_back(i, j);
    FeatureRow row;
    row.face_id = face.face_id;
    std::vector<Column> columns;
    const auto add = [&](const std::string& suffix, const std::string& what, const std::string& unit,
                         const auto& value) {
      for (std::size_t k = 0; k < pairs.size(); ++k) {
        const std::string& a = face.columns[static_cast<std::size_t>(pairs[k].first)].name;
        const std::string& b = second.columns[static_cast<std::size_t>(pairs[k].second)].name;
        columns.push_back({std::string(a).append("~").append(b).append(suffix),
                           std::string(what).append(" of ").append(a).append(" and ").append(b), unit});
        row.values.push_back(value(k));
      }
    };
    for (const std::string& name : features.values)
      for (const WccFigure& figure : figures) {
        if (name != figure.name) continue;
        const RowMatrix& values = name == "mean"  ? found.mean
                                  : name == "sd"  ? found.sd
                                  : name == "lag" ? found.lag
                                                  : found.windows;
        const double scale = name == "lag" ? 1 / face.fps : 1;
        add(figure.suffix, figure.description, figure.unit,
            [&](std::size_t k) { return scale * values(pairs[k].first, pairs[k].second); });
      }
    if (surrogates.surrogates > 0) {
      int used = 0;
      const RowMatrix p = surrogate_p_values(x, y, frames, found, surrogates, work, used);
      std::vector<double> list;
      list.reserve(pairs.size());
      for (const auto& [i, j] : pairs)
        list.push_back(!pair && i == j ? std::numeric_limits<double>::quiet_NaN() : p(i, j));
      const std::vector<double> q = benjamini_hochberg(list);
      add(" p", "p against surrogates", "", [&](std::size_t k) { return list[k]; });
      add(" q", "false discovery rate (Benjamini-Hochberg) against surrogates", "",
          [&](std::size_t k) { return q[k]; });
      row.details["surrogates"] = used;
      min_used = std::min(min_used, used);
    }
    row.details["fps"] = face.fps;
    row.details["frames"] = rows;
    row.details["windows"] = found.laid;
    row.details["never_change"] = changes_of(face).still;
    if (pair) row.details["never_change_other"] = changes_of(second).still;
    made.columns = std::move(columns);
    made.rows.push_back(std::move(row));
    made.note = resampling_note(face.resampled ? face : second);
  }
  if (const std::string note = surrogate_note(min_used, surrogates.surrogates); !note.empty())
    made.note += (made.note.empty() ? "" : "; ") + note;
  return made;
}

}  // namespace facelex
