#pragma once

#include <cstdint>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

struct KMeansResult {
  RowMatrix centres;                  ///< C×D
  std::vector<std::int32_t> cluster;  ///< T, 0 … C−1: the nearest centre, the first of equals
  std::vector<std::int64_t> sizes;    ///< C: samples of each
  int iterations = 0;                 ///< of Lloyd's algorithm
};

/// Lloyd's k-means of T×D samples from the seeding k-means++ (Arthur & Vassilvitskii 2007). C is `clusters`,
/// or fewer where the samples have fewer different rows. Ends when no sample changes its cluster, or after
/// max_iterations. The same bytes for any work.threads. Throws Error (usage) unless clusters and
/// max_iterations ≥ 1; Error (data) when there are no samples or a value is not finite.
KMeansResult kmeans(const RowMatrix& samples, int clusters, std::uint64_t seed, int max_iterations = 100,
                    const Work& work = {});

}  // namespace facelex
