#include "facelex/batch/runner.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <mutex>
#include <optional>
#include <set>

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/printable.hpp"
#include "facelex/provenance/ownership.hpp"
#include "facelex/provenance/temporaries.hpp"
#include "refusal.hpp"

namespace facelex {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// One line, whatever the message holds.
std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  return text;
}

/// Whether all items come from one file (the subjects of a cohort's description): then they go by their
/// names.
bool one_source(const Inputs& inputs) {
  return inputs.items.size() > 1 &&
         std::all_of(inputs.items.begin(), inputs.items.end(),
                     [&](const NamedFile& item) { return item.file == inputs.items[0].file; });
}

/// "clips/07.mp4: 900 frames, 98 % with a face, 412 frames/s"
std::string item_text(const ManifestRow& row, bool by_name) {
  std::string text = (by_name ? row.name : row.path) + ": " + std::to_string(row.frames) + " frames";
  const auto frames = static_cast<double>(row.frames);
  if (row.frames > 0)
    text += ", " + std::to_string(std::lround(100 * static_cast<double>(row.with_face) / frames)) +
            " % with a face";
  if (row.state == ItemState::skipped) return text + ", complete already";
  if (row.frames > 0 && row.seconds > 0)
    text += ", " + std::to_string(std::lround(frames / row.seconds)) + " frames/s";
  return text;
}

class BatchRun {
 public:
  BatchRun(const Inputs& inputs, const Stage& stage, const BatchOptions& options, Reporter& reporter)
      : inputs_(inputs),
        stage_(stage),
        options_(options),
        reporter_(reporter),
        manifest_(manifest_path(options.output, inputs.shard)),
        by_name_(stage.by_name || one_source(inputs)) {
    for (const auto& item : inputs.items) {
      ManifestRow row;
      row.path = item.file.string();
      row.name = item.name;
      manifest_.rows().push_back(std::move(row));
    }
  }

  BatchSummary run() {
    const std::size_t count = inputs_.items.size();
    require_manifest_of_ours();
    refuse_items();
    const int workers = std::max(1, std::min<int>(options_.threads, static_cast<int>(count)));
    threads_each_ = std::max(1, options_.threads / workers);
    if (!options_.dry_run) {
      remove_stale_temporaries(options_.output);
      try {
        manifest_.write();
        mark_.emplace(options_.output, manifest_.file().filename().string());
      } catch (const Error& error) {
        throw error.of_kind(ErrorKind::environment)
            .with_remedy("nothing can be written there; give another " + field("output"));
      }
      say_others();
    }
    reporter_.begin(stage_.identity.stage, stage_.noun, static_cast<std::int64_t>(count));
    ThreadPool pool(workers);
    pool.for_each(count, [this](std::size_t i) { process(i); });
    reporter_.end();
    if (!options_.dry_run) {
      manifest_.write();
      say_others();
    }
    return summary();
  }

 private:
  fs::path file_of(const NamedFile& item, const std::string& suffix) const {
    return options_.output / (item.name + suffix);
  }
  /// What messages call it.
  std::string said_of(const NamedFile& item) const { return stage_.by_name ? item.name : item.file.string(); }
  fs::path output_of(const NamedFile& item) const { return file_of(item, stage_.outputs.extension); }

  bool stopped() const {
    return environment_failed_.load() || (options_.stop && options_.stop->load(std::memory_order_relaxed));
  }

  /// Throws Error unless the manifest that will be written is one of facelex, or none.
  void require_manifest_of_ours() const {
    require_ours(manifest_.file(), is_manifest(manifest_.file()), options_.force);
  }

  /// Decided for all before the first row is written: a row says that the item's files are ours.
  void refuse_items() {
    refused_.resize(inputs_.items.size());
    for (std::size_t i = 0; i < inputs_.items.size(); ++i) {
      const NamedFile& item = inputs_.items[i];
      if (refused_[i] = Message(item.problem); !item.problem.empty())
        refused_[i] += "; " + item.remedy;
      else
        refused_[i] = refusal_of(item, {options_.output, stage_.outputs, manifest_, options_.force});
      if (refused_[i].empty()) continue;
      manifest_.rows()[i].state = ItemState::failed;
      manifest_.rows()[i].message = one_line(reporter_.shown(refused_[i]));
    }
  }

