#include "frame_weights.hpp"

#include <algorithm>
#include <cmath>

#include "facelex/factor/kmeans.hpp"

namespace facelex {

BalancedFrames balanced_frames(const RowMatrix& movements, double strength, std::uint64_t seed,
                               const Work& work) {
  constexpr Eigen::Index max_clusters = 16, frames_for_one = 8;
  const Eigen::Index frames = movements.rows();
  const auto wanted = static_cast<int>(std::clamp<Eigen::Index>(frames / frames_for_one, 1, max_clusters));
  const double spread = std::sqrt(movements.squaredNorm() / static_cast<double>(frames));
  const RowMatrix kinds =
      (movements.rowwise().norm().array() + spread).inverse().matrix().asDiagonal() * movements;
  const KMeansResult clusters = kmeans(kinds, wanted, seed, 100, work);
  const double usual = static_cast<double>(frames) / static_cast<double>(clusters.centres.rows());
  BalancedFrames balanced;
  balanced.weights.resize(frames);
  for (Eigen::Index t = 0; t < frames; ++t) {
    const auto own = static_cast<std::size_t>(clusters.cluster[static_cast<std::size_t>(t)]);
    balanced.weights[t] = std::pow(usual / (static_cast<double>(clusters.sizes[own]) + usual / 10), strength);
  }
  balanced.weights /= balanced.weights.mean();
  balanced.summary = {{"clusters", clusters.centres.rows()},
                      {"least_weight", balanced.weights.minCoeff()},
                      {"most_weight", balanced.weights.maxCoeff()}};
  return balanced;
}

}  // namespace facelex
