#include "window.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include "facelex/core/ordered_sum.hpp"

namespace facelex {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// Takes the mean off and scales to length 1. False, and zeros, when the values do not change.
bool to_unit(Eigen::Ref<Eigen::VectorXd> values) {
  const double low = values.minCoeff(), high = values.maxCoeff();
  if (high - low <= 1e-12 * std::max(std::abs(low), std::abs(high))) {
    values.setZero();
    return false;
  }
  // Scaled first: squares of very small or large numbers would leave the range of a double.
  values /= high - low;
  const Index count = values.size();
  for (int twice = 0; twice < 2; ++twice)  // what rounding left of the mean
    values.array() -= ordered_sum(values.data(), count) / static_cast<double>(count);
  values /= std::sqrt(ordered_squares(values.data(), count, 0.0));
  return true;
}

bool stays(WccOverLags over, double held, double offered) {
  if (over == WccOverLags::maximum) return held >= offered;
  return offered == WccWindow::missing || (held != WccWindow::missing && std::abs(held) >= std::abs(offered));
}

}  // namespace

WccSignals::WccSignals(Index frames, Index count)
    : frames_(frames),
      values_(static_cast<std::size_t>(frames * wcc_stride(count))),
      valid_(frames, count),
      missing_before_(static_cast<std::size_t>(frames) + 1) {}

WccSignals::WccSignals(const RowMatrix& values) : WccSignals(values.rows(), values.cols()) {
  for (Index t = 0; t < values.rows(); ++t)
    for (Index j = 0; j < values.cols(); ++j) put(t, j, values(t, j));
  count_missing();
}

WccSignals::WccSignals(const VideoSignals& signals) : WccSignals(signals.frames(), signals.count()) {
  constexpr Index frames_at_once = 4096;
  for (Index first = 0; first < frames_; first += frames_at_once) {
    const RowMatrix rows = signals.rows(first, std::min(frames_at_once, frames_ - first));
    for (Index t = 0; t < rows.rows(); ++t)
      for (Index j = 0; j < rows.cols(); ++j) put(first + t, j, rows(t, j));
  }
  count_missing();
}

void WccSignals::put(Index frame, Index signal, double value) {
  values_.data()[frame * wcc_stride(count()) + signal] = value;
  valid_(frame, signal) = std::isfinite(value) ? 1 : 0;
  missing_before_[frame + 1] += std::isfinite(value) ? 0 : 1;
}

void WccSignals::count_missing() {
  for (Index t = 0; t < frames_; ++t)
    missing_before_[t + 1] = missing_before_[t] + (missing_before_[t + 1] > 0 ? 1 : 0);
}

std::vector<std::vector<Index>> WccSignals::alike(Index first, Index frames) const {
  std::map<std::string, std::vector<Index>> groups;
  for (Index j = 0; j < count(); ++j) {
    std::string mask(static_cast<std::size_t>(frames), '\0');
    for (Index t = 0; t < frames; ++t) mask[t] = static_cast<char>(valid_(first + t, j));
    groups[mask].push_back(j);
  }
  std::vector<std::vector<Index>> lists;
  lists.reserve(groups.size());
  for (auto& [mask, list] : groups) lists.push_back(std::move(list));
  return lists;
}

WccWindow::WccWindow(const WccSignals& x, const WccSignals& y, const WccFrames& frames, bool half,
                     bool in_order)
    : x_(x), y_(y), frames_(frames), half_(half) {
  std::set<Index> places, lags;
  for (const WccShift& shift : frames.shifts) {
    if (half && shift.lag > 0) continue;
    shifts_.push_back(shift);
    places.insert(shift.y);
    lags.insert(shift.lag);
    max_lag_ = std::max(max_lag_, std::abs(shift.lag));
  }
  y_places_.assign(places.begin(), places.end());
  std::map<Index, std::set<Index>> of_x;
  for (const WccShift& shift : shifts_) of_x[shift.x].insert(shift.y);
  for (const auto& [place, partners] : of_x) {
    const auto first = std::lower_bound(y_places_.begin(), y_places_.end(), *partners.begin());
    rows_.push_back({place, first - y_places_.begin(), static_cast<Index>(partners.size())});
  }
  lags_.assign(lags.begin(), lags.end());
  std::stable_sort(lags_.begin(), lags_.end(), [](Index a, Index b) { return std::abs(a) < std::abs(b); });
  lag_index_.assign(static_cast<std::size_t>(2 * max_lag_ + 1), 0);
  for (std::size_t i = 0; i < lags_.size(); ++i) lag_index_[lags_[i] + max_lag_] = static_cast<Index>(i);
  for (AlignedBuffer<double>* buffer : {&value_, &lag_, &magnitude_})
    *buffer = AlignedBuffer<double>(static_cast<std::size_t>(stride() * columns()));
  if (in_order) blocks_in_common_.emplace(x, y, frames, shifts_);
  if (blocks_in_common_ && !blocks_in_common_->usable()) blocks_in_common_.reset();
  rows_in_common_.emplace(x, y, frames, shifts_);
  if (!rows_in_common_->usable()) rows_in_common_.reset();
}

