#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "facelex/core/json.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// Frame counts of a recording.
struct FrameCounts {
  std::int64_t rows = 0;       ///< rows of the file
  std::int64_t frames = 0;     ///< different frame numbers
  std::int64_t with_face = 0;  ///< frames with at least one success row
  bool operator==(const FrameCounts&) const = default;
};

/// What a stage (extract, standardize, encode …) reports about one file that it has written.
struct StageResult {
  SignalKind kind = SignalKind::other;
  std::vector<Column> columns;  ///< without the five frame columns
  FrameCounts counts;
  bool partial = false;  ///< the input broke off, and what was good of it is here
  std::string message;   ///< why it is partial; or what the user should know
  /// What only this stage knows (video: size, rotation, variable frame rate, codec …).
  Json details = Json::object();
  std::string output_digest;  ///< sha256 of the file written
};

/// [{"name", "description", "unit"} …], as sidecars and models write them.
Json columns_json(const std::vector<Column>& columns);
/// Throws Json::exception when the list is not of that form.
std::vector<Column> columns_from_json(const Json& list);

/// Counts rows, frames and frames with a face. Blocks are added in order, with frame numbers that never go
/// back (RecordingReader sees to it).
class FrameCounter {
 public:
  void add(const std::vector<Frame>& frames);
  const FrameCounts& counts() const { return counts_; }

 private:
  FrameCounts counts_;
  std::int64_t last_frame_ = -1;
  bool last_had_face_ = false;
};

/// x.json beside x.csv: how the file came to be and what its columns are. It holds nothing that differs
/// between two runs of the same input, options and version: no times, no absolute paths, no thread counts. It
/// is written after its file, so a file with a sidecar that fits is complete.
struct Sidecar {
  /// The command line that makes the file again, with paths as they stand below the input.
  std::string command;
  std::string stage;         ///< the command's name: extract, standardize, encode …
  std::string version;       ///< of facelex
  std::string input;         ///< the input's path below the input folder
  std::string input_digest;  ///< sha256
  std::string model_digest;  ///< sha256 of the model used, or empty
  Json options;              ///< as resolved
  StageResult result;
};

/// clips/07.csv → clips/07.json
std::filesystem::path sidecar_path(const std::filesystem::path& file);
/// Writes atomically.
void write_sidecar(const std::filesystem::path& file, const Sidecar& sidecar);
/// The sidecar of `file`, or nothing when there is none or it is not one of ours: another program's JSON, a
/// damaged one or one of a newer facelex. Throws Error (data) only when it cannot be read.
std::optional<Sidecar> read_sidecar(const std::filesystem::path& file);

}  // namespace facelex
