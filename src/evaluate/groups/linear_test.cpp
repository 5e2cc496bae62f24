#include "linear_test.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

namespace facelex {
namespace {

using Eigen::Index;

constexpr double unknown_effect = std::numeric_limits<double>::quiet_NaN();
constexpr double dependent = 1e-9;  // what is left of a column, relative to it, when others explain it

/// Takes mean and orthonormal columns out of a column, twice for the sake of rounding.
void take_out(Eigen::VectorXd& column, const Eigen::MatrixXd& basis, Index used) {
  for (int round = 0; round < 2; ++round) {
    column.array() -= column.mean();
    for (Index c = 0; c < used; ++c) column -= basis.col(c).dot(column) * basis.col(c);
  }
}

/// Appends what of the columns is independent of those that are there; returns how many there are then.
Index append_orthonormal(const Eigen::MatrixXd& columns, Eigen::MatrixXd& basis, Index used, double* first) {
  for (Index c = 0; c < columns.cols(); ++c) {
    Eigen::VectorXd column = columns.col(c);
    const double before = column.norm();
    take_out(column, basis, used);
    const double left = column.norm();
    if (!(left > dependent * before)) continue;
    if (first && c == 0) *first = left;
    basis.col(used++) = column / left;
  }
  return used;
}

}  // namespace

std::optional<TestDesign> make_test_design(const std::vector<Index>& rows, const Eigen::MatrixXd& z,
                                           const Eigen::MatrixXd& d) {
  TestDesign design;
  design.rows = rows;
  Eigen::MatrixXd basis(d.rows(), z.cols() + d.cols());
  const Index q = append_orthonormal(z, basis, 0, nullptr);
  const Index all = append_orthonormal(d, basis, q, &design.length);
  if (all - q < d.cols()) return std::nullopt;
  design.covariates = basis.leftCols(q);
  design.tested = basis.middleCols(q, d.cols());
  if (design.degrees() < 1) return std::nullopt;
  return design;
}

TestBlock make_test_block(TestDesign design, const std::vector<Index>& features, const RowMatrix& x) {
  TestBlock block;
  block.design = std::move(design);
  block.residuals.resize(block.design.count(), static_cast<Index>(features.size()));
  block.length.resize(block.residuals.cols());
  Index used = 0;
  for (const Index f : features) {
    Eigen::VectorXd column(block.design.count());
    for (Index i = 0; i < column.size(); ++i)
      column(i) = x(block.design.rows[static_cast<std::size_t>(i)], f);
    const double before = column.norm();
    take_out(column, block.design.covariates, block.design.covariates.cols());
    const double left = column.norm();
    if (!(left > dependent * before)) continue;
    block.features.push_back(f);
    block.length(used) = left;
    block.residuals.col(used++) = column / left;
  }
  block.residuals.conservativeResize(Eigen::NoChange, used);
  block.length.conservativeResize(used);
  return block;
}

Eigen::MatrixXd permuted_f(const TestBlock& block, const std::vector<std::vector<Index>>& orders) {
  const TestDesign& design = block.design;
  const Index q = design.covariates.cols(), k = design.tested.cols(), each = q + k;
  const auto count = static_cast<Index>(orders.size());
  Eigen::MatrixXd rows(count * each, design.count());
  for (Index o = 0; o < count; ++o)
    for (Index i = 0; i < design.count(); ++i) {
      const Index from = orders[static_cast<std::size_t>(o)][static_cast<std::size_t>(i)];
      for (Index c = 0; c < q; ++c) rows(o * each + c, from) = design.covariates(i, c);
      for (Index c = 0; c < k; ++c) rows(o * each + q + c, from) = design.tested(i, c);
    }
  const Eigen::MatrixXd coordinates = rows * block.residuals;
  const double factor = static_cast<double>(design.degrees()) / static_cast<double>(k);
  Eigen::MatrixXd f(count, block.residuals.cols());
  for (Index column = 0; column < f.cols(); ++column)
    for (Index o = 0; o < count; ++o) {
      double of_covariates = 0, of_tested = 0;
      for (Index c = 0; c < q; ++c)
        of_covariates += coordinates(o * each + c, column) * coordinates(o * each + c, column);
      for (Index c = q; c < each; ++c)
        of_tested += coordinates(o * each + c, column) * coordinates(o * each + c, column);
      const double left = std::max(1 - of_covariates - of_tested, 1e-15);
      f(o, column) = factor * of_tested / left;
    }
  return f;
}

Eigen::VectorXd observed_f(const TestBlock& block) {
  std::vector<Index> order(static_cast<std::size_t>(block.design.count()));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<Index>(i);
  return permuted_f(block, {order}).row(0);
}

Eigen::VectorXd observed_coefficients(const TestBlock& block) {
  const Eigen::VectorXd coordinates = block.residuals.transpose() * block.design.tested.col(0);
  return coordinates.cwiseProduct(block.length) / block.design.length;
}

double hedges_correction(double degrees) {
  return std::exp(std::lgamma(degrees / 2) - std::lgamma((degrees - 1) / 2)) * std::sqrt(2 / degrees);
}

EffectScale::EffectScale(const TestDesign& design, bool correlation)
    : degrees_(static_cast<double>(design.degrees())),
      length_(design.length),
      spread_(std::sqrt(2 * static_cast<double>(design.degrees())) / design.length),
      correlation_(correlation) {}

double EffectScale::effect_of_t(double t, double variance) const {
  if (correlation_) return t / std::sqrt(t * t + degrees_);
  return hedges_correction(degrees_) * t * std::sqrt(variance) / length_;
}

double EffectScale::to(double effect) const {
  return correlation_ ? std::atanh(effect) : std::asinh(effect / spread_);
}

double EffectScale::from(double value) const {
  return correlation_ ? std::tanh(value) : spread_ * std::sinh(value);
}

Eigen::MatrixXd drawn_effects(const TestBlock& block, Index begin, Index end,
                              const std::vector<std::vector<std::uint16_t>>& times,
                              const EffectScale& scale) {
  const TestDesign& design = block.design;
  const Index n = design.count(), q = design.covariates.cols(), m = q + 2;
  Eigen::MatrixXd model(n, m);
  model.col(0).setOnes();
  model.middleCols(1, q) = design.covariates;
  model.col(m - 1) = design.tested.col(0);
  const Eigen::MatrixXd x = block.residuals.middleCols(begin, end - begin);
  const Eigen::MatrixXd squares = x.cwiseAbs2();
  const auto draws = static_cast<Index>(times.size());
  const auto degrees = static_cast<double>(design.degrees());
  Eigen::MatrixXd effects(draws, x.cols());
  for (Index b = 0; b < draws; ++b) {
    Eigen::VectorXd weight(n);
    for (Index i = 0; i < n; ++i) weight(i) = times[static_cast<std::size_t>(b)][static_cast<std::size_t>(i)];
    const Eigen::MatrixXd weighted = weight.asDiagonal() * model;
    const Eigen::MatrixXd normal = model.transpose() * weighted;
    const Eigen::LLT<Eigen::MatrixXd> factor(normal);
    const Eigen::MatrixXd inverse = factor.solve(Eigen::MatrixXd::Identity(m, m));
    const double variance = inverse(m - 1, m - 1);
    const double condition = variance * normal(m - 1, m - 1);
    if (factor.info() != Eigen::Success || !(condition > 0) || condition > 1e10) {
      effects.row(b).setConstant(unknown_effect);
      continue;
    }
    const Eigen::MatrixXd moments = weighted.transpose() * x;
    const Eigen::MatrixXd coefficients = inverse * moments;
    const Eigen::RowVectorXd total = weight.transpose() * squares;
    for (Index f = 0; f < x.cols(); ++f) {
      double explained = 0;
      for (Index c = 0; c < m; ++c) explained += coefficients(c, f) * moments(c, f);
      const double left = total(f) - explained;
      effects(b, f) = left > 1e-12 * total(f)
                          ? scale.to(scale.effect_of_t(
                                coefficients(m - 1, f) / std::sqrt(variance * left / degrees), variance))
                          : unknown_effect;
    }
  }
  return effects;
}

}  // namespace facelex
