#include "facelex/analysis/wcc_features.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "facelex/analysis/windowed_correlation.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/recording_file.hpp"

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
  Recording recording = read_recording(file);
  std::vector<Index> columns = signal_columns_of(recording, options, file.string());
  if (!head.empty()) {
    const Recording poses = head == file ? recording : read_recording(head);
    add_head(recording, columns, poses, head.string());
  }
  return even_signals(recording, columns, options, fps, file.string(), tolerance);
}

/// Both at the times that both have.
void cut_to_common(VideoSignals& a, VideoSignals& b, const FeatureInput& input) {
  const double start = std::max(a.start, b.start);
  const auto cut = [&](VideoSignals& one) {
    const auto first = static_cast<Index>(std::llround((start - one.start) * one.fps));
    one.values = RowMatrix(one.values.bottomRows(std::max<Index>(0, one.values.rows() - first)));
  };
  cut(a);
  cut(b);
  const Index rows = std::min(a.values.rows(), b.values.rows());
  if (rows == 0)
    throw data_error({input.file.string(), 0, {}},
                     "has no time in common with " + input.other.filename().string(),
                     "time stamps of a pair count from the same moment");
  a.values = RowMatrix(a.values.topRows(rows));
  b.values = RowMatrix(b.values.topRows(rows));
}

std::string resampling_note(const VideoSignals& signals) {
  return signals.resampled ? "its frames are resampled to " + number_text(signals.fps) + " per second" : "";
}

}  // namespace

void WccFeatureOptions::describe(OptionList& options) {
  options.texts("values", values, "Figures of each pair: mean, sd, lag, windows")
      .flag("triangle", triangle, "Each pair of different signals once, instead of all ordered pairs");
}

void WccFeatureOptions::check() const {
  if (values.empty()) throw usage_error("values: none given", "known are mean, sd, lag, windows");
  for (const std::string& value : values) {
    if (std::none_of(figures.begin(), figures.end(), [&](const WccFigure& f) { return value == f.name; }))
      throw usage_error("values: unknown figure " + in_quotes(value), "known are mean, sd, lag, windows");
    if (std::count(values.begin(), values.end(), value) > 1)
      throw usage_error("values: " + value + " stands twice");
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
  for (const VideoSignals& face : faces) {
    const VideoSignals& second = pair ? others[0] : face;
    const WccFrames frames = wcc_frames(wcc, face.fps);
    const Index rows = face.values.rows();
    if (frames.windows(rows) == 0)
      throw data_error(
          {input.file.string(), 0, {}},
          "its " + number_text(std::round(100 * static_cast<double>(rows) / face.fps) / 100) +
              " s hold no window: one takes " +
              number_text(std::round(100 * static_cast<double>(frames.reach()) / face.fps) / 100) +
              " s with its lags",
          "give a shorter --window or --lag, or leave the video out");
    const WindowedCorrelation found = pair ? windowed_correlation(face.values, second.values, frames, work)
                                           : windowed_correlation(face.values, frames, work);
    if ((found.windows.array() > 0).count() == 0)
      throw data_error({input.file.string(), 0, {}}, "no window of any pair has enough values",
                       "is there a face in the video? --valid lowers what is asked");
    std::vector<std::pair<Index, Index>> pairs;
    for (Index i = 0; i < face.values.cols(); ++i)
      for (Index j = features.triangle && !pair ? i + 1 : 0; j < second.values.cols(); ++j)
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
      const RowMatrix p =
          surrogate_p_values(face.values, second.values, frames, found, surrogates, work, used);
      std::vector<double> list;
      list.reserve(pairs.size());
      for (const auto& [i, j] : pairs)
        list.push_back(!pair && i == j ? std::numeric_limits<double>::quiet_NaN() : p(i, j));
      const std::vector<double> q = benjamini_hochberg(list);
      add(" p", "p against surrogates", "", [&](std::size_t k) { return list[k]; });
      add(" q", "false discovery rate (Benjamini-Hochberg) against surrogates", "",
          [&](std::size_t k) { return q[k]; });
      row.details["surrogates"] = used;
    }
    row.details["fps"] = face.fps;
    row.details["frames"] = rows;
    row.details["windows"] = found.laid;
    made.columns = std::move(columns);
    made.rows.push_back(std::move(row));
    made.note = resampling_note(face.resampled ? face : second);
  }
  return made;
}

}  // namespace facelex
