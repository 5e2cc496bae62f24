#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "facelex/core/parallel.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// Samples in a block. It depends on their number alone (so do the sums, then), and bounds the partial sums
/// that are kept.
inline std::size_t block_of(std::size_t samples) {
  constexpr std::size_t min_rows = 512, max_blocks = 256;
  return std::max(min_rows, (samples + max_blocks - 1) / max_blocks);
}

/// Σ over blocks of part(first row, rows), added with += in the blocks' order: the same bits whatever the
/// number of threads. `total` holds the zero of the sum on entry.
template <class Sum, class Part>
Sum sum_over_blocks(ThreadPool& pool, const Work& work, std::size_t samples, Sum total, Part part) {
  const std::size_t block = block_of(samples);
  // In waves, so that few partial sums live at once; the order of addition is that of the blocks all the
  // same.
  constexpr std::size_t wave = 32;
  const Sum zero = total;
  for (std::size_t first = 0; first < samples; first += wave * block) {
    const std::size_t rows = std::min(wave * block, samples - first);
    std::vector<Sum> parts((rows + block - 1) / block, zero);
    pool.for_each_block(rows, block, [&](std::size_t b, std::size_t begin, std::size_t end) {
      work.check_stop();
      part(static_cast<std::ptrdiff_t>(first + begin), static_cast<std::ptrdiff_t>(end - begin), parts[b]);
    });
    for (const Sum& one : parts) total += one;
  }
  return total;
}

}  // namespace facelex
