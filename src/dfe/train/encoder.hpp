#pragma once

#include <vector>

#include "attention.hpp"

namespace facelex {

/// What a layer of the transformer keeps of a block of frames.
struct TransformerLayerMemory {
  AttentionMemory attention;
  FloatRowMatrix normal1, middle, hidden, normal2, output;  ///< n·T·(N+1) rows
  FloatRowMatrix kept1, kept2;                              ///< factors of dropout
  Eigen::VectorXf inverse1, inverse2;
};

/// One layer of the encoder: attention and two linear maps, each added to its input and normed (post-norm).
struct TransformerLayer {
  Attention attention;
  LinearLayer qkv, out, feed1, feed2;
  NormLayer norm1, norm2;
};

/// Forward and backward of an encoder for blocks of at most so many frames; one for each thread.
class DfeEncoderPass {
 public:
  DfeEncoderPass(const DfeLayout& layout, double dropout, Eigen::Index max_frames);

  /// latent: n×Z of inputs n×D·(N+1), n ≤ max_frames. Dropout if `random` is there.
  void forward(const float* weights, const FloatRowMatrix& inputs, Eigen::Index frames, Random* random,
               FloatRowMatrix& latent);
  /// Adds the gradients, of the block that forward saw last, to `gradient`.
  void backward(const float* weights, const FloatRowMatrix& d_latent, float* gradient);

 private:
  void forward_layer(const float* weights, const TransformerLayer& layer, TransformerLayerMemory& memory,
                     const FloatRowMatrix& input, Random* random);
  void backward_layer(const float* weights, const TransformerLayer& layer, TransformerLayerMemory& memory,
                      const FloatRowMatrix& input, float* gradient);

  DfeShape shape_;
  Dropout dropout_;
  LinearLayer embed_, latent_;
  std::size_t positions_ = 0;
  std::vector<TransformerLayer> layers_;
  std::vector<LinearLayer> mlp_;

  Eigen::Index frames_ = 0;
  FloatRowMatrix inputs_, tokens_, pooled_, d_pooled_;
  std::vector<TransformerLayerMemory> memory_;
  FloatRowMatrix embedded_, sum_, d_sum_, d_dropped_, d_qkv_, d_hidden_, d_attended_;
  std::vector<FloatRowMatrix> activations_;  ///< of the mlp
};

}  // namespace facelex
