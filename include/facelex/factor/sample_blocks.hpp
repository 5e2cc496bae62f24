#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>

#include "facelex/core/matrix.hpp"

namespace facelex {

/// Samples that need not fit into memory: puts block number `block` (from 0) into `samples`, a row per
/// sample, and returns true; false when there is no such block. An epoch asks for the blocks in ascending
/// order from 0, and must find the same ones each time. Blocks may differ in their rows, and hold at least
/// one.
using SampleBlocks = std::function<bool(std::int64_t block, RowMatrix& samples)>;

/// Blocks of `rows_at_once` rows of a matrix, which must outlive them; rows_at_once ≥ 1.
inline SampleBlocks blocks_of(const RowMatrix& matrix, Eigen::Index rows_at_once) {
  return [&matrix, rows_at_once](std::int64_t block, RowMatrix& samples) {
    const Eigen::Index first = block * rows_at_once;
    if (first >= matrix.rows()) return false;
    samples = matrix.middleRows(first, std::min(rows_at_once, matrix.rows() - first));
    return true;
  };
}

}  // namespace facelex
