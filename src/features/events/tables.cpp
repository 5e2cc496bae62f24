#include <cmath>
#include <limits>
#include <set>

#include "facelex/core/student.hpp"
#include "facelex/core/text.hpp"
#include "facelex/features/events/events.hpp"
#include "facelex/io/tables/csv.hpp"

namespace facelex {
namespace {

using Eigen::Index;

const EventResponse* response_of(const FaceResponses& face, const std::string& type) {
  for (const auto& response : face.responses)
    if (response.type == type) return &response;
  return nullptr;
}

void append_face(std::string& text, const VideoResponses& video, const FaceResponses& face) {
  text += csv_field(video.name) + "," + (face.face_id < 0 ? std::string() : std::to_string(face.face_id));
}

/// mean, peak and latency of each signal.
void append_figures(std::string& text, const EventResponse* response, Index signals) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  for (Index d = 0; d < signals; ++d)
    for (const double value : {response ? response->mean(d) : none, response ? response->peak(d) : none,
                               response ? response->latency(d) : none}) {
      text += ',';
      append_number(text, value);
    }
}

std::string header_of(const std::vector<Column>& columns) {
  std::string text;
  for (const auto& column : columns) text += (text.empty() ? "" : ",") + csv_field(column.name);
  return text + "\n";
}

void append_figure_columns(std::vector<Column>& columns, const Column& signal, const std::string& ending,
                           const std::string& what) {
  columns.push_back({signal.name + " mean" + ending, "mean after the onset" + what, signal.unit});
  columns.push_back(
      {signal.name + " peak" + ending, "value of the largest modulus after the onset" + what, signal.unit});
  columns.push_back({signal.name + " latency" + ending, "time of the peak from the onset" + what, "s"});
}

/// Curves of one subject, to be averaged.
struct SubjectCurves {
  RowMatrix sum, count;
};

}  // namespace

std::vector<Column> events_columns(const std::vector<Column>& signals) {
  std::vector<Column> columns = {{"name", "video", ""},
                                 {"face_id", "in a video of several faces", ""},
                                 {"trial_type", "", ""},
                                 {"events", "of this type", "events"},
                                 {"used", "with enough frames around them", "events"}};
  for (const auto& signal : signals) append_figure_columns(columns, signal, "", "");
  return columns;
}

std::vector<Column> event_features_columns(const std::vector<Column>& signals,
                                           const std::vector<std::string>& types) {
  std::vector<Column> columns = {{"name", "video", ""}, {"face_id", "in a video of several faces", ""}};
  for (const auto& type : types)
    for (const auto& signal : signals) append_figure_columns(columns, signal, " " + type, " of " + type);
  return columns;
}

std::vector<Column> event_curves_columns() {
  return {{"group", "of the labels; empty without", ""},
          {"trial_type", "", ""},
          {"signal", "", ""},
          {"time", "middle of the bin, from the onset", "s"},
          {"subjects", "with a value", "subjects"},
          {"mean", "over subjects, each the mean of its videos", "of the signal"},
          {"low", "2.5 %, Student's t over subjects", "of the signal"},
          {"high", "97.5 %", "of the signal"}};
}

std::string events_csv(const std::vector<VideoResponses>& videos) {
  std::string text = header_of(events_columns(videos.front().columns));
  for (const auto& video : videos)
    for (const auto& face : video.faces)
      for (const auto& response : face.responses) {
        append_face(text, video, face);
        text += "," + csv_field(response.type) + "," + std::to_string(response.events) + "," +
                std::to_string(response.used);
        append_figures(text, &response, static_cast<Index>(video.columns.size()));
        text += '\n';
      }
  return text;
}

std::string event_features_csv(const std::vector<VideoResponses>& videos,
                               const std::vector<std::string>& types) {
  std::string text = header_of(event_features_columns(videos.front().columns, types));
  for (const auto& video : videos)
    for (const auto& face : video.faces) {
      append_face(text, video, face);
      for (const auto& type : types)
        append_figures(text, response_of(face, type), static_cast<Index>(video.columns.size()));
      text += '\n';
    }
  return text;
}

std::string event_curves_csv(const std::vector<VideoResponses>& videos, const std::vector<std::string>& types,
                             const std::map<std::string, VideoOwner>& owners, const EventOptions& options) {
  const auto& signals = videos.front().columns;
  const auto width = static_cast<Index>(signals.size());
  const int bins = options.bins();
  std::string text = header_of(event_curves_columns());
  std::set<std::string> groups;
  const auto owner_of = [&](const VideoResponses& video) {
    const auto found = owners.find(video.name);
    return found == owners.end() ? VideoOwner{video.name, {}} : found->second;
  };
  for (const auto& video : videos) groups.insert(owner_of(video).group);
  for (const auto& group : groups)
    for (const auto& type : types) {
      std::map<std::string, SubjectCurves> subjects;
      for (const auto& video : videos) {
        const VideoOwner owner = owner_of(video);
        if (owner.group != group) continue;
        for (const auto& face : video.faces) {
          const EventResponse* response = response_of(face, type);
          if (!response || response->used == 0) continue;
          const std::string whose =
              face.face_id < 0 ? owner.subject : owner.subject + "\n" + std::to_string(face.face_id);
          auto [own, is_new] = subjects.try_emplace(whose);
          if (is_new) own->second = {RowMatrix::Zero(bins, width), RowMatrix::Zero(bins, width)};
          for (Index i = 0; i < response->curve.size(); ++i)
            if (!std::isnan(response->curve.data()[i])) {
              own->second.sum.data()[i] += response->curve.data()[i];
              own->second.count.data()[i] += 1;
            }
        }
      }
      for (Index d = 0; d < width; ++d)
        for (int bin = 0; bin < bins; ++bin) {
          std::vector<double> values;
          for (const auto& [subject, own] : subjects)
            if (own.count(bin, d) > 0) values.push_back(own.sum(bin, d) / own.count(bin, d));
          const auto n = static_cast<double>(values.size());
          double mean = 0, squares = 0;
          for (const double value : values) mean += value / n;
          for (const double value : values) squares += (value - mean) * (value - mean);
          const double nothing = std::numeric_limits<double>::quiet_NaN();
          const double half = n < 2 ? nothing
                                    : student_bound(0.95, static_cast<int>(values.size()) - 1) *
                                          std::sqrt(squares / (n - 1) / n);
          text += csv_field(group) + "," + csv_field(type) + "," +
                  csv_field(signals[static_cast<std::size_t>(d)].name);
          for (const double value :
               {options.bin_time(bin), n, values.empty() ? nothing : mean, mean - half, mean + half}) {
            text += ',';
            append_number(text, value);
          }
          text += '\n';
        }
    }
  return text;
}

}  // namespace facelex
