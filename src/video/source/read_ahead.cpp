#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "frame_reader.hpp"

namespace facelex {
namespace {

/// Pictures that wait at most, besides the one being decoded: enough to even out slow key frames.
constexpr std::size_t frames_ahead = 4;

/// Tells a constant from a variable frame rate by the distances of the time stamps seen.
class RateWatch {
 public:
  explicit RateWatch(double tick) : tolerance_(std::max(tick, 1e-3) + 1e-6) {}

  void add(double timestamp) {
    const double distance = timestamp - last_;  // NaN when either is missing: says nothing
    if (distance == distance) {
      shortest_ = std::min(shortest_, distance);
      longest_ = std::max(longest_, distance);
    }
    last_ = timestamp;
  }
  bool variable() const { return longest_ - shortest_ > tolerance_; }

 private:
  double tolerance_;
  double last_ = std::numeric_limits<double>::quiet_NaN();
  double shortest_ = std::numeric_limits<double>::infinity();
  double longest_ = -std::numeric_limits<double>::infinity();
};

class ReadAhead : public FrameSource {
 public:
  explicit ReadAhead(std::unique_ptr<FrameReader> reader)
      : reader_(std::move(reader)), rate_(reader_->tick()), spare_(frames_ahead + 1) {
    thread_ = std::thread([this] { run(); });
  }

  ~ReadAhead() override {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    room_.notify_all();
    thread_.join();
  }

  const VideoInfo& info() const override { return reader_->info(); }

  bool next(VideoFrame& frame) override {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return !ready_.empty() || ended_; });
    if (ready_.empty()) {
      if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
      return false;
    }
    // The caller's old picture goes back as a buffer: after a few frames nothing is allocated any more.
    std::swap(frame, ready_.front());
    spare_.push_back(std::move(ready_.front()));
    ready_.pop_front();
    rate_.add(frame.timestamp);
    lock.unlock();
    room_.notify_one();
    return true;
  }

  std::string broken() const override {
    const std::lock_guard lock(mutex_);
    return ended_ && ready_.empty() ? broken_ : std::string();
  }

  bool variable_frame_rate() const override { return rate_.variable(); }

 private:
  void run() {
    std::exception_ptr failure;
    std::string broken;
    try {
      VideoFrame frame;
      while (take_spare(frame) && reader_->read(frame)) {
        const std::lock_guard lock(mutex_);
        ready_.push_back(std::move(frame));
        filled_.notify_one();
      }
      broken = reader_->broken();
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    failure_ = failure;
    broken_ = std::move(broken);
    filled_.notify_one();
  }

  /// Waits for a buffer; false when the source is being destroyed.
  bool take_spare(VideoFrame& frame) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return stop_ || !spare_.empty(); });
    if (stop_) return false;
    frame = std::move(spare_.back());
    spare_.pop_back();
    return true;
  }

  std::unique_ptr<FrameReader> reader_;  // used by the thread alone once it runs, but for info()
  RateWatch rate_;                       // used by the caller of next alone
  mutable std::mutex mutex_;             // guards everything below
  std::condition_variable filled_, room_;
  std::deque<VideoFrame> ready_;
  std::vector<VideoFrame> spare_;
  bool stop_ = false, ended_ = false;
  std::exception_ptr failure_;
  std::string broken_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<FrameSource> read_ahead(std::unique_ptr<FrameReader> reader) {
  return std::make_unique<ReadAhead>(std::move(reader));
}

}  // namespace facelex
