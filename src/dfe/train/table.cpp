#include "table.hpp"

#include <algorithm>
#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {
namespace {

/// Calls task(rows, their range, number of the first) for blocks of the table in its order.
template <class Task>
void each_block(const TrainingData& data, const DfeSplit& split, const Work& work, const Task& task) {
  constexpr std::int64_t at_once = 1024;  // what read_training_data holds at least
  RowMatrix block;
  for (const DfeRowRange& range : split.ranges)
    for (std::int64_t first = range.first; first < range.end; first += at_once) {
      work.check_stop();
      const std::int64_t rows = std::min(at_once, range.end - first);
      if (!data.store) {
        task(data.values.middleRows(first, rows), range, first);
        continue;
      }
      block.resize(rows, data.store->width());
      data.store->read_rows(first, rows, block.data());
      task(block.middleRows(0, rows), range, first);
    }
}

std::int64_t bytes_of_row(Eigen::Index width) {
  return 4 * static_cast<std::int64_t>(sizeof(float)) * width +
         static_cast<std::int64_t>(sizeof(std::int64_t));
}

}  // namespace

std::int64_t rows_of_pool(std::int64_t bytes, Eigen::Index width) {
  return bytes / bytes_of_row(width);
}

void require_room_for_batch(const DfeOptions& options, Eigen::Index width) {
  const std::int64_t bytes = memory_in_bytes(options.memory), rows = rows_of_pool(bytes, width);
  if (bytes == 0 || rows >= options.batch) return;
  throw usage_error(field("memory") + ": " + number_text(options.memory) + " GB hold " +
                        std::to_string(rows) + " frames of these recordings, fewer than a " + field("batch") +
                        " of " + std::to_string(options.batch),
                    "give at least " +
                        number_text(static_cast<double>(options.batch * bytes_of_row(width)) / 1e9) +
                        ", or lower " + field("batch"));
}

DfeMoments training_moments(const TrainingData& data, const DfeSplit& split, const Work& work) {
  const auto count = static_cast<double>(split.count(false));
  DfeMoments moments;
  const auto inputs = static_cast<Eigen::Index>(data.columns.size());  // of the present frame
  moments.mean.setZero(inputs);
  moments.variance = moments.mean;
  each_block(data, split, work, [&](const auto& rows, const DfeRowRange& range, std::int64_t) {
    for (Eigen::Index i = 0; !range.aside && i < rows.rows(); ++i) moments.mean += rows.row(i).head(inputs);
  });
  moments.mean /= count;
  each_block(data, split, work, [&](const auto& rows, const DfeRowRange& range, std::int64_t) {
    for (Eigen::Index i = 0; !range.aside && i < rows.rows(); ++i)
      moments.variance += (rows.row(i).head(inputs) - moments.mean).cwiseAbs2();
  });
  moments.variance /= count;
  return moments;
}

std::unique_ptr<DfeFrameSource> make_frame_source(TrainingData& data, const DfeSplit& split,
                                                  const FloatRowMatrix& shift, const FloatRowMatrix& scale,
                                                  const DfeOptions& options, const Work& work) {
  const Eigen::Index frames_of_row = data.history + 1;
  const Eigen::Index width = static_cast<Eigen::Index>(data.columns.size()) * frames_of_row;
  const FloatRowMatrix shifts = shift.replicate(1, frames_of_row), scales = scale.replicate(1, frames_of_row);
  const auto seed = static_cast<std::uint64_t>(options.training.seed);
  const auto scaled = [&](const auto& rows) -> FloatRowMatrix {
    return (rows.template cast<float>().rowwise() - shifts.row(0)).array().rowwise() / scales.row(0).array();
  };
  if (data.store) {
    auto training = std::make_unique<FloatFrameStore>(width, 1),
         validation = std::make_unique<FloatFrameStore>(width, 1);
    each_block(data, split, work, [&](const auto& rows, const DfeRowRange& range, std::int64_t) {
      (range.aside ? validation : training)->append(scaled(rows).data(), rows.rows());
    });
    data.store.reset();
    return frames_in_file(std::move(training), std::move(validation),
                          rows_of_pool(memory_in_bytes(options.memory), width), seed, options.batch);
  }
  DfeFrames frames;
  frames.training = split.rows(false);
  frames.validation = split.rows(true);
  frames.values.resize(data.values.rows(), width);
  each_block(data, split, work, [&](const auto& rows, const DfeRowRange&, std::int64_t first) {
    frames.values.middleRows(first, rows.rows()) = scaled(rows);
  });
  data.values.resize(0, width);
  return frames_in_memory(std::move(frames), seed, options.batch);
}

}  // namespace facelex
