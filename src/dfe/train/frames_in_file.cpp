#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "facelex/core/digest.hpp"
#include "facelex/dfe/train/frames.hpp"
#include "random.hpp"

namespace facelex {
namespace {

constexpr Eigen::Index piece_rows = FloatFrameStore::piece_rows;

class FramesInFile : public DfeFrameSource {
 public:
  FramesInFile(std::unique_ptr<FloatFrameStore> training, std::unique_ptr<FloatFrameStore> validation,
               std::int64_t in_memory, std::uint64_t seed, int batch)
      : training_(std::move(training)),
        validation_(std::move(validation)),
        random_(Random(seed).stream(order_of_epoch)),
        batch_(batch),
        pool_rows_(in_memory / batch * batch) {}

  std::int64_t training() const override { return training_->rows(); }
  std::int64_t validation() const override { return validation_->rows(); }
  std::int64_t in_memory() const override { return pool_rows_; }

  DfeBatch step(int epoch, std::int64_t step) override {
    const std::int64_t pool = step * batch_ / pool_rows_;
    if (epoch != epoch_ || pool != pool_) load(epoch, pool);
    const auto first = static_cast<std::size_t>(step * batch_ - pool * pool_rows_);
    return batch(
        std::span(order_).subspan(first, std::min(static_cast<std::size_t>(batch_), order_.size() - first)));
  }

  void each_training(const Task& task) override { each(*training_, task); }
  void each_validation(const Task& task) override { each(*validation_, task); }

  /// Floyd's algorithm (Bentley & Floyd 1987), which needs no list of all frames; read as they stand in the
  /// file.
  void each_drawn(std::int64_t count, Random random, const Task& task) override {
    const std::int64_t all = training();
    if (count >= all) return each_training(task);
    std::set<std::int64_t> drawn;
    for (std::int64_t i = all - count; i < all; ++i) {
      const auto at = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(i) + 1));
      if (!drawn.insert(at).second) drawn.insert(i);
    }
    for (auto next = drawn.begin(); next != drawn.end();) {
      begin_table(std::min<std::int64_t>(pool_rows_, std::distance(next, drawn.end())));
      for (Eigen::Index i = 0; i < pool_frames_.rows(); ++i, ++next)
        training_->read_rows(*next, 1, pool_frames_.row(i).data());
      task(batch(order_));
    }
  }

  DfeBatch frame(std::int64_t index) override {
    begin_table(1);
    training_->read_rows(index, 1, pool_frames_.data());
    return batch(order_);
  }

  Json identity() override {
    Sha256 digest;
    const std::int64_t frames[] = {training(), validation()};
    digest.update(frames, sizeof frames);
    const Task add = [&](const DfeBatch& part) {
      digest.update(part.frames.data(), static_cast<std::size_t>(part.frames.size()) * sizeof(float));
    };
    each_training(add);
    each_validation(add);
    return {{"frames_in_memory", pool_rows_}, {"frames_sha256", digest.hex()}};
  }

 private:
  DfeBatch batch(std::span<const std::int64_t> rows) const { return {pool_frames_, rows, version_}; }

  /// A table for so many frames in the one piece of memory, whatever stood there, with their numbers.
  void begin_table(std::int64_t rows) {
    epoch_ = -1;
    ++version_;
    pool_frames_.resize(rows, training_->width());
    order_.resize(static_cast<std::size_t>(rows));
    std::iota(order_.begin(), order_.end(), 0);
  }

  void each(const FloatFrameStore& store, const Task& task) {
    for (std::int64_t first = 0; first < store.rows(); first += pool_rows_) {
      begin_table(std::min(pool_rows_, store.rows() - first));
      store.read_rows(first, pool_frames_.rows(), pool_frames_.data());
      task(batch(order_));
    }
  }

  /// Frames pool·pool_rows … of an epoch, shuffled. A piece at the border of two pools is divided between
  /// them.
  void load(int epoch, std::int64_t pool) {
    const Random random = random_.stream(static_cast<std::uint64_t>(epoch));
    const std::int64_t all = training(), begin = pool * pool_rows_, end = std::min(begin + pool_rows_, all);
    begin_table(end - begin);
    std::vector<std::uint32_t> pieces(static_cast<std::size_t>((all + piece_rows - 1) / piece_rows));
    std::iota(pieces.begin(), pieces.end(), 0U);
    Random of_pieces = random;
    of_pieces.shuffle(std::span(pieces));

    struct Run {
      std::int64_t first, rows;
    };
    std::vector<Run> runs;
    std::int64_t place = 0;  // in the epoch's order
    for (const auto piece : pieces) {
      const std::int64_t first = piece * piece_rows, rows = std::min<std::int64_t>(piece_rows, all - first);
      const std::int64_t from = std::max(begin, place), to = std::min(end, place + rows);
      if (from < to) runs.push_back({first + from - place, to - from});
      place += rows;
      if (place >= end) break;
    }
    // In the order of the file, which spinning disks read several times faster; the frames are shuffled next.
    std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.first < b.first; });
    float* at = pool_frames_.data();
    for (const Run& run : runs) {
      training_->read_rows(run.first, run.rows, at);
      at += run.rows * training_->width();
    }
    random.stream(static_cast<std::uint64_t>(pool)).shuffle(std::span(order_));
    epoch_ = epoch;
    pool_ = pool;
  }

  std::unique_ptr<FloatFrameStore> training_, validation_;
  Random random_;
  std::int64_t batch_, pool_rows_;
  FloatRowMatrix pool_frames_;       ///< what memory holds
  std::vector<std::int64_t> order_;  ///< of its rows
  int epoch_ = -1;                   ///< whose pool this is; -1: other frames
  std::int64_t pool_ = -1;
  std::uint64_t version_ = 0;
};

}  // namespace

std::unique_ptr<DfeFrameSource> frames_in_file(std::unique_ptr<FloatFrameStore> training,
                                               std::unique_ptr<FloatFrameStore> validation,
                                               std::int64_t in_memory, std::uint64_t seed, int batch) {
  return std::make_unique<FramesInFile>(std::move(training), std::move(validation), in_memory, seed, batch);
}

}  // namespace facelex
