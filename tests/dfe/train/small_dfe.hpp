#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <vector>

#include "facelex/dfe/train/backend.hpp"
#include "facelex/dfe/train/options.hpp"

namespace facelex::test {

/// A network small enough for finite differences, without dropout.
inline DfeOptions small_dfe_options(DfeEncoder encoder) {
  DfeOptions options;
  options.shape = {.inputs = 7,
                   .token_width = 3,
                   .encoder = encoder,
                   .layers = 2,
                   .heads = 2,
                   .width = 8,
                   .feed_forward = 12,
                   .latent = 6,
                   .stages = 3,
                   .codes = 5,
                   .decoder_layers = 2,
                   .decoder_width = 9};
  options.dropout = 0;
  return options;
}

inline std::vector<std::int64_t> numbers_to(std::int64_t count) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

/// Two backends that begin with the same weights see the same points and lose the same in each step.
inline void expect_same_steps(DfeBackend& ours, DfeBackend& theirs, const FloatRowMatrix& frames,
                              const std::vector<std::int64_t>& rows, const DfeOptions& options) {
  EXPECT_LT((ours.latent({frames, rows}) - theirs.latent({frames, rows})).cwiseAbs().maxCoeff(), 1e-5);
  for (int i = 0; i < 5; ++i) {
    const DfeLosses mine = ours.step({frames, rows}), other = theirs.step({frames, rows});
    EXPECT_NEAR(mine.total(options), other.total(options), 1e-4 * other.total(options)) << i;
    EXPECT_NEAR(mine.reconstruction, other.reconstruction, 1e-4 * other.reconstruction) << i;
    EXPECT_EQ(mine.code_use, other.code_use);
  }
}

}  // namespace facelex::test
