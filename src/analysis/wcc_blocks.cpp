#include "wcc_blocks.hpp"

#include <algorithm>
#include <cmath>

#include "wcc_scale.hpp"
#include "wcc_window.hpp"

namespace facelex {
namespace {

using Eigen::Index;

/// Below this a block's own cost is no longer its products.
constexpr Index least_block_rows = 8;
constexpr Index most_blocks = 16;
constexpr std::size_t most_ring_numbers = std::size_t{1} << 23;
/// Neighbouring places share the rows at which they are centred: at least three quarters of a block.
constexpr Index most_places = 8, least_reach_share = 4;

bool one_moves(const WccShift& shift) {
  return shift.x == 0 || shift.y == 0;
}

/// With x where it stands y moves, also at lag 0.
bool x_moves(const WccShift& shift) {
  return shift.x != 0;
}

Index place_of(const WccShift& shift) {
  return x_moves(shift) ? shift.x : shift.y;
}

}  // namespace

WccBlocks::WccBlocks(const WccSignals& x, const WccSignals& y, const WccFrames& frames,
                     const std::vector<WccShift>& shifts, const WccKernels& kernels)
    : x_(x), y_(y), kernels_(kernels), rows_(frames.step), count_(frames.window / frames.step) {
  const bool moves = frames.moving == WccMoving::second || frames.moving == WccMoving::earlier;
  const Index stride_x = wcc_stride(x.count()), stride_y = wcc_stride(y.count());
  usable_ = moves && frames.over_lags != WccOverLags::mean_z && frames.window % frames.step == 0 &&
            rows_ >= least_block_rows && count_ >= 2 && count_ <= most_blocks &&
            std::all_of(shifts.begin(), shifts.end(), one_moves);
  const std::size_t numbers = static_cast<std::size_t>(stride_x * stride_y) * shifts.size();
  usable_ = usable_ && numbers * static_cast<std::size_t>(count_ - 1) <= most_ring_numbers;
  if (!usable_) return;
  ring_ = LaneBuffer<double>(numbers * static_cast<std::size_t>(count_ - 1));
  run_ = {x.count(),
          stride_x,
          y.count(),
          stride_y,
          stride_y,
          rows_,
          static_cast<Index>(shifts.size()),
          count_ - 1,
          0,
          false,
          frames.over_lags == WccOverLags::maximum,
          ring_.data()};
  for (LaneBuffer<double>* buffer : {&squares_, &low_, &high_})
    *buffer = LaneBuffer<double>(static_cast<std::size_t>(std::max(stride_x, stride_y)));
  still_x_.of_x = true;
  for (Track* still : {&still_x_, &still_y_}) {
    still->places = {0};
    reserve(*still);
  }
  for (const WccShift& shift : shifts) {
    if (chunks_.empty() || !take(chunks_.back(), shift)) take(chunks_.emplace_back(), shift);
  }
  std::ptrdiff_t number = 0;
  for (Chunk& chunk : chunks_) {
    for (Track& track : chunk.tracks) reserve(track);
    describe(chunk, number);
    number += static_cast<std::ptrdiff_t>(chunk.shifts.size());
  }
}

/// False when the lag lies too far from those that its track has.
bool WccBlocks::take(Chunk& chunk, const WccShift& shift) const {
  const bool of_x = x_moves(shift), later = shift.lag > 0;
  const Index place = place_of(shift);
  const auto track = std::find_if(chunk.tracks.begin(), chunk.tracks.end(),
                                  [&](const Track& t) { return t.of_x == of_x && t.later == later; });
  if (track == chunk.tracks.end()) {
    Track made;
    made.of_x = of_x;
    made.later = later;
    made.places = {place};
    chunk.tracks.push_back(std::move(made));
  } else {
    const Index reach = std::max(track->places.back(), place) - std::min(track->places.front(), place);
    if (static_cast<Index>(track->places.size()) == most_places || reach > rows_ / least_reach_share)
      return false;
    track->places.insert(std::lower_bound(track->places.begin(), track->places.end(), place), place);
  }
  chunk.shifts.push_back(shift);
  return true;
}

void WccBlocks::reserve(Track& track) const {
  track.signals = track.of_x ? &x_ : &y_;
  const auto stride = static_cast<std::size_t>(wcc_stride(track.signals->count()));
  const auto starts = static_cast<std::size_t>(track.reach() + 1), places = track.places.size();
  track.values = LaneBuffer<double>((starts - 1 + static_cast<std::size_t>(rows_)) * stride);
  track.contrasts = LaneBuffer<double>(places * static_cast<std::size_t>(count_ - 1) * stride);
  track.scale = LaneBuffer<double>(places * stride);
  track.blocks.resize(static_cast<std::size_t>(count_));
  for (Moments& block : track.blocks) {
    for (LaneBuffer<double>* buffer : {&block.center, &block.rest}) *buffer = LaneBuffer<double>(stride);
    for (LaneBuffer<double>* buffer : {&block.mean, &block.squares, &block.low, &block.high})
      *buffer = LaneBuffer<double>(starts * stride);
  }
}

void WccBlocks::describe(Chunk& chunk, std::ptrdiff_t first_number) const {
  for (const WccShift& shift : chunk.shifts) {
    const bool of_x = x_moves(shift);
    const Track& moving = *std::find_if(chunk.tracks.begin(), chunk.tracks.end(), [&](const Track& t) {
      return t.of_x == of_x && t.later == (shift.lag > 0);
    });
    const Index stride = wcc_stride(moving.signals->count()), place = place_of(shift);
    const Index row = place - moving.places.front();
    const Index number =
        std::lower_bound(moving.places.begin(), moving.places.end(), place) - moving.places.begin();
    const double *values = moving.values.data() + row * stride,
                 *scale = moving.scale.data() + number * stride,
                 *contrasts = moving.contrasts.data() + number * (count_ - 1) * stride;
    const Track& still = of_x ? still_y_ : still_x_;
    WccBlockLag lag{};
    lag.lag = static_cast<double>(shift.lag);
    lag.number = first_number + static_cast<std::ptrdiff_t>(chunk.lags.size());
    lag.x = of_x ? values : still.values.data();
    lag.y = of_x ? still.values.data() : values;
    lag.scale_x = of_x ? scale : still.scale.data();
    lag.scale_y = of_x ? still.scale.data() : scale;
    lag.contrasts_x = of_x ? contrasts : still.contrasts.data();
    lag.contrasts_y = of_x ? still.contrasts.data() : contrasts;
    chunk.lags.push_back(lag);
  }
}

bool WccBlocks::compute(Index at_x, Index at_y, const WccChoice& choice) {
  const Index last = (count_ - 1) * rows_, ahead = next_x_ - at_x;
  const bool goes_on =
      ahead > 0 && ahead <= last && ahead % rows_ == 0 && next_y_ - at_y == ahead && held_ * rows_ >= ahead;
  if (!goes_on) held_ = 0;
  for (Index row = goes_on ? ahead : 0; row <= last; row += rows_)
    if (!add_block(at_x + row, at_y + row, row == last ? &choice : nullptr)) {
      next_x_ = next_y_ = -1;
      return false;
    }
  next_x_ = at_x + last + rows_;
  next_y_ = at_y + last + rows_;
  return true;
}

bool WccBlocks::add_block(Index at_x, Index at_y, const WccChoice* choice) {
  // By the place in the recording: the order in which blocks are added up must not depend on where a thread
  // began.
  const Index number = at_x / rows_;
  run_.slot = number % (count_ - 1);
  run_.choose = choice != nullptr;
  for (Track* still : {&still_x_, &still_y_}) {
    center(*still, still->of_x ? at_x : at_y, number);
    if (run_.choose && !join(*still, number)) return false;
  }
  for (Chunk& chunk : chunks_) {
    for (Track& track : chunk.tracks) {
      center(track, track.of_x ? at_x : at_y, number);
      if (run_.choose && !join(track, number)) return false;
    }
    kernels_.choose_blocks(chunk.lags.data(), static_cast<Index>(chunk.lags.size()), run_,
                           choice != nullptr ? *choice : WccChoice{});
  }
  ++held_;
  return true;
}

void WccBlocks::center(Track& track, Index at, Index number) {
  const Index stride = wcc_stride(track.signals->count()), reach = track.reach();
  const double* raw = track.signals->values().data() + (at + track.places.front()) * stride;
  Moments& block = track.blocks[static_cast<std::size_t>(number % count_)];
  kernels_.center_block(raw, rows_ + reach, reach, rows_ - reach, stride, track.values.data(),
                        block.center.data(), block.rest.data());
  kernels_.moments(raw, track.values.data(), rows_, reach, stride,
                   {block.mean.data(), block.squares.data(), block.low.data(), block.high.data()});
}

/// The window that ends with this block.
bool WccBlocks::join(Track& track, Index number) {
  const Index stride = wcc_stride(track.signals->count());
  bool in_range = true;
  WccBlock blocks[most_blocks];
  for (std::size_t place = 0; place < track.places.size(); ++place) {
    const Index at = (track.places[place] - track.places.front()) * stride;
    for (Index k = 0; k < count_; ++k) {
      const Moments& block = track.blocks[static_cast<std::size_t>((number + 1 + k) % count_)];
      blocks[k] = {block.center.data(),       block.rest.data(),     block.mean.data() + at,
                   block.squares.data() + at, block.low.data() + at, block.high.data() + at};
    }
    const auto to = static_cast<Index>(place) * stride;
    kernels_.join_blocks(blocks, count_, rows_, stride, track.contrasts.data() + to * (count_ - 1),
                         {nullptr, squares_.data(), low_.data(), high_.data()});
    in_range =
        wcc_scales(squares_.data(), low_.data(), high_.data(), stride, track.scale.data() + to) && in_range;
  }
  return in_range;
}

}  // namespace facelex
