#include "facelex/compare/code_use.hpp"

#include <cmath>
#include <limits>

namespace facelex {
namespace {

/// Σ(v − v̄)² from sums; 0 where it is no more than the rounding of them.
Eigen::VectorXd scatter(const Eigen::VectorXd& sum, const Eigen::VectorXd& squared, double frames) {
  constexpr double rounding = 1e-12;
  Eigen::VectorXd result = squared - sum.cwiseAbs2() / frames;
  return (result.array() > rounding * squared.array()).select(result, 0);
}

}  // namespace

CodeUse::CodeUse(const RowMatrix& codes, const Eigen::VectorXd& size)
    : frames_(codes.rows()), any_negative_(codes.size() > 0 && codes.minCoeff() < 0) {
  const RowMatrix weighed = codes.cwiseAbs() * size.asDiagonal();
  magnitude_ = weighed.colwise().sum();
  active_ = (codes.array() != 0).cast<double>().colwise().sum();
  const double root = std::sqrt(static_cast<double>(codes.cols()));
  for (const auto& row : weighed.rowwise()) {
    const double norm = row.norm();
    if (norm == 0) continue;
    ++moving_;
    hoyer_ += (root - row.sum() / norm) / (root - 1);
  }
}

CodeUse& CodeUse::operator+=(const CodeUse& other) {
  if (other.magnitude_.size() == 0) return *this;
  if (magnitude_.size() == 0) return *this = other;
  frames_ += other.frames_;
  moving_ += other.moving_;
  hoyer_ += other.hoyer_;
  magnitude_ += other.magnitude_;
  active_ += other.active_;
  any_negative_ = any_negative_ || other.any_negative_;
  return *this;
}

double CodeUse::share_of_zeros() const {
  return 1 - mean_active() / static_cast<double>(active_.size());
}

double CodeUse::mean_active() const {
  return active_.sum() / static_cast<double>(frames_);
}

double CodeUse::hoyer() const {
  if (moving_ == 0 || magnitude_.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  return hoyer_ / static_cast<double>(moving_);
}

Eigen::VectorXd CodeUse::mean_magnitude() const {
  return magnitude_ / static_cast<double>(frames_);
}

Eigen::VectorXd CodeUse::share_active() const {
  return active_ / static_cast<double>(frames_);
}

CodeCorrelation::CodeCorrelation(const RowMatrix& codes, const RowMatrix& signals)
    : frames_(codes.rows()),
      codes_(codes.colwise().sum()),
      signals_(signals.colwise().sum()),
      codes_squared_(codes.colwise().squaredNorm()),
      signals_squared_(signals.colwise().squaredNorm()),
      products_(codes.transpose() * signals) {}

CodeCorrelation& CodeCorrelation::operator+=(const CodeCorrelation& other) {
  if (other.products_.size() == 0) return *this;
  if (products_.size() == 0) return *this = other;
  frames_ += other.frames_;
  codes_ += other.codes_;
  signals_ += other.signals_;
  codes_squared_ += other.codes_squared_;
  signals_squared_ += other.signals_squared_;
  products_ += other.products_;
  return *this;
}

Eigen::MatrixXd CodeCorrelation::correlation() const {
  const auto frames = static_cast<double>(frames_);
  const auto inverse = [](double value) { return value > 0 ? 1 / std::sqrt(value) : 0.0; };
  const Eigen::VectorXd a = scatter(codes_, codes_squared_, frames).unaryExpr(inverse);
  const Eigen::VectorXd b = scatter(signals_, signals_squared_, frames).unaryExpr(inverse);
  return a.asDiagonal() * (products_ - codes_ * signals_.transpose() / frames) * b.asDiagonal();
}

Eigen::Array<bool, Eigen::Dynamic, 1> CodeCorrelation::signals_move() const {
  return scatter(signals_, signals_squared_, static_cast<double>(frames_)).array() > 0;
}

}  // namespace facelex
