#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "facelex/core/options.hpp"
#include "facelex/features/feature_table.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

struct EventOptions {
  std::vector<double> window = {-1, 3};    ///< seconds from the onset: first and last; first < last
  std::vector<double> baseline = {-1, 0};  ///< seconds from the onset whose mean is subtracted; first < last
  bool raw = false;                        ///< no baseline is subtracted
  double step = 0.1;       ///< seconds: width of the bins of the mean curve; > 0, at least one frame
  double min_share = 0.5;  ///< of the bins that need a frame with codes for an event to count; 0 … 1
  std::vector<std::string> columns;  ///< signals, as in CodeSignalOptions; empty: all codes

  void describe(OptionList& options);
  /// Throws Error (usage).
  void check() const;
  /// Of the window; at least 1.
  int bins() const;
  /// Seconds from the onset to the middle of a bin.
  double bin_time(int bin) const;
};

/// Something that happened while a video was recorded.
struct VideoEvent {
  double onset = 0;  ///< seconds, on the clock of the video's time stamps
  std::string type;  ///< trial_type
};

/// Events of many videos.
class EventList {
 public:
  /// A file, or a folder of files. BIDS events.tsv (tabs) or CSV with a header: onset in seconds and
  /// trial_type ("event" without that column or where it is missing); other columns (duration …) are not
  /// used. A file with a column `name` says whose event it is; another is every video's. A folder holds a
  /// file for each video: <name>.tsv or .csv, perhaps with "_events" before the ending. Throws Error (data):
  /// cannot be read, no column onset, no events, an onset that is no number. n/a is refused too: an event
  /// without a time is a mistake.
  explicit EventList(const std::filesystem::path& path);

  /// Events of a video in order of onset; null: none are known.
  const std::vector<VideoEvent>* of(const std::string& name) const;
  /// All types, in natural order.
  const std::vector<std::string>& types() const { return types_; }
  /// Names of videos that have events of their own.
  std::vector<std::string> names() const;
  /// What was read, for digests.
  const std::vector<NamedFile>& files() const { return files_; }

 private:
  void read(const std::filesystem::path& file, const std::string& video);

  std::map<std::string, std::vector<VideoEvent>> events_;  ///< by video; "" is every video
  std::vector<std::string> types_;
  std::vector<NamedFile> files_;
};

/// What follows events of one type in one face of a video.
struct EventResponse {
  std::string type;
  int events = 0, used = 0;  ///< used: with enough frames in the window and one in the baseline
  RowMatrix curve;           ///< bins × D: mean over the events used that have a value there; NaN: none has
  /// D, over bins from the onset on: mean, value of the largest modulus, and its bin_time.
  Eigen::VectorXd mean, peak, latency;
};
struct FaceResponses {
  int face_id = -1;
  std::vector<EventResponse> responses;  ///< of the types that have events here, in the order of `types`
};
struct VideoResponses {
  std::string name;
  std::vector<Column> columns;  ///< D
  std::vector<FaceResponses> faces;
  std::string note;  ///< events that could not be used, or empty
};

/// Event-related averages. A frame belongs to an event's bin by its time stamp; a bin's value is the mean of
/// its frames, a bin's baseline-corrected value that minus the mean of the frames in the baseline interval.
/// Intervals hold their first moment and not their last. Throws Error (data): no time stamps, bins shorter
/// than frames, no event that can be used.
VideoResponses event_responses(const Recording& recording, const std::vector<VideoEvent>& events,
                               const EventOptions& options, const std::string& file);

/// Whose video it is, and of which group; both may be unknown.
struct VideoOwner {
  std::string subject, group;
};

/// name, face_id, trial_type, events, used, and mean, peak and latency of every signal: a row for each face
/// and type.
std::string events_csv(const std::vector<VideoResponses>& videos);
/// The same as features, a row for each face: "AU12 mean smile". Types without events are missing.
std::string event_features_csv(const std::vector<VideoResponses>& videos,
                               const std::vector<std::string>& types);
/// group, trial_type, signal, time, subjects, mean, low, high: the mean curve of subjects (each the mean of
/// its videos) with Student's 95 % interval of the mean. `owners` by video; others are subjects of their own,
/// of no group.
std::string event_curves_csv(const std::vector<VideoResponses>& videos, const std::vector<std::string>& types,
                             const std::map<std::string, VideoOwner>& owners, const EventOptions& options);
/// Columns of the three tables.
std::vector<Column> events_columns(const std::vector<Column>& signals);
std::vector<Column> event_features_columns(const std::vector<Column>& signals,
                                           const std::vector<std::string>& types);
std::vector<Column> event_curves_columns();

}  // namespace facelex
