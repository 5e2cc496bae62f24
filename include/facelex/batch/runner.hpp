#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "facelex/batch/inputs.hpp"
#include "facelex/batch/reporter.hpp"
#include "facelex/core/json.hpp"
#include "facelex/core/work.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/provenance/manifest.hpp"

namespace facelex {

/// What is done to each item of a batch, and what its result depends on besides the item.
struct Stage {
  std::string name;  ///< the command: "extract"
  Json options;      ///< as resolved; part of what decides whether an output is complete
  std::string model_digest;
  /// The command line that makes one output again; {} stands for the input's name below the base.
  std::string command;
  std::string extension = ".csv";               ///< of the output
  std::vector<std::string> companion_suffixes;  ///< further outputs that belong to it: ".overlay.mp4"
  /// Files beside the output that an earlier run with other options may have left; removed before it is made
  /// again.
  std::vector<std::string> owned_suffixes;
  /// Files besides the input that this item's result depends on (its sidecar, a file of poses beside it); may
  /// be empty. Those that exist decide with the input whether an output is complete.
  std::function<std::vector<std::filesystem::path>(const std::filesystem::path& input,
                                                   const std::filesystem::path& output)>
      beside;
  std::string noun = "files";  ///< plural of the items, for messages
  /// Writes `output` (atomically) from `input`. Throws Error for a bad input.
  std::function<StageResult(const std::filesystem::path& input, const std::filesystem::path& output,
                            const Work& work)>
      run;
};

struct BatchOptions {
  std::filesystem::path output;  ///< folder
  int threads = 1;
  bool force = false;    ///< do complete items again
  bool dry_run = false;  ///< only say what would be done, on stdout
  const std::atomic<bool>* stop = nullptr;
};

struct BatchSummary {
  std::size_t ok = 0, partial = 0, failed = 0, skipped = 0, pending = 0;
  bool interrupted = false;
  bool environment_failed = false;  ///< stopped because nothing could work (disk full, read-only)
  std::vector<ManifestRow> rows;    ///< one for each item, in the order of the items

  /// 0 all done; 1 some items failed or are partial; 3 environment; 130 interrupted.
  int exit_status() const;
};

/// Runs a stage over items on several threads. An item's failure is one line on stderr and one row of the
/// manifest, never the end of the batch. An item whose output, sidecar and companions are complete for the
/// same input (SHA-256), options, model and version is skipped. Items are given threads / min(threads, items)
/// threads each. Temporary files that killed runs left in the output folder are removed first.
BatchSummary run_batch(const Inputs& inputs, const Stage& stage, const BatchOptions& options,
                       Reporter& reporter);

/// "12 ok, 1 partial, 2 failed, 3 skipped"
std::string summary_text(const BatchSummary& summary);

/// The manifest's path for this shard.
std::filesystem::path manifest_path(const std::filesystem::path& folder, const Shard& shard);

/// Removes the temporary files below a folder that killed processes of this machine left
/// (is_stale_temporary).
void remove_stale_temporaries(const std::filesystem::path& folder);

}  // namespace facelex
