#pragma once

#include "facelex/nn/dfe_options.hpp"

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

}  // namespace facelex::test
