#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "facelex/dfe/train/train.hpp"

namespace facelex {

/// Everything that training needs to go on as if it had never stopped. Random numbers are drawn from seed,
/// epoch and step, so that no generator's state is among it.
struct DfeProgress {
  DfeState state;
  std::vector<DfeEpoch> curve;     ///< of the epochs that are complete
  DfeLosses running;               ///< of the steps of the epoch that has begun
  std::int64_t step = 0;           ///< of that epoch, made so far
  std::vector<std::int64_t> idle;  ///< K: epochs since a code was used
  std::vector<float> best;         ///< weights of the best epoch; empty without --patience
  int best_epoch = 0;
  double best_loss = 0;
  double first_loss = 0;  ///< of the very first step
  int revived = 0;

  int epoch() const { return static_cast<int>(curve.size()); }
};

/// Writes atomically. `identity`: what the training belongs to.
void write_checkpoint(const std::filesystem::path& file, const DfeProgress& progress, const Json& identity);
/// The progress kept in the file. Throws Error (usage) when it belongs to something else, naming the first
/// field that differs and both values; Error (data) when it is damaged or no checkpoint.
DfeProgress read_checkpoint(const std::filesystem::path& file, const Json& identity);

}  // namespace facelex
