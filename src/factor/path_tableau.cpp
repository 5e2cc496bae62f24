#include "path_tableau.hpp"

#include <algorithm>
#include <cmath>

namespace facelex {

namespace {

constexpr Eigen::Index register_width = 8;  // doubles
/// Events closer than this share of α are one point of the path.
constexpr double same_alpha = 1e-12;
/// A unit whose squared distance from the span of the active ones is below this share of its squared norm
/// depends on them.
constexpr double dependent = 1e-12;

}  // namespace

PathTableau::PathTableau(const Eigen::MatrixXd& gram, bool positive)
    : size_(gram.rows()),
      stride_((size_ + register_width - 1) / register_width * register_width),
      positive_(positive),
      gram_(Eigen::MatrixXd::Zero(stride_, size_)),
      least_(dependent * gram.diagonal()),
      projection_(size_),
      table_(stride_, size_),
      a_(stride_),
      b_(stride_),
      sign_(stride_),
      open_(stride_),
      events_(stride_),
      before_(stride_),
      multipliers_(stride_) {
  gram_.topRows(size_) = gram;
}

void PathTableau::start(const double* projection) {
  projection_ = Eigen::Map<const Eigen::VectorXd>(projection, size_);
  table_ = gram_;
  a_.setZero();
  a_.head(size_) = projection_;
  b_.setZero();
  sign_.setZero();
  open_.setOnes();
  active_ = pivots_here_ = 0;
  projected_ = projected_signs_ = signs_ = 0;
  alpha_ = size_ == 0 ? 0 : std::max(0.0, positive_ ? a_.maxCoeff() : a_.cwiseAbs().maxCoeff());
  // Below this nothing but rounding is left.
  floor_ = 1e-14 * alpha_;
  find_end();
}

// With sign s of an active unit, its code a − αb reaches zero when s·a < 0, at a/b. The correlation a − αb of
// another reaches ±α when ±a > 0, at a/(b ± 1).
template <int Stride>
void PathTableau::find_events() {
  const Eigen::Index stride = Stride > 0 ? Stride : stride_;
  const double* const a = a_.data();
  const double* const b = b_.data();
  const double* const sign = sign_.data();
  const double* const open = open_.data();
  double* const events = events_.data();
  for (Eigen::Index i = 0; i < stride; ++i) {
    const double side = positive_ || a[i] > 0 ? 1 : -1;
    const bool active = sign[i] != 0;
    const double flip = active ? -sign[i] : side;
    const double numerator = flip * a[i];
    const double denominator = flip * b[i] + (active ? 0 : 1);
    const double ratio = numerator / denominator;
    // Rounding may have carried a unit past its event: it takes place here and now.
    const double event = denominator > 0 && ratio < alpha_ ? ratio : alpha_;
    events[i] = numerator > 0 ? open[i] * event : 0;
  }
}

void PathTableau::find_end() {
  switch (stride_) {
    case 8:
      find_events<8>();
      break;
    case 16:
      find_events<16>();
      break;
    case 24:
      find_events<24>();
      break;
    default:
      find_events<0>();
  }
  for (;;) {
    end_ = size_ == 0 ? 0 : events_.maxCoeff();
    if (end_ <= floor_) {
      end_ = 0;
      return;
    }
    const bool here = end_ >= alpha_ * (1 - same_alpha);
    if (here) end_ = alpha_;
    const double enough = here ? alpha_ * (1 - same_alpha) : end_;
    next_ = 0;
    while (events_[next_] < enough) ++next_;
    // Rounding may send units round in a circle at one α: then the one that would move stays.
    const bool circles = here && pivots_here_ > 4 * size_;
    if (!circles && (sign_[next_] != 0 || table_(next_, next_) > least_[next_])) return;
    open_[next_] = 0;
    events_[next_] = 0;
  }
}

void PathTableau::pivot() {
  const Eigen::Index unit = next_;
  const bool enters = sign_[unit] == 0;
  const double side = enters ? (positive_ || a_[unit] > 0 ? 1 : -1) : sign_[unit];
  if (enters) b_[unit] += side;
  switch (stride_) {
    case 8:
      sweep<8>(unit);
      break;
    case 16:
      sweep<16>(unit);
      break;
    case 24:
      sweep<24>(unit);
      break;
    default:
      sweep<0>(unit);
  }
  if (!enters) {
    b_[unit] -= side;
    open_.setOnes();  // the others may be independent now
  }
  sign_[unit] = enters ? side : 0;
  active_ += enters ? 1 : -1;
  pivots_here_ = end_ < alpha_ ? 0 : pivots_here_ + 1;
  alpha_ = end_;
  find_end();
}

template <int Stride>
void PathTableau::sweep(Eigen::Index unit) {
  constexpr int size = Stride == 0 ? Eigen::Dynamic : Stride;
  const auto part = [&](double* from) {
    return Eigen::Map<Eigen::Array<double, size, 1>, Eigen::AlignedMax>(from, stride_);
  };
  const double pivot = table_(unit, unit), a = a_[unit], b = b_[unit];
  projected_ += a * a / pivot;
  projected_signs_ += a * b / pivot;
  signs_ += b * b / pivot;
  const double inverse = 1 / pivot, inverse_size = std::abs(inverse);
  auto own = part(table_.data() + unit * stride_), before = part(before_.data());
  auto multipliers = part(multipliers_.data());
  before = own;
  multipliers = own * inverse;
  multipliers[unit] = 0;
  for (Eigen::Index j = 0; j < size_; ++j) {
    auto column = part(table_.data() + j * stride_);
    column -= before_[j] * multipliers;
    column[unit] = before_[j] * inverse_size;
  }
  own = before * inverse_size;
  own[unit] = -inverse;
  part(a_.data()) -= a * multipliers;
  a_[unit] = a * inverse_size;
  part(b_.data()) -= b * multipliers;
  b_[unit] = b * inverse_size;
}

void PathTableau::codes(double alpha, Eigen::Ref<Eigen::VectorXd> codes) const {
  const bool at_end = alpha <= end_;
  for (Eigen::Index i = 0; i < size_; ++i) {
    const bool leaves = at_end && end_ > 0 && events_[i] >= end_ * (1 - same_alpha);
    const double code = sign_[i] != 0 && !leaves ? a_[i] - alpha * b_[i] : 0;
    codes[i] = code * sign_[i] > 0 ? code : 0;
  }
}

}  // namespace facelex