Index WccWindow::needed(Index pairs) const {
  return std::max<Index>(3, static_cast<Index>(std::ceil(frames_.valid * static_cast<double>(pairs) - 1e-9)));
}

void WccWindow::compute(Index at_x, Index at_y) {
  const bool whole =
      x_.whole(at_x - frames_.before, frames_.reach()) && y_.whole(at_y - frames_.before, frames_.reach());
  const bool within = frames_.moving == WccMoving::within;
  if (!whole || !compute_whole(at_x, at_y)) {
    begin_choice();
    begin_shifts();
    if (whole)
      within ? whole_within(at_x, at_y) : whole_shifts(at_x, at_y);
    else
      within ? gaps_within(at_x, at_y) : shifts_with_gaps(at_x, at_y);
    choose();
  }
  if (half_) mirror();
  if (frames_.over_lags == WccOverLags::mean_z) choose_mean_z();
}

/// The fast ways, which share sums between windows or shifts. False where none of them serves.
bool WccWindow::compute_whole(Index at_x, Index at_y) {
  const WccChoice choice{value_.data(), lag_.data(), magnitude_.data()};
  if (blocks_in_common_) {
    begin_choice();
    if (blocks_in_common_->compute(at_x, at_y, choice)) return true;
  }
  if (!rows_in_common_) return false;
  begin_choice();
  return rows_in_common_->compute(at_x, at_y, choice);
}

void WccWindow::begin_choice() {
  std::fill_n(value_.data(), value_.size(), missing);
  std::fill_n(lag_.data(), lag_.size(), static_cast<double>(lags_[0]));
  // A modulus is never below 0; where the largest value counts, `missing` is below all.
  std::fill_n(magnitude_.data(), magnitude_.size(),
              frames_.over_lags == WccOverLags::maximum ? missing : -1.0);
}

/// What shifts that share no sums are collected in.
void WccWindow::begin_shifts() {
  of_lag_.resize(lags_.size());
  for (MatrixXd& r : of_lag_) r.resize(x_.count(), y_.count());
  begun_.assign(lags_.size(), false);
  if (frames_.over_lags == WccOverLags::mean_z) {
    z_.setZero(x_.count(), y_.count());
    z_count_.setZero(x_.count(), y_.count());
  }
}

void WccWindow::whole_shifts(Index at_x, Index at_y) {
  const Index window = frames_.window, p = x_.count(), q = y_.count();
  bool all_change = true;
  units_y_.resize(window, q * static_cast<Index>(y_places_.size()));
  constant_y_.assign(static_cast<std::size_t>(units_y_.cols()), false);
  for (std::size_t place = 0; place < y_places_.size(); ++place)
    for (Index j = 0; j < q; ++j) {
      const Index column = static_cast<Index>(place) * q + j;
      units_y_.col(column) = y_.values().col(j).segment(at_y + y_places_[place], window);
      constant_y_[column] = !to_unit(units_y_.col(column));
      all_change = all_change && !constant_y_[column];
    }
  units_x_.resize(window, p);
  constant_x_.assign(static_cast<std::size_t>(p), false);
  for (const Row& row : rows_) {
    bool changes = all_change;
    for (Index i = 0; i < p; ++i) {
      units_x_.col(i) = x_.values().col(i).segment(at_x + row.x, window);
      constant_x_[i] = !to_unit(units_x_.col(i));
      changes = changes && !constant_x_[i];
    }
    r_.noalias() = units_x_.transpose() * units_y_.middleCols(row.first * q, row.count * q);
    for (Index k = 0; k < row.count; ++k) {
      auto block = r_.middleCols(k * q, q);
      if (!changes) {
        for (Index j = 0; j < q; ++j)
          for (Index i = 0; i < p; ++i)
            if (constant_x_[i] || constant_y_[(row.first + k) * q + j]) block(i, j) = missing;
      }
      take(y_places_[row.first + k] - row.x, block, changes);
    }
  }
}

