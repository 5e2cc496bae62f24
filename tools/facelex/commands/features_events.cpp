#include <set>

#include "cli/commands.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/evaluate/covariates.hpp"
#include "facelex/features/events/events.hpp"
#include "facelex/features/video_signals.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/pipeline/outputs.hpp"
#include "facelex/provenance/ownership.hpp"

namespace facelex::cli {
namespace {

namespace fs = std::filesystem;

/// One video: its responses, or why it has none.
struct EventVideo {
  std::optional<VideoResponses> responses;
  Message reason;
};

class FeaturesEventsCommand : public Command {
 public:
  explicit FeaturesEventsCommand(CLI::App& features)
      : Command(
            features,
            {"events", "What faces do around events: averages of codes, and their mean curves",
             "Averages codes around the events of a task, each minus its baseline. EVENTS is a table with "
             "the "
             "columns onset (seconds on the clock of the video) and trial_type, as BIDS has them (tabs or "
             "commas; duration is not used): with a column name for the events of each video, without one "
             "for "
             "all videos alike; or a folder with NAME_events.tsv for each video. Writes events.csv (a row "
             "for "
             "each video and trial type: mean, peak and latency of every signal after the onset), "
             "features.csv (the same with a row for each video, for facelex evaluate) and curves.csv (the "
             "mean "
             "curve over subjects with its 95 % interval).",
             "facelex features events codes --events events.tsv --labels labels.csv --by group -o events"}) {
    add_inputs("Files of codes, or folders of such files", false);
    app_->add_option("--events", events_file_, "Table of events, or a folder of such tables")
        ->type_name("FILE")
        ->required()
        ->group("Input and output");
    app_->add_option("--labels", labels_,
                     "CSV with columns name and subject: the curves count subjects instead of videos")
        ->type_name("FILE")
        ->group("Input and output");
    app_->add_option("--by", by_, "Column of the labels: curves for each of its values, such as group")
        ->type_name("COLUMN")
        ->group("Input and output");
    add_output("Folder to write to");
    add_options("Averaging", described(options_));
    add_threads();
    add_force();
  }

 private:
  static constexpr std::array<const char*, 3> tables = {"events.csv", "features.csv", "curves.csv"};

  int run() override {
    options_.check();
    check_folder_path(output_);
    if (!by_.empty() && labels_.empty()) throw usage_error("--by needs --labels", "name the table of labels");
    const auto items = inputs(recording_files("recordings (.csv, .npy)")).items;
    const EventList events(events_file_);
    const auto owners = owners_of(items);
    const Provenance made = provenance(items, events);
    const fs::path folder(output_);
    require_folder(folder, items, events);
    if (!force_ && std::all_of(tables.begin(), tables.end(),
                               [&](const char* name) { return is_complete(folder / name, made); })) {
      reporter_->info("complete already (the same inputs, options and version; --force does it again)");
      return 0;
    }
    check_writable(folder / tables[0]);
    say_unknown_names(items, events);
    std::vector<EventVideo> videos = average(items, events);
    return write(folder, items, std::move(videos), events, owners, made);
  }

  std::map<std::string, VideoOwner> owners_of(const std::vector<NamedFile>& items) const {
    std::map<std::string, VideoOwner> owners;
    if (labels_.empty()) return owners;
    const auto subjects = texts_of_videos(labels_, "subject");
    const auto groups = by_.empty() ? std::map<std::string, std::string>() : texts_of_videos(labels_, by_);
    for (const NamedFile& item : items) {
      const auto subject = subjects.find(item.name);
      const auto group = groups.find(item.name);
      if (subject == subjects.end())
        reporter_->warning(item.name + ": no subject in " + labels_ + "; it counts as a subject of its own");
      if (group == groups.end() && !by_.empty())
        reporter_->warning(item.name + ": no " + by_ + " in " + labels_ + "; its curves have no group");
      owners[item.name] = {subject == subjects.end() ? item.name : subject->second,
                           group == groups.end() ? std::string() : group->second};
    }
    return owners;
  }

  void say_unknown_names(const std::vector<NamedFile>& items, const EventList& events) const {
    std::set<std::string> known;
    for (const NamedFile& item : items) {
      known.insert(item.name);
      known.insert(fs::path(item.name).filename().string());
    }
    for (const std::string& name : events.names())
      if (!known.contains(name))
        reporter_->warning("events of " + in_quotes(name) + ": there is no such recording");
  }

  std::vector<EventVideo> average(const std::vector<NamedFile>& items, const EventList& events) {
    std::vector<EventVideo> videos(items.size());
    const Work watched = work();
    ThreadPool pool(watched.threads);
    pool.for_each(items.size(), [&](std::size_t i) {
      watched.check_stop();
      try {
        videos[i].responses = averaged(items[i], events);
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::data) throw;
        videos[i].reason = error.message();
      }
    });
    return videos;
  }

