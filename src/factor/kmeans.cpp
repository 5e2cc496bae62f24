#include "facelex/factor/kmeans.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "block_sum.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "factor/lasso/finite_samples.hpp"

namespace facelex {
namespace {

/// The first centre at random, each further one drawn with the squared distance to the nearest before it.
RowMatrix seeded_centres(const RowMatrix& samples, int clusters, Random& random) {
  const Eigen::Index count = samples.rows();
  RowMatrix centres(clusters, samples.cols());
  Eigen::VectorXd squares = Eigen::VectorXd::Constant(count, std::numeric_limits<double>::infinity());
  auto chosen = static_cast<Eigen::Index>(random.below(static_cast<std::uint64_t>(count)));
  for (int c = 0; c < clusters; ++c) {
    centres.row(c) = samples.row(chosen);
    for (Eigen::Index t = 0; t < count; ++t)
      squares[t] = std::min(squares[t], (samples.row(t) - centres.row(c)).squaredNorm());
    const double total = squares.sum();
    if (total == 0) return centres.topRows(c + 1);
    double left = random.uniform() * total;
    chosen = -1;
    for (Eigen::Index t = 0; t < count && left >= 0; ++t) {
      if (squares[t] == 0) continue;
      chosen = t;  // the last one that counts, should rounding leave a rest
      left -= squares[t];
    }
  }
  return centres;
}

struct ClusterSums {
  RowMatrix sums;
  std::vector<std::int64_t> sizes;
  std::int64_t changes = 0;

  ClusterSums& operator+=(const ClusterSums& other) {
    sums += other.sums;
    for (std::size_t c = 0; c < sizes.size(); ++c) sizes[c] += other.sizes[c];
    changes += other.changes;
    return *this;
  }
};

std::int32_t nearest_centre(const RowMatrix& centres, const Eigen::Ref<const Eigen::RowVectorXd>& sample) {
  Eigen::Index nearest = 0;
  (centres.rowwise() - sample).rowwise().squaredNorm().minCoeff(&nearest);
  return static_cast<std::int32_t>(nearest);
}

}  // namespace

KMeansResult kmeans(const RowMatrix& samples, int clusters, std::uint64_t seed, int max_iterations,
                    const Work& work) {
  if (clusters < 1) throw usage_error("clusters: " + std::to_string(clusters) + " is not ≥ 1");
  if (max_iterations < 1)
    throw option_error("max-iterations", std::to_string(max_iterations) + " is not ≥ 1");
  if (samples.rows() < 1 || samples.cols() < 1) throw data_error({}, "there are no samples to cluster");
  require_finite(samples, "sample");
  Random random(seed);
  const auto rows = static_cast<std::size_t>(samples.rows());
  KMeansResult result;
  result.centres =
      seeded_centres(samples, static_cast<int>(std::min<Eigen::Index>(clusters, samples.rows())), random);
  result.cluster.assign(rows, -1);
  const auto count = result.centres.rows();
  const ClusterSums none{RowMatrix::Zero(count, samples.cols()),
                         std::vector<std::int64_t>(static_cast<std::size_t>(count)), 0};
  ThreadPool pool(work.threads);
  for (;;) {
    const ClusterSums sums =
        sum_over_blocks(pool, work, rows, none, [&](Eigen::Index first, Eigen::Index n, ClusterSums& sum) {
          for (Eigen::Index t = first; t < first + n; ++t) {
            auto& own = result.cluster[static_cast<std::size_t>(t)];
            const std::int32_t nearest = nearest_centre(result.centres, samples.row(t));
            sum.changes += nearest != own;
            own = nearest;
            sum.sums.row(nearest) += samples.row(t);
            ++sum.sizes[static_cast<std::size_t>(nearest)];
          }
        });
    result.sizes = sums.sizes;
    if (sums.changes == 0 || result.iterations == max_iterations) break;
    ++result.iterations;
    for (Eigen::Index c = 0; c < count; ++c)
      if (const auto size = sums.sizes[static_cast<std::size_t>(c)]; size > 0)
        result.centres.row(c) = sums.sums.row(c) / static_cast<double>(size);
  }
  return result;
}

}  // namespace facelex