void WccWindow::whole_within(Index at_x, Index at_y) {
  const Index window = frames_.window;
  units_x_ = x_.values().middleRows(at_x, window);
  units_y_ = y_.values().middleRows(at_y, window);
  std::vector<Index> still_x, still_y;
  for (Index i = 0; i < x_.count(); ++i)
    if (!to_unit(units_x_.col(i))) still_x.push_back(i);
  for (Index j = 0; j < y_.count(); ++j)
    if (!to_unit(units_y_.col(j))) still_y.push_back(j);
  for (const WccShift& shift : shifts_) {
    const Index overlap = window - std::abs(shift.lag);
    r_.noalias() = units_x_.middleRows(std::max<Index>(0, -shift.lag), overlap).transpose() *
                   units_y_.middleRows(std::max<Index>(0, shift.lag), overlap);
    for (const Index i : still_x) r_.row(i).setConstant(missing);
    for (const Index j : still_y) r_.col(j).setConstant(missing);
    take(shift.lag, r_, still_x.empty() && still_y.empty());
  }
}

void WccWindow::shifts_with_gaps(Index at_x, Index at_y) {
  const Index window = frames_.window, need = needed(window);
  const auto groups_x = x_.alike(at_x - frames_.before, frames_.reach());
  const auto groups_y = y_.alike(at_y - frames_.before, frames_.reach());
  std::vector<Index> common;
  MatrixXd gathered_x, gathered_y, product;
  for (const WccShift& shift : shifts_) {
    const Index from_x = at_x + shift.x, from_y = at_y + shift.y;
    r_.setConstant(x_.count(), y_.count(), missing);
    for (const auto& group_x : groups_x)
      for (const auto& group_y : groups_y) {
        common.clear();
        for (Index t = 0; t < window; ++t)
          if (x_.has(from_x + t, group_x[0]) && y_.has(from_y + t, group_y[0])) common.push_back(t);
        const auto n = static_cast<Index>(common.size());
        if (n < need) continue;
        const auto gather = [&](const WccSignals& from, Index at, const std::vector<Index>& group,
                                MatrixXd& into, std::vector<bool>& constant) {
          into.resize(n, static_cast<Index>(group.size()));
          constant.assign(group.size(), false);
          for (std::size_t c = 0; c < group.size(); ++c) {
            for (Index k = 0; k < n; ++k)
              into(k, static_cast<Index>(c)) = from.values()(at + common[k], group[c]);
            constant[c] = !to_unit(into.col(static_cast<Index>(c)));
          }
        };
        gather(x_, from_x, group_x, gathered_x, constant_x_);
        gather(y_, from_y, group_y, gathered_y, constant_y_);
        product.noalias() = gathered_x.transpose() * gathered_y;
        for (std::size_t j = 0; j < group_y.size(); ++j)
          for (std::size_t i = 0; i < group_x.size(); ++i)
            if (!constant_x_[i] && !constant_y_[j])
              r_(group_x[i], group_y[j]) = product(static_cast<Index>(i), static_cast<Index>(j));
      }
    take(shift.lag, r_, false);
  }
}

void WccWindow::gaps_within(Index at_x, Index at_y) {
  const Index window = frames_.window;
  // z-values of what is there, 0 elsewhere, over √W as whole windows have them.
  const auto standardised = [&](const WccSignals& from, Index at, MatrixXd& into,
                                std::vector<bool>& constant) {
    into.setZero(window, from.count());
    constant.assign(static_cast<std::size_t>(from.count()), true);
    for (Index i = 0; i < from.count(); ++i) {
      std::vector<Index> there;
      for (Index t = 0; t < window; ++t)
        if (from.has(at + t, i)) there.push_back(t);
      if (there.size() < 3) continue;
      Eigen::VectorXd values(static_cast<Index>(there.size()));
      for (std::size_t k = 0; k < there.size(); ++k)
        values[static_cast<Index>(k)] = from.values()(at + there[k], i);
      constant[i] = !to_unit(values);
      values *= std::sqrt(static_cast<double>(there.size()) / static_cast<double>(window));
      for (std::size_t k = 0; k < there.size(); ++k) into(there[k], i) = values[static_cast<Index>(k)];
    }
  };
  standardised(x_, at_x, units_x_, constant_x_);
  standardised(y_, at_y, units_y_, constant_y_);
  for (const WccShift& shift : shifts_) {
    const Index overlap = window - std::abs(shift.lag), need = needed(overlap);
    const Index from_x = std::max<Index>(0, -shift.lag), from_y = std::max<Index>(0, shift.lag);
    r_.noalias() = units_x_.middleRows(from_x, overlap).transpose() * units_y_.middleRows(from_y, overlap);
    for (Index j = 0; j < y_.count(); ++j)
      for (Index i = 0; i < x_.count(); ++i) {
        Index n = 0;
        for (Index t = 0; t < overlap; ++t)
          n += x_.has(at_x + from_x + t, i) && y_.has(at_y + from_y + t, j) ? 1 : 0;
        if (n < need || constant_x_[i] || constant_y_[j])
          r_(i, j) = missing;
        else
          r_(i, j) *= static_cast<double>(overlap) / static_cast<double>(n);
      }
    take(shift.lag, r_, false);
  }
}

