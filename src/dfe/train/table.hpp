#pragma once

#include <cstdint>
#include <memory>

#include "facelex/coding/training_data.hpp"
#include "facelex/core/work.hpp"
#include "facelex/dfe/train/frames.hpp"
#include "facelex/dfe/train/learn.hpp"

namespace facelex {

/// How many rows of D numbers the source of a training holds, of so many bytes: four numbers for each, since
/// facelex-nn copies the table that it gathers batches from, and an eight-byte row number.
std::int64_t rows_of_pool(std::int64_t bytes, Eigen::Index width);
/// Throws Error (usage) that names the smallest --memory, when not even a batch of D numbers a row fits into
/// it.
void require_room_for_batch(const DfeOptions& options, Eigen::Index width);

/// Mean and variance (the mean square of what is left) of each column over the training rows: 1×D.
struct DfeMoments {
  Eigen::RowVectorXd mean, variance;
};
DfeMoments training_moments(const TrainingData& data, const DfeSplit& split, const Work& work);

/// (x − shift)/scale of every frame of every row (shift, scale: 1×D), in memory or, with a store, in files;
/// takes the table's rows away.
std::unique_ptr<DfeFrameSource> make_frame_source(TrainingData& data, const DfeSplit& split,
                                                  const FloatRowMatrix& shift, const FloatRowMatrix& scale,
                                                  const DfeOptions& options, const Work& work);

}  // namespace facelex
