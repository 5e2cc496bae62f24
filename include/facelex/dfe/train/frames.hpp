#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "facelex/coding/frame_store.hpp"
#include "facelex/core/json.hpp"
#include "facelex/core/random.hpp"
#include "facelex/dfe/train/backend.hpp"

namespace facelex {

/// The frames that a network is trained on and those that it is validated on, standardised already if they
/// are to be. What a function gives is valid until the next is called.
class DfeFrameSource {
 public:
  using Task = std::function<void(const DfeBatch&)>;

  virtual ~DfeFrameSource() = default;

  virtual std::int64_t training() const = 0;    ///< frames
  virtual std::int64_t validation() const = 0;  ///< frames; may be 0
  virtual std::int64_t in_memory() const = 0;   ///< frames that are held at a time

  /// The frames of a step, `batch` of them (fewer in an epoch's last), in an order drawn from the seed and
  /// the epoch alone: each training frame is in one step of an epoch. Both counted from 0.
  virtual DfeBatch step(int epoch, std::int64_t step) = 0;
  /// Calls task for parts of the frames that together are all of them, in the order of the table.
  virtual void each_training(const Task& task) = 0;
  virtual void each_validation(const Task& task) = 0;
  /// The same for `count` training frames (all, if there are fewer), every choice of them equally likely.
  virtual void each_drawn(std::int64_t count, Random random, const Task& task) = 0;
  /// Training frame number `index`, from 0, as a batch of one.
  virtual DfeBatch frame(std::int64_t index) = 0;
  /// What a checkpoint belongs to: the frames' digest, and what else the order of learning depends on.
  virtual Json identity() = 0;

 protected:
  DfeFrameSource() = default;
  DfeFrameSource(const DfeFrameSource&) = default;
  DfeFrameSource& operator=(const DfeFrameSource&) = default;
};

/// What a network is trained on when memory holds it.
struct DfeFrames {
  FloatRowMatrix values;                           ///< as in DfeBatch, standardised already if they are to be
  std::vector<std::int64_t> training, validation;  ///< rows; validation may be empty
};

/// All frames in memory: an epoch's order is one shuffle of all training frames.
std::unique_ptr<DfeFrameSource> frames_in_memory(DfeFrames frames, std::uint64_t seed, int batch);

/// Frames in files, of which memory holds `in_memory` rows at a time (rounded down to whole batches). An
/// epoch takes pieces of FloatFrameStore::piece_rows neighbours in an order shuffled over the whole file, as
/// many at a time as memory holds, and shuffles the frames of these: a batch mixes frames of
/// in_memory/piece_rows places of the recordings. Requires in_memory ≥ batch, and a training store with rows.
/// Memory: in_memory·(4·D + 8) bytes, and a sixteenth of a byte for each training frame.
std::unique_ptr<DfeFrameSource> frames_in_file(std::unique_ptr<FloatFrameStore> training,
                                               std::unique_ptr<FloatFrameStore> validation,
                                               std::int64_t in_memory, std::uint64_t seed, int batch);

}  // namespace facelex
