#include "facelex/evaluate/learners/kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace facelex {
namespace {

using RowIndices = std::vector<Eigen::Index>;

/// Of each feature in the training rows, a row of the table at a time: it is stored that way.
struct ColumnMoments {
  Eigen::ArrayXd mean, variance, low, high;

  bool varies(Eigen::Index column) const { return low(column) < high(column) && variance(column) > 0; }
};

ColumnMoments column_moments(const RowMatrix& x, const RowIndices& rows) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Eigen::Index width = x.cols();
  ColumnMoments m{Eigen::ArrayXd::Zero(width), Eigen::ArrayXd::Zero(width),
                  Eigen::ArrayXd::Constant(width, infinity), Eigen::ArrayXd::Constant(width, -infinity)};
  Eigen::ArrayXd count = Eigen::ArrayXd::Zero(width);
  for (const auto row : rows) {
    const double* const values = x.row(row).data();
    for (Eigen::Index c = 0; c < width; ++c) {
      const double value = values[c];
      const bool there = !std::isnan(value);
      m.mean(c) += there ? value : 0;
      count(c) += there ? 1 : 0;
      m.low(c) = there && value < m.low(c) ? value : m.low(c);
      m.high(c) = there && value > m.high(c) ? value : m.high(c);
    }
  }
  for (Eigen::Index c = 0; c < width; ++c) m.mean(c) = m.low(c) < m.high(c) ? m.mean(c) / count(c) : m.low(c);
  for (const auto row : rows) {
    const double* const values = x.row(row).data();
    for (Eigen::Index c = 0; c < width; ++c) {
      const double deviation = std::isnan(values[c]) ? 0 : values[c] - m.mean(c);
      m.variance(c) += deviation * deviation;
    }
  }
  // A missing value becomes the mean: it counts as a row without deviation.
  m.variance /= static_cast<double>(rows.size());
  return m;
}

/// How much each feature alone tells of the labels: between / within, that is F or r²/(1 − r²) but for a
/// factor; gaps stand at the mean.
Eigen::ArrayXd feature_merits(const RowMatrix& x, const Eigen::VectorXd& y, int classes,
                              const RowIndices& rows, const ColumnMoments& m) {
  const int groups = std::max(classes, 1);
  const auto n = static_cast<double>(rows.size());
  double mean = 0, square = 0;
  for (const auto row : rows) mean += y(row) / n;
  for (const auto row : rows) square += (y(row) - mean) * (y(row) - mean);
  Eigen::ArrayXXd sums = Eigen::ArrayXXd::Zero(x.cols(), groups);
  Eigen::ArrayXd weights = Eigen::ArrayXd::Zero(groups);
  for (const auto row : rows) {
    const auto group = classes > 0 ? static_cast<Eigen::Index>(y(row)) : 0;
    const double factor = classes > 0 ? 1 : y(row) - mean;
    weights(group) += classes > 0 ? 1 : 0;
    for (Eigen::Index c = 0; c < x.cols(); ++c) {
      const double value = x(row, c);
      sums(c, group) += std::isnan(value) ? 0 : factor * (value - m.mean(c));
    }
  }
  if (classes == 0) weights(0) = square;
  Eigen::ArrayXd explained = Eigen::ArrayXd::Zero(x.cols());
  for (Eigen::Index group = 0; group < groups; ++group)
    if (weights(group) > 0) explained += sums.col(group).square() / weights(group);
  return explained / (m.variance * n - explained).max(std::numeric_limits<double>::min());
}

}  // namespace

void ScalingOptions::describe(OptionList& options) {
  options.choice(
      "scaling", scaling, {{"standardize", FeatureScaling::standardize}, {"none", FeatureScaling::none}},
      "Mean 0 and standard deviation 1 in the training rows of each fold, or features as they are");
  options.integer("select", select, Bounds::at_least(0),
                  "Keep this many features, chosen in the training rows of each fold by what each tells on "
                  "its own; 0: all");
}

