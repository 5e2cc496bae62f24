#pragma once

#include "layers.hpp"

namespace facelex {

/// What attention keeps of a block of n frames of T tokens until its gradients are wanted.
struct AttentionMemory {
  FloatRowMatrix qkv;            ///< n·T × 3M
  FloatRowMatrix probabilities;  ///< n·heads·T × T: softmax of queries by keys
  FloatRowMatrix kept;           ///< the same after dropout
  FloatRowMatrix attended;       ///< n·T × M
};

/// softmax(Q·Kᵀ/√(M/heads))·V of each head and frame (Vaswani et al. 2017, equation 1), among the T tokens of
/// a frame.
struct Attention {
  Eigen::Index tokens = 0, heads = 0, width = 0;

  /// From memory.qkv to memory.attended; dropout of the probabilities if `random` is there.
  void forward(AttentionMemory& memory, Eigen::Index frames, const Dropout& dropout, Random* random) const;
  /// From d(attended), n·T × M, to d(qkv).
  void backward(const AttentionMemory& memory, Eigen::Index frames, const Dropout& dropout,
                const FloatRowMatrix& d_attended, FloatRowMatrix& d_qkv) const;
};

}  // namespace facelex
