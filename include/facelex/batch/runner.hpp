#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "facelex/batch/inputs.hpp"
#include "facelex/batch/reporter.hpp"
#include "facelex/core/work.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/provenance/identity.hpp"
#include "facelex/provenance/manifest.hpp"

namespace facelex {

/// The files that a stage makes of an item, by what follows the item's name.
struct StageOutputs {
  std::string extension = ".csv";       ///< of the output; its sidecar is .json
  std::vector<std::string> companions;  ///< further outputs that belong to it: ".overlay.mp4"
  /// What an earlier run with other options may have left beside it; removed before it is made again.
  std::vector<std::string> leftovers;

  /// All of them, with the sidecar.
  std::vector<std::string> suffixes() const;
};

/// Files besides the input that an item's result depends on (its sidecar, a file of poses beside it).
/// Together with the input, those that exist decide whether an output is complete.
using StageBeside = std::function<std::vector<std::filesystem::path>(const std::filesystem::path& input,
                                                                     const std::filesystem::path& output)>;
/// Writes `output` (atomically) from `input`. Throws Error for a bad input.
using StageRun = std::function<StageResult(const std::filesystem::path& input,
                                           const std::filesystem::path& output, const Work& work)>;

/// What is done to each item of a batch, and what its result depends on besides the item.
struct Stage {
  Identity identity;           ///< of every output but for its inputs; its stage is the command's name
  std::string command;         ///< makes one output again; {} stands for the input's name below the base
  std::string noun = "files";  ///< plural of the items, for messages
  bool by_name = false;        ///< items go by their names in messages, not by their files
  StageOutputs outputs;
  StageBeside beside;  ///< may be empty
  StageRun run;
};

struct BatchOptions {
  std::filesystem::path output;  ///< folder
  int threads = 1;
  bool force = false;    ///< do complete items again, and replace files that facelex did not write
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
/// same input (SHA-256), options, model and version is skipped. Each item is given threads / min(threads,
/// items) threads. Temporary files that killed runs left in the output folder are removed first; another
/// process of this machine that works in the folder is said. An item fails, before anything is written, whose
/// output leads out of the folder by a link, has a name that is too long, would take the place of its input
/// or of the input's sidecar, shares its sidecar with a table of the other format, or (unless forced) would
/// replace a file that facelex did not write. Throws Error (usage) when that is the manifest.
BatchSummary run_batch(const Inputs& inputs, const Stage& stage, const BatchOptions& options,
                       Reporter& reporter);

/// "12 ok, 1 partial, 2 failed, 3 skipped"
std::string summary_text(const BatchSummary& summary);

/// The manifest's path for this shard.
std::filesystem::path manifest_path(const std::filesystem::path& folder, const Shard& shard);

}  // namespace facelex