  /// The identity of what this item gives.
  Identity identity_of_item(const NamedFile& item) const {
    Identity identity = stage_.identity;
    Work work;
    work.stop = options_.stop;
    identity.inputs = sha256_of_file(item.file, work);
    if (!stage_.beside) return identity;
    Sha256 digest;
    bool any = false;
    for (const auto& file : stage_.beside(item.file, output_of(item))) {
      if (std::error_code none; !fs::is_regular_file(file, none)) continue;
      // What lies in the output folder goes by its place there: the folder may be moved.
      fs::path name = file.lexically_relative(options_.output);
      if (name.empty() || *name.begin() == "..") name = file.lexically_relative(item.file.parent_path());
      digest.update(name.string() + "\n" + sha256_of_file(file, work) + "\n");
      any = true;
    }
    if (any) identity.options["sha256_beside"] = digest.hex();
    return identity;
  }

  /// The sidecar of a complete output, or nothing.
  std::optional<Sidecar> complete(const NamedFile& item, const Identity& identity) const {
    std::error_code error;
    for (const auto& suffix : stage_.outputs.companions)
      if (!fs::exists(file_of(item, suffix), error)) return {};
    Work work;
    work.stop = options_.stop;
    return complete_sidecar(output_of(item), identity, work);
  }

  void process(std::size_t index) {
    if (stopped()) return;
    const NamedFile& item = inputs_.items[index];
    ManifestRow row = manifest_.rows()[index];
    const auto start = Clock::now();
    try {
      if (!refused_[index].empty()) throw data_error({item.file.string(), 0, {}}, refused_[index]);
      const Identity identity = identity_of_item(item);
      const auto done = options_.force ? std::nullopt : complete(item, identity);
      if (options_.dry_run) {
        row.state = done ? ItemState::skipped : ItemState::pending;
        const std::lock_guard lock(mutex_);
        std::printf("%s\t%s\t%s\n", done ? "skip" : "do", printable(said_of(item)).c_str(),
                    printable(output_of(item).string()).c_str());
      } else if (done) {
        // What broke off stays partial, however often it is looked at.
        row.state = done->result.partial ? ItemState::partial : ItemState::skipped;
        take(row, done->result);
      } else {
        make(item, identity, row);
      }
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) return;
      fail(item, row, error.message());
      if (error.kind() == ErrorKind::environment) environment_failed_ = true;
    } catch (const std::bad_alloc&) {
      fail(item, row, item.file.string() + ": out of memory");
    } catch (const std::exception& error) {
      fail(item, row, item.file.string() + ": " + error.what());
    }
    row.seconds = seconds_since(start);
    if (!options_.dry_run && row.state != ItemState::failed) reporter_.item(item_text(row, by_name_));
    row.finished = options_.dry_run ? "" : utc_now();
    finish(index, std::move(row));
  }

  void make(const NamedFile& item, const Identity& identity, ManifestRow& row) {
    Work work;
    work.threads = threads_each_;
    work.stop = options_.stop;
    work.progress = [&](std::int64_t done, std::int64_t total) {
      reporter_.progress(finished_.load(), item.name + " " + std::to_string(done) +
                                               (total > 0 ? " of " + std::to_string(total) : "") + " frames");
      const std::lock_guard lock(mutex_);
      write_manifest_if_due(false);
    };
    // What is left of an earlier run would stand beside the new output as if it belonged to it.
    std::error_code ignored;
    for (const auto& suffix : stage_.outputs.leftovers) fs::remove(file_of(item, suffix), ignored);
    const StageResult result = stage_.run(item.file, output_of(item), work);
    write_sidecar(output_of(item), sidecar_of(provenance(item, identity), result));
    row.state = result.partial ? ItemState::partial : ItemState::ok;
    take(row, result);
    if (row.state == ItemState::partial)
      reporter_.warning(said_of(item) + ": " + one_line(result.message) + "; the good frames are kept");
    else if (!result.message.empty())
      reporter_.warning(said_of(item) + ": " + one_line(result.message));
  }

  Provenance provenance(const NamedFile& item, const Identity& identity) const {
    Provenance made{identity, stage_.command, item.name};
    // The name that the output is known by, with the input's own extension: no absolute path.
    const std::string extension = item.file.extension().string();
    if (!stage_.by_name && !fs::is_directory(item.file) && !made.input.ends_with(extension))
      made.input += extension;
    if (const auto mark = made.command.find("{}"); mark != std::string::npos)
      made.command.replace(mark, 2,
                           made.input.find(' ') == std::string::npos ? made.input : "'" + made.input + "'");
    return made;
  }

  /// A folder is not a place for two processes: each does the other's items again.
  void say_others() {
    for (const std::string& other : mark_->others())
      if (said_.insert(other).second)
        reporter_.warning("process " + other + " works on " + manifest_.file().string() +
                          " as well; give each process its own items (" + field("shard") + ") or its own " +
                          field("output"));
  }

  static void take(ManifestRow& row, const StageResult& result) {
    row.frames = result.counts.frames;
    row.with_face = result.counts.with_face;
    row.message = one_line(result.message);
  }

  void fail(const NamedFile&, ManifestRow& row, const Message& message) {
    row.state = ItemState::failed;
    row.message = one_line(reporter_.shown(message));
    reporter_.error(row.message);
  }

  void finish(std::size_t index, ManifestRow row) {
    const std::lock_guard lock(mutex_);
    manifest_.rows()[index] = std::move(row);
    ++finished_;
    reporter_.progress(finished_.load(), inputs_.items[index].name);
    const bool bad = manifest_.rows()[index].state == ItemState::failed;
    manifest_dirty_ = true;
    write_manifest_if_due(bad);
  }

  /// Requires the mutex.
  void write_manifest_if_due(bool now) {
    if (options_.dry_run || !manifest_dirty_ || (!now && seconds_since(manifest_written_) < 1)) return;
    manifest_.write();
    manifest_written_ = Clock::now();
    manifest_dirty_ = false;
  }

  BatchSummary summary() const {
    BatchSummary summary;
    summary.rows = manifest_.rows();
    for (const auto& row : summary.rows) switch (row.state) {
        case ItemState::ok:
          ++summary.ok;
          break;
        case ItemState::partial:
          ++summary.partial;
          break;
        case ItemState::failed:
          ++summary.failed;
          break;
        case ItemState::pending:
          ++summary.pending;
          break;
        case ItemState::skipped:
          ++summary.skipped;
          break;
      }
    summary.interrupted = options_.stop && options_.stop->load();
    summary.environment_failed = environment_failed_.load();
    return summary;
  }

  const Inputs& inputs_;
  const Stage& stage_;
  const BatchOptions& options_;
  Reporter& reporter_;
  Manifest manifest_;
  std::vector<Message> refused_;  ///< why an item may not be written, or empty
  std::optional<RunningMark> mark_;
  std::set<std::string> said_;  ///< processes that work in the same folder
  bool by_name_;
  std::mutex mutex_;
  bool manifest_dirty_ = false;
  Clock::time_point manifest_written_ = Clock::now();
  std::atomic<std::int64_t> finished_{0};
  std::atomic<bool> environment_failed_{false};
  int threads_each_ = 1;
};

}  // namespace

