#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace facelex {

/// How an item of a batch ended.
enum class ItemState {
  pending,  ///< not reached (yet): the batch runs, was stopped or killed
  ok,
  partial,  ///< its good part is written; the message says what is missing
  failed,   ///< nothing written; the message says why
  skipped   ///< was complete for the same input, options and version
};

const char* state_name(ItemState state);

/// A row of the manifest.
struct ManifestRow {
  std::string path;  ///< the input as the user named it
  std::string name;  ///< the output's path below the output folder, without extension
  ItemState state = ItemState::pending;
  std::string message;  ///< the error; for partial and skipped rows what is missing
  std::int64_t frames = 0;
  std::int64_t with_face = 0;  ///< frames with a face
  double seconds = 0;          ///< wall-clock time
  std::string finished;        ///< UTC, ISO 8601; empty while pending
};

/// What became of each input: DIR/manifest.csv, or DIR/manifest.i-of-n.csv for a shard. While the batch runs
/// it is rewritten (atomically) when an item fails, and otherwise at most a second after an item ended, so
/// that a killed batch leaves it true to that second. Rows of other inputs, of earlier runs or of runs at the
/// same time, stay. Columns: path, name, state, message, frames, with_face, share, seconds,
/// frames_per_second, finished.
class Manifest {
 public:
  explicit Manifest(std::filesystem::path file);

  std::vector<ManifestRow>& rows() { return rows_; }
  const std::vector<ManifestRow>& rows() const { return rows_; }
  const std::filesystem::path& file() const { return file_; }
  /// The row that an earlier run left for this name, or null.
  const ManifestRow* earlier(const std::string& name) const;
  void write() const;

 private:
  std::filesystem::path file_;
  std::vector<ManifestRow> rows_;
  std::map<std::string, ManifestRow> earlier_;  ///< of the file before this run, by name
};

/// manifest.csv or manifest.i-of-n.csv
bool is_manifest_name(const std::string& name);

/// Whether the file begins as a manifest of facelex.
bool is_manifest(const std::filesystem::path& file);
/// Throws Error (data) when the file is not a manifest.
std::vector<ManifestRow> read_manifest(const std::filesystem::path& file);

/// All manifests of facelex below a folder merged, by subfolder: for a name that stands in several manifests
/// of one folder the row that finished last counts, and a pending row gives way to any other. Rows in natural
/// order of names.
std::map<std::filesystem::path, std::vector<ManifestRow>> merged_manifests(
    const std::filesystem::path& folder);

/// What a later stage says of the items of `rows`, by name: failures win, seconds add up.
void add_stage(std::vector<ManifestRow>& rows, const std::vector<ManifestRow>& later,
               const std::string& stage);

/// "2026-11-20T10:32:05Z"
std::string utc_now();

}  // namespace facelex
