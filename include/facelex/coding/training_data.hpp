#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "facelex/coding/frame_store.hpp"
#include "facelex/core/json.hpp"
#include "facelex/core/matrix.hpp"
#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"
#include "facelex/io/named_file.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// Which rows of the recordings are learnt from.
struct TrainingOptions {
  int every = 1;             ///< only frames number 1, 1+n, 1+2n …; ≥ 1
  long long max_frames = 0;  ///< rows in all, drawn at random from those of all recordings; 0: all
  long long seed = 1907;     ///< of everything random in learning

  void describe(OptionList& options);
};

/// What was taken from one recording.
struct TrainingSource {
  std::string name;
  std::int64_t rows = 0;               ///< of the file
  std::int64_t without_face = 0;       ///< rows without success
  std::int64_t without_values = 0;     ///< rows with success where a value is missing
  std::int64_t left_out_by_every = 0;  ///< whole rows whose frame TrainingOptions::every leaves out
  std::int64_t used = 0;               ///< rows that are learnt from
};

struct TrainingData {
  SignalKind kind = SignalKind::other;  ///< of the columns: of a fit, displacement or expression
  std::vector<Column> columns;          ///< D
  /// T×D·(N+1), as in the files, each row with the N frames before it (FrameHistory); with a store a fair
  /// sample of all rows.
  RowMatrix values;
  int history = 0;  ///< N
  /// All rows, when memory was not to hold them; else null.
  std::shared_ptr<const FrameStore> store;
  std::vector<TrainingSource> sources;

  std::int64_t frames() const { return store ? store->rows() : values.rows(); }  ///< learnt from
  /// Whether the column differs from zero in any frame.
  bool moves(Eigen::Index column) const {
    return store ? store->moves(column) : !values.col(column).isZero(0);
  }

  /// {"frames": T, "recordings": [{"name", "rows", "used", "without_face", "without_values"} …]} for a
  /// model's summary; with a store "frames_in_memory" too.
  Json summary() const;
  /// One line for each recording with rows that were left out for missing values or that gave no row.
  std::vector<Message> warnings() const;
};

/// Chooses the columns to learn from, given the first recording without its rows, and its file for messages;
/// throws Error that says what is missing.
using ColumnChoice =
    std::function<std::vector<Eigen::Index>(const Recording& header, const std::string& file)>;

/// The option --memory: a bound in GB (10⁹ bytes) of the memory for frames and what is made of them; 0: no
/// bound. check_memory throws Error (usage) unless it is finite and ≥ 0, and when --max-frames is set too.
void describe_memory(OptionList& options, double& memory);
void check_memory(double memory, const TrainingOptions& options);
std::int64_t memory_in_bytes(double memory);

/// Reads the rows with success and without missing values of all inputs, one file after another, into one
/// matrix. Rows stand in the order of the inputs' names; which are drawn depends on seed, names and rows
/// alone: the result is the same for any order of the inputs. Memory: 8·D bytes for each row that is kept, up
/// to four times that for a moment (growing, copying in order); --max-frames bounds it, and so does
/// max_bytes > 0 (without effect beside --max-frames): when rows and what learning makes of them (four times
/// as much) would need more, all rows go to a FrameStore, and the matrix holds a sample of as many as fit.
///
/// One unreadable input ends the learning, since a model of the others would be another model. Throws Error
/// (usage): no inputs, a name twice; Error (data): what RecordingReader and `choose` throw, a recording of
/// another kind or without one of the columns, no row at all; Error (usage) when max_bytes is too little for
/// 1024 rows.
///
/// With history > 0 the frames before a row stand beside it (D·(history+1) numbers, which take the place of D
/// in the bounds of memory above): those of its recording, whether they are learnt from or not.
TrainingData read_training_data(std::vector<NamedFile> inputs, const ColumnChoice& choose,
                                const TrainingOptions& options, const Work& work = {},
                                std::int64_t max_bytes = 0, int history = 0);

}  // namespace facelex
