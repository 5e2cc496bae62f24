#include <algorithm>
#include <utility>

#include "facelex/core/digest.hpp"
#include "facelex/dfe/train/frames.hpp"
#include "random.hpp"

namespace facelex {
namespace {

class FramesInMemory : public DfeFrameSource {
 public:
  FramesInMemory(DfeFrames frames, std::uint64_t seed, int batch)
      : frames_(std::move(frames)),
        random_(Random(seed).stream(order_of_epoch)),
        batch_(static_cast<std::size_t>(batch)) {}

  std::int64_t training() const override { return static_cast<std::int64_t>(frames_.training.size()); }
  std::int64_t validation() const override { return static_cast<std::int64_t>(frames_.validation.size()); }
  std::int64_t in_memory() const override { return frames_.values.rows(); }

  DfeBatch step(int epoch, std::int64_t step) override {
    if (epoch != epoch_) {
      order_ = frames_.training;
      Random random = random_.stream(static_cast<std::uint64_t>(epoch));
      random.shuffle(std::span(order_));
      epoch_ = epoch;
    }
    const auto first = static_cast<std::size_t>(step) * batch_;
    return {frames_.values, std::span(order_).subspan(first, std::min(batch_, order_.size() - first))};
  }

  void each_training(const Task& task) override { task({frames_.values, frames_.training}); }
  void each_validation(const Task& task) override {
    if (!frames_.validation.empty()) task({frames_.values, frames_.validation});
  }

  void each_drawn(std::int64_t count, Random random, const Task& task) override {
    std::vector<std::int64_t> rows = frames_.training;
    random.shuffle(std::span(rows));
    if (training() > count) rows.resize(static_cast<std::size_t>(count));
    task({frames_.values, rows});
  }

  DfeBatch frame(std::int64_t index) override {
    return {frames_.values, std::span(frames_.training).subspan(static_cast<std::size_t>(index), 1)};
  }

  Json identity() override {
    Sha256 digest;
    digest.update(frames_.values.data(), static_cast<std::size_t>(frames_.values.size()) * sizeof(float));
    for (const auto* rows : {&frames_.training, &frames_.validation})
      digest.update(rows->data(), rows->size() * sizeof(std::int64_t));
    return {{"frames_sha256", digest.hex()}};
  }

 private:
  DfeFrames frames_;
  Random random_;
  std::size_t batch_;
  int epoch_ = -1;                   ///< whose order stands in order_
  std::vector<std::int64_t> order_;  ///< training rows
};

}  // namespace

std::unique_ptr<DfeFrameSource> frames_in_memory(DfeFrames frames, std::uint64_t seed, int batch) {
  return std::make_unique<FramesInMemory>(std::move(frames), seed, batch);
}

}  // namespace facelex
