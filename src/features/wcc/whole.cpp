#include "whole.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <set>

#include "scale.hpp"
#include "window.hpp"

namespace facelex {
namespace {

using Eigen::Index;

/// Shifts must have at least this share of a window in common.
constexpr double min_core = 1.0 / 32;

}  // namespace

void WccWhole::Side::prepare(const WccSignals& from, Index window, bool within) {
  signals = &from;
  if (within) places = {0};
  rows = places.back() - places.front() + window;
  core_first = places.back() - places.front();
  core = window - core_first;
  const auto stride = static_cast<std::size_t>(wcc_stride(from.count()));
  values = AlignedBuffer<double>(static_cast<std::size_t>(rows) * stride);
  scale = AlignedBuffer<double>(places.size() * stride);
  offset = AlignedBuffer<double>(places.size() * stride);
}

Index WccWhole::Side::place(Index shift) const {
  return std::lower_bound(places.begin(), places.end(), shift) - places.begin();
}

WccWhole::WccWhole(const WccSignals& x, const WccSignals& y, const WccFrames& frames,
                   const std::vector<WccShift>& shifts)
    : kernels_(wcc_kernels()),
      window_(frames.window),
      within_(frames.moving == WccMoving::within),
      maximum_(frames.over_lags == WccOverLags::maximum) {
  std::set<Index> of_x, of_y;
  for (const WccShift& shift : shifts) {
    of_x.insert(shift.x);
    of_y.insert(shift.y);
  }
  const auto reach = [](const std::set<Index>& places) { return *places.rbegin() - *places.begin(); };
  usable_ = frames.over_lags != WccOverLags::mean_z &&
            (within_ || static_cast<double>(window_ - std::max(reach(of_x), reach(of_y))) >=
                            std::max(1.0, min_core * static_cast<double>(window_)));
  if (!usable_) return;
  x_.places.assign(of_x.begin(), of_x.end());
  y_.places.assign(of_y.begin(), of_y.end());
  x_.prepare(x, window_, within_);
  y_.prepare(y, window_, within_);
  equal_ = &x == &y && x_.places == y_.places;
  Index max_starts = 0;
  for (std::size_t first = 0, end = 0; first < shifts.size() && usable_; first = end) {
    while (end < shifts.size() && shifts[end].lag == shifts[first].lag) ++end;
    usable_ = add_lag(shifts, first, end);
    if (usable_) max_starts = std::max(max_starts, static_cast<Index>(lags_.back().starts));
  }
  for (const Side* side : {&x_, &y_}) {
    const auto size = static_cast<std::size_t>((side->core_first + 1) * wcc_stride(side->signals->count()));
    if (size <= mean_.size()) continue;
    for (AlignedBuffer<double>* buffer : {&mean_, &squares_, &low_, &high_})
      *buffer = AlignedBuffer<double>(size);
  }
  scratch_ = AlignedBuffer<double>(static_cast<std::size_t>(max_starts) * 8 * wcc_lanes);
}

/// Shifts first … end − 1, which have one lag.
bool WccWhole::add_lag(const std::vector<WccShift>& shifts, std::size_t first, std::size_t end) {
  const Index lag = shifts[first].lag, starts = static_cast<Index>(end - first);
  WccLag made{};
  made.lag = static_cast<double>(lag);
  made.starts = starts;
  if (within_) {
    made.core = window_ - std::abs(lag);
    made.core_x = std::max<Index>(0, -lag);
    made.core_y = std::max<Index>(0, lag);
    lags_.push_back(made);
    return starts == 1;
  }
  made.spacing = starts > 1 ? shifts[first + 1].x - shifts[first].x : 1;
  made.place_x = x_.place(shifts[first].x);
  made.place_y = y_.place(shifts[first].y);
  for (Index k = 0; k < starts; ++k) {
    const WccShift& shift = shifts[first + static_cast<std::size_t>(k)];
    if (shift.x != shifts[first].x + k * made.spacing || x_.place(shift.x) != made.place_x + k ||
        y_.place(shift.y) != made.place_y + k)
      return false;
  }
  const Index before = (starts - 1) * made.spacing;
  made.core = window_ - before;
  made.core_x = shifts[first].x - x_.places.front() + before;
  made.core_y = shifts[first].y - y_.places.front() + before;
  lags_.push_back(made);
  return true;
}

bool WccWhole::standardize(Side& side, Index at) {
  const Index stride = wcc_stride(side.signals->count()), first = at + side.places.front();
  const double* raw = side.signals->values().data() + first * stride;
  kernels_.center(raw, side.rows, side.core_first, side.core, stride, side.values.data());
  kernels_.moments(raw, side.values.data(), window_, side.core_first, stride,
                   {mean_.data(), squares_.data(), low_.data(), high_.data()});
  const double root = std::sqrt(static_cast<double>(window_));
  bool in_range = true;
  for (std::size_t place = 0; place < side.places.size(); ++place) {
    const Index from = (side.places[place] - side.places.front()) * stride;
    const Index to = static_cast<Index>(place) * stride;
    in_range = wcc_scales(squares_.data() + from, low_.data() + from, high_.data() + from, stride,
                          side.scale.data() + to) &&
               in_range;
    for (Index i = 0; i < stride; ++i)
      side.offset.data()[to + i] = within_ ? 0 : root * mean_.data()[from + i];
  }
  return in_range;
}

bool WccWhole::compute(Index at_x, Index at_y, const WccChoice& choice) {
  if (!standardize(x_, at_x)) return false;
  const bool shared = equal_ && at_x == at_y;
  if (!shared && !standardize(y_, at_y)) return false;
  const auto kernel_side = [](const Side& side) {
    return WccSide{side.values.data(), side.scale.data(), side.offset.data(),
                   wcc_stride(side.signals->count())};
  };
  const WccSide x = kernel_side(x_), y = kernel_side(shared ? x_ : y_);
  kernels_.choose(x, x_.signals->count(), y, y_.signals->count(), lags_.data(),
                  static_cast<Index>(lags_.size()), maximum_, choice, scratch_.data());
  return true;
}

}  // namespace facelex
