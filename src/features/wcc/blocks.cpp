#include "blocks.hpp"

#include <algorithm>
#include <cmath>

#include "scale.hpp"
#include "window.hpp"

namespace facelex {
namespace {

using Eigen::Index;

/// Below this a block's own cost is no longer its products.
constexpr Index min_block_rows = 8;
constexpr Index max_blocks = 16;
constexpr Index max_ring_numbers = Index{1} << 23;  // 64 MB
/// Neighbouring places share the rows at which they are centred: at least three quarters of a block.
constexpr Index max_places = 8, min_reach_share = 4;

/// Whether windows are a few blocks of one step each, and one of the two windows stays where it is.
bool made_of_blocks(const WccFrames& frames, const std::vector<WccShift>& shifts) {
  const Index count = frames.window / frames.step;
  return (frames.moving == WccMoving::second || frames.moving == WccMoving::earlier) &&
         frames.over_lags != WccOverLags::mean_z && frames.window % frames.step == 0 &&
         frames.step >= min_block_rows && count >= 2 && count <= max_blocks &&
         std::all_of(shifts.begin(), shifts.end(), [](const WccShift& s) { return s.x == 0 || s.y == 0; });
}

}  // namespace

WccBlocks::WccBlocks(const WccSignals& x, const WccSignals& y, const WccFrames& frames,
                     const std::vector<WccShift>& shifts, const WccKernels& kernels)
    : x_(x), y_(y), kernels_(kernels), rows_(frames.step), count_(frames.window / frames.step) {
  run_.signals_x = x.count();
  run_.signals_y = y.count();
  run_.stride_x = wcc_stride(x.count());
  run_.stride_y = run_.columns = wcc_stride(y.count());
  run_.rows = rows_;
  run_.lags = static_cast<Index>(shifts.size());
  run_.contrasts = count_ - 1;
  run_.maximum = frames.over_lags == WccOverLags::maximum;
  const Index numbers = run_.stride_x * run_.columns * run_.lags * run_.contrasts;
  usable_ = made_of_blocks(frames, shifts) && numbers <= max_ring_numbers;
  if (!usable_) return;
  ring_ = AlignedBuffer<double>(static_cast<std::size_t>(numbers));
  run_.ring = ring_.data();
  for (AlignedBuffer<double>* buffer : {&squares_, &low_, &high_})
    *buffer = AlignedBuffer<double>(static_cast<std::size_t>(std::max(run_.stride_x, run_.stride_y)));
  for (const WccShift& shift : shifts) {
    some_x_move_ = some_x_move_ || shift.x != 0;
    some_later_ = some_later_ || shift.lag > 0;
  }
  still_x_.of_x = true;
  if (std::any_of(shifts.begin(), shifts.end(), [&](const WccShift& s) { return !x_moves(s); }))
    stills_.push_back(&still_x_);
  if (some_x_move_) stills_.push_back(&still_y_);
  for (Track* still : stills_) {
    still->places = {0};
    reserve(*still);
  }
  for (const WccShift& shift : shifts)
    if (chunks_.empty() || !take(chunks_.back(), shift)) take(chunks_.emplace_back(), shift);
  for (Chunk& chunk : chunks_) {
    pair_up(chunk);
    for (Track& track : chunk.tracks) reserve(track);
    describe(chunk);
  }
}

Index WccBlocks::Track::lowest_pair() const {
  return *std::min_element(pairs.begin(), pairs.end());
}

/// Where none of them must move the one does that moves at the lags beside 0.
bool WccBlocks::x_moves(const WccShift& shift) const {
  return shift.x != 0 || (shift.y == 0 && some_x_move_ && some_later_);
}

Index WccBlocks::place_of(const WccShift& shift) const {
  return x_moves(shift) ? shift.x : shift.y;
}

/// nullptr: there is none yet.
WccBlocks::Track* WccBlocks::track_of(Chunk& chunk, const WccShift& shift) const {
  const bool of_x = x_moves(shift), later = shift.lag > 0 || (shift.lag == 0 && some_later_);
  for (Track& track : chunk.tracks)
    if (track.of_x == of_x && track.later == later) return &track;
  return nullptr;
}

/// False when the lag lies too far from those that its track has.
bool WccBlocks::take(Chunk& chunk, const WccShift& shift) const {
  const Index place = place_of(shift);
  if (Track* track = track_of(chunk, shift)) {
    const Index reach = std::max(track->places.back(), place) - std::min(track->places.front(), place);
    if (static_cast<Index>(track->places.size()) == max_places || reach > rows_ / min_reach_share)
      return false;
    track->places.insert(std::lower_bound(track->places.begin(), track->places.end(), place), place);
  } else {
    Track made;
    made.of_x = x_moves(shift);
    made.later = shift.lag > 0 || (shift.lag == 0 && some_later_);
    made.places = {place};
    chunk.tracks.push_back(std::move(made));
  }
  if (chunk.shifts.empty() || static_cast<std::ptrdiff_t>(chunk.shifts.back().size()) == wcc_bundle)
    chunk.shifts.emplace_back();
  chunk.shifts.back().push_back(shift);
  return true;
}

/// Finds the neighbouring lags of each bundle.
void WccBlocks::pair_up(Chunk& chunk) const {
  for (const std::vector<WccShift>& shifts : chunk.shifts) {
    std::vector<Lags>& products = chunk.products.emplace_back();
    std::vector<bool> done(shifts.size(), false);
    for (std::size_t n = 0; n < shifts.size(); ++n) {
      if (done[n]) continue;
      Track* const track = track_of(chunk, shifts[n]);
      Lags lags{{n}};
      for (std::size_t other = n + 1; other < shifts.size() && lags.numbers.size() == 1; ++other) {
        const Index here = place_of(shifts[n]), there = place_of(shifts[other]),
                    lower = std::min(here, there);
        if (done[other] || track_of(chunk, shifts[other]) != track || std::abs(here - there) != 1 ||
            (!track->pairs.empty() && (track->pairs.front() - lower) % 2 != 0))
          continue;
        lags.numbers = here < there ? std::vector{n, other} : std::vector{other, n};
        track->pairs.push_back(lower);
        done[other] = true;
      }
      products.push_back(std::move(lags));
    }
  }
}

void WccBlocks::reserve(Track& track) const {
  track.signals = track.of_x ? &x_ : &y_;
  const auto stride = static_cast<std::size_t>(wcc_stride(track.signals->count()));
  const auto starts = static_cast<std::size_t>(track.reach() + 1), places = track.places.size();
  const std::size_t rows = starts - 1 + static_cast<std::size_t>(rows_);
  track.values = AlignedBuffer<double>(rows * stride);
  for (AlignedBuffer<double>* buffer : {&track.shared, &track.first, &track.second})
    *buffer = AlignedBuffer<double>((rows + 1) / 2 * stride);
  track.contrasts = AlignedBuffer<double>(places * static_cast<std::size_t>(count_ - 1) * stride);
  track.scale = AlignedBuffer<double>(places * stride);
  track.blocks.resize(static_cast<std::size_t>(count_));
  for (Moments& block : track.blocks) {
    for (AlignedBuffer<double>* buffer : {&block.center, &block.rest})
      *buffer = AlignedBuffer<double>(stride);
    for (AlignedBuffer<double>* buffer : {&block.mean, &block.squares, &block.low, &block.high})
      *buffer = AlignedBuffer<double>(starts * stride);
  }
}

/// What the kernel is told of a chunk; where the buffers lie does not change any more.
void WccBlocks::describe(Chunk& chunk) {
  for (std::size_t b = 0; b < chunk.shifts.size(); ++b) {
    WccBundle bundle{};
    for (const WccShift& shift : chunk.shifts[b])
      bundle.lags[bundle.lag_count++] = described_lag(chunk, shift);
    for (const Lags& lags : chunk.products[b])
      bundle.products[bundle.product_count++] = described_products(chunk, chunk.shifts[b], lags);
    chunk.bundles.push_back(bundle);
  }
}

WccBlockLag WccBlocks::described_lag(Chunk& chunk, const WccShift& shift) {
  const Track& moving = *track_of(chunk, shift);
  const Track& still = moving.of_x ? still_y_ : still_x_;
  const Index number =
      std::lower_bound(moving.places.begin(), moving.places.end(), place_of(shift)) - moving.places.begin();
  const Index at = number * wcc_stride(moving.signals->count());
  const double *scale = moving.scale.data() + at, *contrasts = moving.contrasts.data() + at * (count_ - 1);
  return {static_cast<double>(shift.lag),
          lags_++,
          moving.of_x ? scale : still.scale.data(),
          moving.of_x ? still.scale.data() : scale,
          moving.of_x ? contrasts : still.contrasts.data(),
          moving.of_x ? still.contrasts.data() : contrasts};
}

WccBlockProducts WccBlocks::described_products(Chunk& chunk, const std::vector<WccShift>& shifts,
                                               const Lags& lags) {
  const WccShift& shift = shifts[lags.numbers[0]];
  Track& moving = *track_of(chunk, shift);
  Track& still = moving.of_x ? still_y_ : still_x_;
  const Index stride = wcc_stride(moving.signals->count());
  WccBlockProducts made{};
  made.lags = static_cast<std::ptrdiff_t>(lags.numbers.size());
  for (std::size_t n = 0; n < lags.numbers.size(); ++n) made.lag[n] = static_cast<Index>(lags.numbers[n]);
  const auto set = [&](int table, const double* moves, const double* stays) {
    made.x[table] = moving.of_x ? moves : stays;
    made.y[table] = moving.of_x ? stays : moves;
  };
  if (made.lags == 1) {
    set(0, moving.values.data() + (place_of(shift) - moving.places.front()) * stride, still.values.data());
    return made;
  }
  const Index at = (place_of(shift) - moving.lowest_pair()) / 2 * stride;
  set(0, moving.shared.data() + at, still.shared.data());
  set(1, moving.first.data() + at, still.first.data());
  set(2, moving.second.data() + at, still.second.data());
  return made;
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
  for (Track* still : stills_) {
    center(*still, still->of_x ? at_x : at_y, number);
    kernels_.split_still(still->values.data(), rows_, wcc_stride(still->signals->count()), still->split());
    if (run_.choose && !join(*still, number)) return false;
  }
  for (Chunk& chunk : chunks_) {
    for (Track& track : chunk.tracks) {
      center(track, track.of_x ? at_x : at_y, number);
      if (run_.choose && !join(track, number)) return false;
    }
    kernels_.choose_blocks(chunk.bundles.data(), static_cast<Index>(chunk.bundles.size()), run_,
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
  if (track.pairs.empty()) return;
  const Index before = track.lowest_pair() - track.places.front();
  kernels_.split_moving(track.values.data() + before * stride, rows_ + reach - before, stride, track.split());
}

/// The window that ends with this block.
bool WccBlocks::join(Track& track, Index number) {
  const Index stride = wcc_stride(track.signals->count());
  bool in_range = true;
  WccBlock blocks[max_blocks];
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