/// One shift's correlations into those of its lag.
void WccWindow::take(Index lag, const Eigen::Ref<const MatrixXd>& r, bool all_there) {
  const Index index = lag_index_[lag + max_lag_];
  MatrixXd& held = of_lag_[index];
  const Index size = r.size();
  const double* from = r.data();
  double* to = held.data();
  if (z_.size() > 0)
    for (Index k = 0; k < size; ++k)
      if (from[k] != missing) {
        z_.data()[k] += std::min(10.0, std::atanh(std::min(1.0, std::abs(from[k]))));
        z_count_.data()[k] += 1;
      }
  if (!begun_[index]) {
    std::copy(from, from + size, to);
    begun_[index] = true;
  } else if (frames_.over_lags == WccOverLags::maximum) {
    for (Index k = 0; k < size; ++k) to[k] = from[k] > to[k] ? from[k] : to[k];
  } else if (all_there) {
    // What is held may still be `missing` from another shift: its modulus must lose.
    for (Index k = 0; k < size; ++k) {
      const double held_size = to[k] < -3 ? -1.0 : std::abs(to[k]);
      to[k] = std::abs(from[k]) > held_size ? from[k] : to[k];
    }
  } else {
    for (Index k = 0; k < size; ++k)
      if (!stays(frames_.over_lags, to[k], from[k])) to[k] = from[k];
  }
}

/// Of all lags, those nearest to 0 first.
void WccWindow::choose() {
  const bool maximum = frames_.over_lags == WccOverLags::maximum;
  for (std::size_t number = 0; number < lags_.size(); ++number) {
    const auto this_lag = static_cast<double>(lags_[number]);
    for (Index j = 0; j < y_.count(); ++j) {
      const double* offered = of_lag_[number].data() + j * x_.count();
      double *value = value_.data() + j * stride(), *lag = lag_.data() + j * stride();
      double* held = magnitude_.data() + j * stride();
      for (Index i = 0; i < x_.count(); ++i) {
        const double r = offered[i], size = maximum ? r : r < -3 ? -1.0 : std::abs(r);
        const bool better = size > held[i];
        held[i] = better ? size : held[i];
        value[i] = better ? r : value[i];
        lag[i] = better ? this_lag : lag[i];
      }
    }
  }
}

/// The other half of the shifts: r(i, j, lag) = r(j, i, −lag).
void WccWindow::mirror() {
  for (Index j = 0; j < y_.count(); ++j)
    for (Index i = 0; i <= j; ++i) {
      const Index at_upper = j * stride() + i, at_lower = i * stride() + j;
      double &value_up = value_.data()[at_upper], &value_low = value_.data()[at_lower];
      double &lag_up = lag_.data()[at_upper], &lag_low = lag_.data()[at_lower];
      // Lags of both are ≤ 0; of equals the nearer to 0, then the negative one of the upper half.
      const double upper = magnitude_.data()[at_upper], lower = magnitude_.data()[at_lower];
      const bool take_upper = (upper > lower) | ((upper == lower) & (lag_up >= lag_low));
      const bool tie = (upper == lower) & (lag_up == lag_low);
      const double value = take_upper ? value_up : value_low;
      const double lag = take_upper ? lag_up : -lag_low;
      value_up = value_low = value;
      lag_up = lag;
      lag_low = tie ? lag : -lag;
    }
}

void WccWindow::choose_mean_z() {
  for (Index j = 0; j < y_.count(); ++j)
    for (Index i = 0; i < x_.count(); ++i)
      value_.data()[j * stride() + i] = z_count_(i, j) > 0 ? z_(i, j) / z_count_(i, j) : missing;
}

}  // namespace facelex
