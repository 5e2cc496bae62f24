#include "samples.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "factor/block_sum.hpp"
#include "factor/lasso/finite_samples.hpp"
#include "factor/lasso/lanes/kernels.hpp"

namespace facelex {
namespace {

void check_weights(const Eigen::VectorXd& weights, Eigen::Index samples) {
  if (weights.size() == 0) return;
  if (weights.size() != samples)
    throw usage_error("weights: " + std::to_string(weights.size()) + " for " + std::to_string(samples) +
                      " samples");
  for (Eigen::Index t = 0; t < samples; ++t)
    if (!(weights[t] >= 0) || !std::isfinite(weights[t]))
      throw data_error({}, "weight " + std::to_string(t + 1) + ": " + number_text(weights[t]) +
                               " is not a finite number ≥ 0");
  if (samples > 0 && weights.maxCoeff() == 0) throw data_error({}, "all weights of the samples are 0");
}

}  // namespace

template <class Number>
DictionarySamples<Number>::DictionarySamples(const RowMatrix& samples, const Eigen::VectorXd& weights,
                                             const Work& work, const LaneKernelsFor<Number>& kernels)
    : kernels_(&kernels) {
  if (samples.cols() < 1) throw data_error({}, "the samples have no columns");
  check_weights(weights, samples.rows());
  ThreadPool pool(work.threads);
  pack(pool, samples, weights);
  decompose(pool, work);
}

template <class Number>
std::size_t DictionarySamples<Number>::block() const {
  const std::size_t block = block_of(static_cast<std::size_t>(count()));
  return (block + tile_lanes - 1) / tile_lanes * tile_lanes;
}

template <class Number>
void DictionarySamples<Number>::pack(ThreadPool& pool, const RowMatrix& samples,
                                     const Eigen::VectorXd& weights) {
  values_ = LaneTableFor<Number>(samples.rows(), samples.cols());
  squared_norms_ = LaneTableFor<Number>(samples.rows(), 1);
  if (weights.size() > 0) weights_ = LaneTableFor<Number>(samples.rows(), 1);
  const auto pack_block = [&](std::size_t, std::size_t begin, std::size_t end) {
    const auto first = static_cast<Eigen::Index>(begin), n = static_cast<Eigen::Index>(end - begin);
    values_.pack(samples, first, n);
    bool finite = true;
    for (Eigen::Index t = first; t < first + n; ++t) {
      const double square = samples.row(t).squaredNorm();
      squared_norms_.at(t, 0) = static_cast<Number>(square);
      finite &= std::isfinite(square);
      if (weighted()) weights_.at(t, 0) = static_cast<Number>(weights[t]);
    }
    if (!finite) require_finite(samples, "sample");
  };
  pool.for_each_block(static_cast<std::size_t>(samples.rows()), block(), pack_block);
}

template <class Number>
LaneTableFor<Number> DictionarySamples<Number>::weighted_rows(const Number* rows, Eigen::Index columns,
                                                              Eigen::Index first, Eigen::Index n) const {
  LaneTableFor<Number> weighted(n, columns);
  for (Eigen::Index t = 0; t < weighted.tiles(); ++t) {
    const Number* const weights = weights_.tile(first / tile_lanes + t);
    for (Eigen::Index i = 0; i < columns * tile_lanes; ++i)
      weighted.tile(t)[i] = weights[i % tile_lanes] * rows[t * columns * tile_lanes + i];
  }
  return weighted;
}

// X = U·S·Vᵀ by the eigenvectors of XᵀX.
template <class Number>
void DictionarySamples<Number>::decompose(ThreadPool& pool, const Work& work) {
  const Eigen::Index size = dimensions();
  const auto columns = static_cast<int>(size);
  std::vector<RowMatrix> parts((static_cast<std::size_t>(count()) + block() - 1) / block());
  pool.for_each_block(
      static_cast<std::size_t>(count()), block(), [&](std::size_t b, std::size_t begin, std::size_t end) {
        work.check_stop();
        const auto first = static_cast<Eigen::Index>(begin), n = static_cast<Eigen::Index>(end - begin);
        const Number* const rows = values_.tile(first / tile_lanes);
        const LaneTableFor<Number> scaled =
            weighted() ? weighted_rows(rows, size, first, n) : LaneTableFor<Number>();
        parts[b].resize(size, size);
        kernels_->multiply(weighted() ? scaled.tile(0) : rows, columns, columns, rows, columns,
                           (n + tile_lanes - 1) / tile_lanes, parts[b].data());
      });
  RowMatrix gram = RowMatrix::Zero(size, size);
  for (const RowMatrix& part : parts) gram += part;
  squared_norm_ = gram.trace();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(gram);  // in ascending order
  singular_values_ = eigen.eigenvalues().reverse().cwiseMax(0).cwiseSqrt();
  directions_ = eigen.eigenvectors().rowwise().reverse();
  // Below this the square root holds rounding only.
  const double threshold =
      singular_values_[0] * std::sqrt(static_cast<double>(std::numeric_limits<Number>::epsilon()) *
                                      static_cast<double>(std::max(count(), size)));
  while (rank_ < std::min(size, count()) && singular_values_[rank_] > threshold) ++rank_;
}

template <class Number>
Eigen::RowVectorXd DictionarySamples<Number>::sample(Eigen::Index t) const {
  Eigen::RowVectorXd values(dimensions());
  for (Eigen::Index d = 0; d < values.size(); ++d) values[d] = values_.at(t, d);
  return values;
}

template <class Number>
Eigen::Index DictionarySamples<Number>::draw(Random& random) const {
  for (;;) {
    const auto sample = static_cast<Eigen::Index>(random.below(static_cast<std::uint64_t>(count())));
    if (counts(sample)) return sample;
  }
}

template class DictionarySamples<double>;
template class DictionarySamples<float>;

}  // namespace facelex
