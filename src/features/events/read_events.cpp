#include <algorithm>
#include <cmath>
#include <set>
#include <system_error>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/features/events/events.hpp"
#include "facelex/io/tables/csv.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

/// Fields of a line that tabs or commas separate.
std::vector<std::string> event_fields(std::string_view line, bool tabs, const Place& place) {
  if (!tabs) return csv_fields(line, place);
  std::vector<std::string> fields;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find('\t', begin), line.size());
    fields.emplace_back(trimmed(line.substr(begin, end - begin)));
    begin = end + 1;
  }
  return fields;
}

bool is_event_table(const fs::path& file) {
  return file.extension() == ".tsv" || file.extension() == ".csv";
}

/// "S1" of S1.tsv and S1_events.tsv.
std::string video_of(const fs::path& file) {
  std::string stem = file.stem().string();
  constexpr std::string_view ending = "_events";
  if (stem.ends_with(ending)) stem.resize(stem.size() - ending.size());
  return stem;
}

}  // namespace

EventList::EventList(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(path))
      if (is_event_table(entry.path()) && !entry.path().filename().string().starts_with("."))
        found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    for (const auto& file : found) {
      const std::string video = video_of(file);
      if (events_.contains(video))
        throw data_error({file.string(), 0, {}}, "video " + in_quotes(video) + " has another table of events",
                         "keep one of them");
      read(file, video);
    }
    if (found.empty())
      throw data_error({path.string(), 0, {}}, "holds no table of events (.tsv, .csv)",
                       "name a file, or a folder with <video>_events.tsv for each video");
  } else {
    read(path, {});
  }
  std::set<std::string> types;
  for (auto& [video, events] : events_) {
    std::stable_sort(events.begin(), events.end(),
                     [](const VideoEvent& a, const VideoEvent& b) { return a.onset < b.onset; });
    for (const auto& event : events) types.insert(event.type);
  }
  types_.assign(types.begin(), types.end());
  std::sort(types_.begin(), types_.end(),
            [](const std::string& a, const std::string& b) { return natural_less(a, b); });
}

void EventList::read(const fs::path& file, const std::string& video) {
  files_.push_back({file, file.filename().string()});
  CsvLines lines(file);
  std::string_view line;
  if (!lines.next(line) || trimmed(line).empty())
    throw data_error({file.string(), 0, {}}, "is empty", "it needs a header with the column onset");
  const bool tabs = line.find('\t') != std::string_view::npos;
  const auto header = event_fields(line, tabs, lines.place());
  const auto column = [&](const char* name) {
    return std::find(header.begin(), header.end(), name) - header.begin();
  };
  const auto none = static_cast<std::ptrdiff_t>(header.size());
  const auto onset = column("onset"), type = column("trial_type"), name = column("name");
  if (onset == none)
    throw data_error(lines.place(), "has no column 'onset'",
                     "events have the columns onset (seconds) and trial_type, separated by tabs or commas");
  if (!video.empty()) events_[video];
  bool any = false;
  while (lines.next(line)) {
    if (trimmed(line).empty()) continue;
    const auto fields = event_fields(line, tabs, lines.place());
    if (fields.size() != header.size())
      throw data_error(lines.place(), std::to_string(fields.size()) + " fields, but the header has " +
                                          std::to_string(header.size()));
    const std::string& text = fields[static_cast<std::size_t>(onset)];
    const auto seconds = parse_double(text);
    if (!seconds || !std::isfinite(*seconds))
      throw data_error(lines.place("onset"), in_quotes(text) + " is not a time in seconds",
                       "take the line out if the event has no time");
    VideoEvent event{*seconds, "event"};
    if (type != none) {
      const std::string& given = fields[static_cast<std::size_t>(type)];
      if (!given.empty() && given != "n/a") event.type = given;
    }
    std::string whose = video;
    if (video.empty() && name != none) {
      whose = fields[static_cast<std::size_t>(name)];
      if (whose.empty()) throw data_error(lines.place("name"), "a name is missing", "say whose event it is");
    }
    events_[whose].push_back(std::move(event));
    any = true;
  }
  if (!any && video.empty()) throw data_error({file.string(), 0, {}}, "has a header, but no event");
}

const std::vector<VideoEvent>* EventList::of(const std::string& name) const {
  auto found = events_.find(name);
  if (found == events_.end()) found = events_.find(fs::path(name).filename().string());
  if (found == events_.end()) found = events_.find("");
  return found == events_.end() ? nullptr : &found->second;
}

std::vector<std::string> EventList::names() const {
  std::vector<std::string> names;
  for (const auto& [name, events] : events_)
    if (!name.empty()) names.push_back(name);
  return names;
}

}  // namespace facelex
