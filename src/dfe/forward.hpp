#pragma once

#include <map>
#include <string>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/dfe/network.hpp"
#include "facelex/simd/aligned_buffer.hpp"
#include "kernels.hpp"

namespace facelex {

/// A network packed for the kernels, which takes frames to latent vectors and codes.
class DfeForward {
 public:
  /// Requires a network that check_dfe_network lets pass.
  explicit DfeForward(const DfeNetwork& network, const DfeKernels& kernels = dfe_kernels());

  /// Memory for one thread.
  struct Scratch {
    explicit Scratch(const DfeForward& forward);
    AlignedBuffer<float> input, x, qkv, attended, hidden, mean, latent, scores, distances;
  };

  /// Latent vectors of rows `frames` (without missing values) of the signals (D·(N+1) columns):
  /// frames.size() × Z.
  FloatRowMatrix latent(const RowMatrix& signals, const std::vector<Eigen::Index>& frames,
                        Scratch& scratch) const;
  /// K × n squared distances of n ≤ 16 residuals (n×Z) to all codes; values(k, lane) = data[16·k + lane].
  const float* distances(const Eigen::Ref<const FloatRowMatrix>& residuals, Scratch& scratch) const;

 private:
  struct Map {
    AlignedBuffer<float> weights, bias;
    int panels = 0, inputs = 0;

    int rows() const { return panels * dfe_panel; }
    DfeLinear all(bool relu = false) const;
    /// Only `count` inputs from `first` on: a share of the sum.
    DfeLinear share(int first, int count) const;
  };
  struct Norm {
    AlignedBuffer<float> weight, bias;
  };
  struct Layer {
    Map qkv, out, feed1, feed2;
    Norm norm1, norm2;
  };

  Map packed(const DfeNetwork& network, const std::string& name, float factor = 1, int factor_rows = 0) const;
  Norm norm_of(const DfeNetwork& network, const std::string& name) const;
  void place_inputs(const RowMatrix& signals, const Eigen::Index* frames, int count, Scratch& scratch) const;
  void run_transformer(int tiles, Scratch& scratch) const;
  void run_mlp(int tiles, Scratch& scratch) const;
  void feed(const Layer& layer, int columns, Scratch& scratch) const;

  DfeShape shape_;
  const DfeKernels& kernels_;
  int tokens_;                ///< columns of a tile of sixteen frames: T·(N+1), or one that holds all inputs
  int token_inputs_, width_;  ///< of a column, filled up
  int frame_inputs_;          ///< from a frame's inputs in a tile to those of the frame before it
  Eigen::VectorXd mean_, scale_;
  Map embed_, latent_;
  std::vector<AlignedBuffer<float>> positions_;  ///< of each token, with the bias of the embedding
  std::vector<Layer> layers_;
  std::vector<Map> mlp_;
  AlignedBuffer<float> codebook_;
  int code_panels_ = 0;
};

}  // namespace facelex
