#pragma once

#include <Eigen/Core>
#include <map>
#include <string>
#include <vector>

namespace facelex {

/// What turns a frame's D numbers into a point of the latent space (paper 002, 3.2).
enum class DfeEncoder {
  transformer,  ///< tokens of the vector attend to each other; mean over tokens; linear
  mlp           ///< linear layers with ReLU between
};

/// The sizes of a residual-VQ autoencoder of expression vectors (paper 002, 3.2; defaults of its text, and
/// where it is silent those of Vaswani et al. 2017).
struct DfeShape {
  int inputs = 50;      ///< D: numbers of a frame
  int token_width = 5;  ///< d: consecutive inputs that make a token; the last token is filled up with zeros
  DfeEncoder encoder = DfeEncoder::transformer;
  int layers = 6;           ///< of the encoder; mlp: linear layers before the last
  int heads = 4;            ///< of attention; divides width
  int width = 128;          ///< M: model width; mlp: width of each layer
  int feed_forward = 512;   ///< F: width between the two linear maps of a transformer layer
  int latent = 50;          ///< Z: size of the latent vector and of a code
  int stages = 4;           ///< L: codes that add up to a frame
  int codes = 64;           ///< K: entries of the one codebook that all stages share
  int decoder_layers = 1;   ///< linear layers, ReLU between; the paper's decoder is one, without
  int decoder_width = 128;  ///< of the hidden layers, if there are any

  /// N: frames before the present one that the encoder sees too (FrameHistory); what is decoded is the
  /// present frame alone.
  int history = 0;

  int tokens() const { return (inputs + token_width - 1) / token_width; }  ///< T: of a frame
  int encoder_tokens() const { return tokens() * (history + 1); }          ///< T·(N+1): of all frames
  int encoder_inputs() const { return inputs * (history + 1); }  ///< D·(N+1): present first, then backwards
};

/// A matrix of weights as libtorch and safetensors lay it out.
using FloatRowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The weights of a trained network, by name; linear maps are y = W·x + b with W (outputs × inputs), vectors
/// are matrices of one row. With x the D inputs of a frame, of the present one and of N before it (backwards
/// in time: token or input number i of the frame n before stands at n·T + i or n·D + i):
///   input.mean, input.scale (1×D)           x' = (x − mean) / scale of each frame; then zeros up to T·d
/// transformer, i = 0 … layers−1:
///   embed.weight (M×d) embed.bias (1×M)     of each token, plus positions (T·(N+1)×M)
///   layer.i.attention.qkv.weight (3M×M) .bias    queries, keys, values in this order; head h has the rows
///                                                h·M/heads … of each
///   layer.i.attention.out.weight (M×M) .bias
///   layer.i.norm1.weight .bias (1×M)        after the attention's sum (post-norm; ε = 1e-5)
///   layer.i.feed1.weight (F×M) .bias  layer.i.feed2.weight (M×F) .bias     ReLU between
///   layer.i.norm2.weight .bias (1×M)        after the second sum
///   latent.weight (Z×M) latent.bias (1×Z)   of the mean over the T·(N+1) tokens
/// mlp, i = 0 … layers−1:
///   mlp.i.weight (M×D·(N+1) or M×M) .bias, each followed by ReLU; latent.weight latent.bias as above, of the
///   last
/// both:
///   codebook (K×Z)
///   decoder.i.weight .bias, i = 0 … decoder_layers−1; the last has D outputs: x̂' ; x̂ = x̂'·scale + mean
struct DfeNetwork {
  DfeShape shape;
  std::map<std::string, FloatRowMatrix> weights;
};

/// Max number of frames before the present one: ten seconds at 25 frames per second.
inline constexpr int max_dfe_history = 250;

/// A weight's name with its rows and columns.
struct DfeWeight {
  std::string name;
  int rows = 0, columns = 0;
};
/// Every weight that a network of that shape has, in the order of the list above. Requires check_dfe_shape.
std::vector<DfeWeight> dfe_weights(const DfeShape& shape);

/// Throws Error (data) with `place` (a file) naming the field, its value and the bound: sizes from 1 (Z, K, D
/// at most 65536, widths, layers and stages at most 4096; N 0 … max_dfe_history), heads that divide the
/// width.
void check_dfe_shape(const DfeShape& shape, const std::string& place);
/// The same, and that the weights are those of the shape, all finite, and input.scale > 0.
void check_dfe_network(const DfeNetwork& network, const std::string& place);

}  // namespace facelex