std::vector<std::string> StageOutputs::suffixes() const {
  std::vector<std::string> all = {extension, sidecar_path("x" + extension).extension().string()};
  all.insert(all.end(), companions.begin(), companions.end());
  all.insert(all.end(), leftovers.begin(), leftovers.end());
  return all;
}

int BatchSummary::exit_status() const {
  if (interrupted) return 130;
  if (environment_failed) return 3;
  return failed + partial > 0 ? 1 : 0;
}

BatchSummary run_batch(const Inputs& inputs, const Stage& stage, const BatchOptions& options,
                       Reporter& reporter) {
  return BatchRun(inputs, stage, options, reporter).run();
}

std::string summary_text(const BatchSummary& summary) {
  std::string text;
  const auto add = [&](std::size_t count, const char* what) {
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + what;
  };
  add(summary.ok, "done");
  add(summary.partial, "partial");
  add(summary.failed, "failed");
  add(summary.skipped, "skipped (complete already)");
  add(summary.pending, "not begun");
  return text.empty() ? "nothing to do" : text;
}

fs::path manifest_path(const fs::path& folder, const Shard& shard) {
  if (shard.count == 1) return folder / "manifest.csv";
  return folder / ("manifest." + std::to_string(shard.index) + "-of-" + std::to_string(shard.count) + ".csv");
}

}  // namespace facelex
