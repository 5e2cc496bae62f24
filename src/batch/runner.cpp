#include "facelex/batch/runner.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <mutex>
#include <optional>

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/version.hpp"
#include "facelex/io/atomic_file.hpp"

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
                     [&](const BatchItem& item) { return item.source == inputs.items[0].source; });
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
        by_name_(one_source(inputs)) {
    for (const auto& item : inputs.items) {
      ManifestRow row;
      row.path = item.source.string();
      row.name = item.name;
      manifest_.rows().push_back(std::move(row));
    }
  }

  BatchSummary run() {
    const std::size_t count = inputs_.items.size();
    const int workers = std::max(1, std::min<int>(options_.threads, static_cast<int>(count)));
    threads_each_ = std::max(1, options_.threads / workers);
    if (!options_.dry_run) {
      remove_stale_temporaries(options_.output);
      try {
        manifest_.write();
      } catch (const Error& error) {
        throw error.of_kind(ErrorKind::environment)
            .with_remedy("nothing can be written there; give another " + field("output"));
      }
    }
    reporter_.begin(stage_.name, stage_.noun, static_cast<std::int64_t>(count));
    ThreadPool pool(workers);
    pool.for_each(count, [this](std::size_t i) { process(i); });
    reporter_.end();
    if (!options_.dry_run) manifest_.write();
    return summary();
  }

 private:
  fs::path output_of(const BatchItem& item) const { return options_.output / (item.name + stage_.extension); }

  bool stopped() const {
    return environment_failed_.load() || (options_.stop && options_.stop->load(std::memory_order_relaxed));
  }  /// Throws Error when the output would take the place of the input, of another input's output, or of the
     /// manifest.
  void refuse_to_overwrite(const BatchItem& item) const {
    const fs::path output = output_of(item);
    std::error_code error;
    for (const fs::path& file : {output, sidecar_path(output)})
      if (fs::equivalent(item.source, file, error))
        throw data_error({item.source.string(), 0, {}}, "the output would overwrite this input",
                         "give another " + field("output"));
    if (is_manifest_name(output.filename().string()))
      throw data_error({item.source.string(), 0, {}}, "its output would have the manifest's name",
                       "rename it");
    const ManifestRow* earlier = manifest_.earlier(item.name);
    if (options_.force || !earlier || earlier->path == item.source.string() || !fs::exists(output, error))
      return;
    if (fs::exists(earlier->path, error) && !fs::equivalent(earlier->path, item.source, error))
      throw data_error(
          {item.source.string(), 0, {}},
          output.string() + " is the output of another input, " + earlier->path,
          "name the folder that holds both, give another " + field("output") + ", or " + field("force"));
  }

  /// The sidecar of a complete output, or nothing.
  /// The stage's options, and the digest of what lies beside the input where the result depends on that.
  Json options_for(const BatchItem& item) const {
    Json options = stage_.options;
    if (!stage_.beside) return options;
    Sha256 digest;
    bool any = false;
    for (const auto& file : stage_.beside(item.source, output_of(item))) {
      if (std::error_code none; !std::filesystem::is_regular_file(file, none)) continue;
      digest.update(file.lexically_relative(item.source.parent_path()).string() + "\n" +
                    sha256_of_file(file) + "\n");
      any = true;
    }
    if (any) options["sha256_beside"] = digest.hex();
    return options;
  }

  std::optional<Sidecar> complete(const BatchItem& item, const std::string& input_digest) const {
    const fs::path output = output_of(item);
    std::error_code error;
    if (!fs::exists(output, error)) return {};
    for (const auto& suffix : stage_.companion_suffixes)
      if (!fs::exists(options_.output / (item.name + suffix), error)) return {};
    auto sidecar = read_sidecar(output);
    if (!sidecar || sidecar->stage != stage_.name || sidecar->version != version ||
        sidecar->input_digest != input_digest || sidecar->model_digest != stage_.model_digest ||
        canonical_text(sidecar->options) != canonical_text(options_for(item)) ||
        sidecar->result.output_digest != sha256_of_file(output))
      return {};
    return sidecar;
  }

  void process(std::size_t index) {
    if (stopped()) return;
    const BatchItem& item = inputs_.items[index];
    ManifestRow row = manifest_.rows()[index];
    const auto start = Clock::now();
    try {
      if (!item.problem.empty())
        throw data_error({item.source.string(), 0, {}}, item.problem, "check the path");
      refuse_to_overwrite(item);
      const std::string input_digest = sha256_of_file(item.source);
      const auto done = options_.force ? std::nullopt : complete(item, input_digest);
      if (options_.dry_run) {
        row.state = done ? ItemState::skipped : ItemState::pending;
        const std::lock_guard lock(mutex_);
        std::printf("%s\t%s\t%s\n", done ? "skip" : "do", item.source.c_str(), output_of(item).c_str());
      } else if (done) {
        // What broke off stays partial, however often it is looked at.
        row.state = done->result.state == "partial" ? ItemState::partial : ItemState::skipped;
        take(row, done->result);
      } else {
        make(item, input_digest, row);
      }
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) return;
      fail(item, row, error.message());
      if (error.kind() == ErrorKind::environment) environment_failed_ = true;
    } catch (const std::bad_alloc&) {
      fail(item, row, item.source.string() + ": out of memory");
    } catch (const std::exception& error) {
      fail(item, row, item.source.string() + ": " + error.what());
    }
    row.seconds = seconds_since(start);
    if (!options_.dry_run && row.state != ItemState::failed) reporter_.item(item_text(row, by_name_));
    row.finished = options_.dry_run ? "" : utc_now();
    finish(index, std::move(row));
  }

  void make(const BatchItem& item, const std::string& input_digest, ManifestRow& row) {
    Work work;
    work.threads = threads_each_;
    work.stop = options_.stop;
    work.progress = [&](std::int64_t done, std::int64_t total) {
      reporter_.progress(finished_.load(), item.name + " " + std::to_string(done) +
                                               (total > 0 ? " of " + std::to_string(total) : "") + " frames");
      const std::lock_guard lock(mutex_);
      write_manifest_if_due(false);
    };
    Sidecar sidecar;
    sidecar.stage = stage_.name;
    sidecar.version = version;
    // The name that the output is known by, with the input's own extension: no absolute path.
    sidecar.input = item.name;
    const std::string extension = item.source.extension().string();
    if (!fs::is_directory(item.source) && !sidecar.input.ends_with(extension)) sidecar.input += extension;
    sidecar.input_digest = input_digest;
    sidecar.model_digest = stage_.model_digest;
    sidecar.options = options_for(item);
    sidecar.command = stage_.command;
    if (const auto mark = sidecar.command.find("{}"); mark != std::string::npos)
      sidecar.command.replace(
          mark, 2,
          sidecar.input.find(' ') == std::string::npos
              ? sidecar.input
              : "'" + sidecar.input + "'");  // What is left of an earlier run would stand beside the new
                                             // output as if it belonged to it.
    std::error_code ignored;
    for (const auto& suffix : stage_.owned_suffixes)
      fs::remove(options_.output / (item.name + suffix), ignored);
    sidecar.result = stage_.run(item.source, output_of(item), work);
    write_sidecar(output_of(item), sidecar);
    row.state = sidecar.result.state == "partial" ? ItemState::partial : ItemState::ok;
    take(row, sidecar.result);
    if (row.state == ItemState::partial)
      reporter_.warning(item.source.string() + ": " + one_line(sidecar.result.message) +
                        "; the good frames are kept");
    else if (!sidecar.result.message.empty())
      reporter_.warning(item.source.string() + ": " + one_line(sidecar.result.message));
  }

  static void take(ManifestRow& row, const StageResult& result) {
    row.frames = result.counts.frames;
    row.with_face = result.counts.with_face;
    row.message = one_line(result.message);
  }

  void fail(const BatchItem&, ManifestRow& row, const Message& message) {
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
  bool by_name_;
  std::mutex mutex_;
  bool manifest_dirty_ = false;
  Clock::time_point manifest_written_ = Clock::now();
  std::atomic<std::int64_t> finished_{0};
  std::atomic<bool> environment_failed_{false};
  int threads_each_ = 1;
};

}  // namespace

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

void remove_stale_temporaries(const fs::path& folder) {
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error),
       end;
       !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (is_stale_temporary(entry->path().filename().string())) fs::remove(entry->path(), ignored);
  }
}

}  // namespace facelex
