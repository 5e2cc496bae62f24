#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "facelex/core/random.hpp"
#include "facelex/dfe/network.hpp"
#include "facelex/dfe/train/layout.hpp"

namespace facelex {

using FloatMap = Eigen::Map<FloatRowMatrix>;
using ConstFloatMap = Eigen::Map<const FloatRowMatrix>;
using FloatRow = Eigen::RowVectorXf;

/// y = x·Wᵀ + b of the flat weights, and its gradients.
struct LinearLayer {
  Eigen::Index outputs = 0, inputs = 0;
  std::size_t weight = 0, bias = 0;  ///< offsets

  LinearLayer() = default;
  LinearLayer(const DfeLayout& layout, const std::string& name);
  /// x: n×inputs, y: n×outputs.
  void forward(const float* weights, Eigen::Ref<const FloatRowMatrix> x, Eigen::Ref<FloatRowMatrix> y) const;
  /// Adds dyᵀ·x to the weight's gradient and Σdy to the bias's.
  void add_gradient(float* gradient, Eigen::Ref<const FloatRowMatrix> x,
                    Eigen::Ref<const FloatRowMatrix> dy) const;
  /// dx (n×inputs) = dy·W, or dx += dy·W.
  void backward(const float* weights, Eigen::Ref<const FloatRowMatrix> dy, Eigen::Ref<FloatRowMatrix> dx,
                bool add) const;
};

/// y = γ∘x̂ + β, x̂ = (x − mean) / √(variance + 1e-5) of each row (Ba et al. 2016).
struct NormLayer {
  Eigen::Index width = 0;
  std::size_t weight = 0, bias = 0;

  NormLayer() = default;
  NormLayer(const DfeLayout& layout, const std::string& name);
  /// Turns x into x̂ in place, keeps 1/√… in `inverse`, and writes y.
  void forward(const float* weights, Eigen::Ref<FloatRowMatrix> x, Eigen::Ref<Eigen::VectorXf> inverse,
               Eigen::Ref<FloatRowMatrix> y) const;
  /// Turns dy into dx in place, and adds the gradients of γ and β.
  void backward(const float* weights, float* gradient, Eigen::Ref<const FloatRowMatrix> normal,
                Eigen::Ref<const Eigen::VectorXf> inverse, Eigen::Ref<FloatRowMatrix> dy) const;
};

/// Dropout (Srivastava et al. 2014): what is kept is divided by the share that is kept. The share is a
/// multiple of 1/65536.
class Dropout {
 public:
  explicit Dropout(double share);
  bool active() const { return threshold_ > 0; }
  float scale() const { return scale_; }
  /// 0 or scale() for each of `count` values.
  void draw(Random& random, float* factors, Eigen::Index count) const;

 private:
  std::uint32_t threshold_;
  float scale_;
};

}  // namespace facelex
