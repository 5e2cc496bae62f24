#pragma once

#include <vector>

#include "layers.hpp"

namespace facelex {

/// Forward and backward of the decoder: linear layers with ReLU between.
class DfeDecoderPass {
 public:
  explicit DfeDecoderPass(const DfeLayout& layout);

  /// output: n×D of points n×Z.
  void forward(const float* weights, const FloatRowMatrix& points, FloatRowMatrix& output);
  /// Adds the gradients to `gradient`; the first rows of d_points become those of the points.
  void backward(const float* weights, const FloatRowMatrix& points, const FloatRowMatrix& d_output,
                float* gradient, FloatRowMatrix& d_points);

 private:
  std::vector<LinearLayer> layers_;
  std::vector<FloatRowMatrix> hidden_;
};

}  // namespace facelex