  VideoResponses averaged(const NamedFile& item, const EventList& events) const {
    if (!item.problem.empty()) throw data_error({}, item.problem);
    const std::vector<VideoEvent>* own = events.of(item.name);
    if (!own || own->empty()) throw data_error({}, "no events in " + events_file_);
    Recording recording = read_recording(item.file, item.name);
    CodeSignalOptions signals;
    signals.columns = options_.columns;
    const auto chosen = signal_columns_of(recording, signals, item.file.string());
    std::vector<Column> columns;
    for (const Eigen::Index column : chosen)
      columns.push_back(recording.columns[static_cast<std::size_t>(column)]);
    recording.values = RowMatrix(recording.values(Eigen::all, chosen));
    recording.columns = std::move(columns);
    return event_responses(recording, *own, options_, item.file.string());
  }

  int write(const fs::path& folder, const std::vector<NamedFile>& items, std::vector<EventVideo> videos,
            const EventList& events, const std::map<std::string, VideoOwner>& owners,
            const Provenance& made) const {
    std::vector<VideoResponses> kept;
    Json left_out = Json::array();
    const auto leave_out = [&](const std::string& name, const Message& reason) {
      reporter_->error(name + " is left out: " + reason);
      left_out.push_back({{"name", name}, {"reason", reason.text()}});
    };
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!videos[i].responses) {
        leave_out(items[i].name, videos[i].reason);
      } else if (!kept.empty() && names_of(*videos[i].responses) != names_of(kept.front())) {
        leave_out(items[i].name, "its columns are not those of " + kept.front().name);
      } else {
        if (!videos[i].responses->note.empty())
          reporter_->warning(items[i].name + ": " + videos[i].responses->note);
        kept.push_back(std::move(*videos[i].responses));
      }
    }
    if (kept.empty())
      throw data_error({}, "no recording has responses to events, so nothing is written",
                       "the lines above say why");
    std::error_code ignored;
    for (const char* name : tables) fs::remove(sidecar_path(folder / name), ignored);
    const auto& signals = kept.front().columns;
    const auto put = [&](const char* name, const std::string& text, std::vector<Column> columns) {
      AtomicFile file(folder / name);
      file.write(text);
      StageResult result;
      result.output_digest = file.commit();
      result.columns = std::move(columns);
      result.partial = !left_out.empty();
      if (result.partial) result.message = std::to_string(left_out.size()) + " recordings left out";
      result.details["left_out"] = left_out;
      write_sidecar(folder / name, sidecar_of(made, std::move(result)));
    };
    put("curves.csv", event_curves_csv(kept, events.types(), owners, options_), event_curves_columns());
    put("features.csv", event_features_csv(kept, events.types()),
        event_features_columns(signals, events.types()));
    put("events.csv", events_csv(kept), events_columns(signals));
    reporter_->info(std::to_string(kept.size()) + " of " + std::to_string(items.size()) + " recordings, " +
                    std::to_string(events.types().size()) + " trial types, " +
                    std::to_string(signals.size()) + " signals; see " + (folder / "events.csv").string());
    return left_out.empty() ? 0 : 1;
  }

  static std::vector<std::string> names_of(const VideoResponses& video) {
    std::vector<std::string> names;
    for (const auto& column : video.columns) names.push_back(column.name);
    return names;
  }

  void require_folder(const fs::path& folder, const std::vector<NamedFile>& items,
                      const EventList& events) const {
    std::vector<NamedFile> sources = items;
    sources.insert(sources.end(), events.files().begin(), events.files().end());
    if (!labels_.empty()) sources.push_back({labels_, "labels"});
    // One that was stopped leaves a table without its sidecar.
    const bool begun = begins_with(folder / "curves.csv", "group,trial_type,signal,time,subjects");
    for (const char* name : tables) {
      require_replaceable(folder / name, sources, force_ || begun);
      require_ours(folder / name, begun || is_ours(folder / name), force_);
    }
  }

  Provenance provenance(const std::vector<NamedFile>& items, const EventList& events) {
    OptionList list = described(options_);
    Provenance made = provenance_of("features events", list);
    made.command += " --events " + fs::path(events_file_).filename().string();
    if (!labels_.empty()) made.command += " --labels " + fs::path(labels_).filename().string();
    if (!by_.empty()) made.command += " --by " + by_;
    made.identity.options["by"] = by_;
    made.input = std::to_string(items.size()) + " recordings";
    std::vector<NamedFile> files;
    for (const NamedFile& item : items)
      if (item.problem.empty()) files.push_back(item);
    files.insert(files.end(), events.files().begin(), events.files().end());
    if (!labels_.empty()) files.push_back({labels_, "labels"});
    made.identity.inputs = digest_of_files(files, work());
    return made;
  }

  std::string events_file_, labels_, by_;
  EventOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_features_events_command(CLI::App& features) {
  return std::make_unique<FeaturesEventsCommand>(features);
}

}  // namespace facelex::cli