RowMatrix FeatureScale::apply(const RowMatrix& x, const RowIndices& rows) const {
  RowMatrix z(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(columns.size()));
  for (Eigen::Index i = 0; i < z.rows(); ++i) {
    const auto from = x.row(rows[static_cast<std::size_t>(i)]);
    for (Eigen::Index c = 0; c < z.cols(); ++c) {
      const double value = from(columns[static_cast<std::size_t>(c)]);
      z(i, c) = ((std::isnan(value) ? stand_in(c) : value) - center(c)) * factor(c);
    }
  }
  return z;
}

FeatureScale fit_scale(const RowMatrix& x, const Eigen::VectorXd& y, int classes, const RowIndices& rows,
                       const ScalingOptions& options) {
  const ColumnMoments moments = column_moments(x, rows);
  FeatureScale scale;
  for (Eigen::Index c = 0; c < x.cols(); ++c)
    if (moments.varies(c)) scale.columns.push_back(c);
  if (options.select > 0 && static_cast<std::size_t>(options.select) < scale.columns.size()) {
    const Eigen::ArrayXd merit = feature_merits(x, y, classes, rows, moments);
    std::stable_sort(scale.columns.begin(), scale.columns.end(),
                     [&](Eigen::Index a, Eigen::Index b) { return merit(a) > merit(b); });
    scale.columns.resize(static_cast<std::size_t>(options.select));
    std::sort(scale.columns.begin(), scale.columns.end());
  }
  const auto used = static_cast<Eigen::Index>(scale.columns.size());
  const Eigen::ArrayXd mean = moments.mean(scale.columns), variance = moments.variance(scale.columns);
  scale.stand_in = mean;
  if (options.scaling == FeatureScaling::standardize) {
    scale.center = mean;
    scale.factor = 1 / variance.sqrt();
  } else {
    scale.center = Eigen::VectorXd::Zero(used);
    scale.factor = Eigen::VectorXd::Ones(used);
    if (used > 0) scale.variance = (variance + (mean - mean.mean()).square()).mean();
  }
  return scale;
}

SplitKernel SplitKernel::rbf(double gamma) const {
  SplitKernel out = *this;
  const Eigen::VectorXd diagonal = train.diagonal();
  const auto n = train.rows();
  for (Eigen::Index j = 0; j < n; ++j) {
    for (Eigen::Index i = 0; i < n; ++i)
      out.train(i, j) =
          i == j ? 1 : std::exp(-gamma * std::max(0.0, diagonal(i) + diagonal(j) - 2 * train(i, j)));
    for (Eigen::Index i = 0; i < test.rows(); ++i)
      out.test(i, j) = std::exp(-gamma * std::max(0.0, test_diagonal(i) + diagonal(j) - 2 * test(i, j)));
  }
  out.test_diagonal.setOnes();
  return out;
}

KernelSource::KernelSource(const EvaluationData& data, const ScalingOptions& options)
    : data_(data), options_(options) {
  if (options.scaling != FeatureScaling::none || options.select > 0 || data.x.hasNaN()) return;
  all_ = Eigen::MatrixXd::Zero(data.rows(), data.rows());
  all_.selfadjointView<Eigen::Lower>().rankUpdate(data.x);
  all_.triangularView<Eigen::StrictlyUpper>() = all_.transpose();
}

SplitKernel KernelSource::split(const RowSplit& rows, const Eigen::VectorXd& y) const {
  SplitKernel kernel;
  const FeatureScale scale =
      fit_scale(data_.x, y, static_cast<int>(data_.classes.size()), rows.train, options_);
  kernel.variance = scale.variance;
  kernel.features = static_cast<Eigen::Index>(scale.columns.size());
  if (all_.size() > 0) {
    kernel.train = all_(rows.train, rows.train);
    kernel.test = all_(rows.test, rows.train);
    kernel.test_diagonal = all_.diagonal()(rows.test);
    return kernel;
  }
  const RowMatrix train = scale.apply(data_.x, rows.train), test = scale.apply(data_.x, rows.test);
  kernel.train = Eigen::MatrixXd::Zero(train.rows(), train.rows());
  kernel.train.selfadjointView<Eigen::Lower>().rankUpdate(train);
  kernel.train.triangularView<Eigen::StrictlyUpper>() = kernel.train.transpose();
  kernel.test.noalias() = test * train.transpose();
  kernel.test_diagonal = test.rowwise().squaredNorm();
  return kernel;
}

}  // namespace facelex
