#include "layers.hpp"

#include <cmath>

#include "facelex/core/ordered_sum.hpp"
#include "matrix_product.hpp"

namespace facelex {

LinearLayer::LinearLayer(const DfeLayout& layout, const std::string& name) {
  const DfeParameter& of_weight = layout.parameter(name + ".weight");
  outputs = of_weight.rows;
  inputs = of_weight.cols;
  weight = of_weight.offset;
  bias = layout.parameter(name + ".bias").offset;
}

void LinearLayer::forward(const float* weights, Eigen::Ref<const FloatRowMatrix> x,
                          Eigen::Ref<FloatRowMatrix> y) const {
  multiply(x, ConstFloatMap(weights + weight, outputs, inputs), Transposed::second, false, y);
  y.rowwise() += Eigen::Map<const FloatRow>(weights + bias, outputs);
}

void LinearLayer::add_gradient(float* gradient, Eigen::Ref<const FloatRowMatrix> x,
                               Eigen::Ref<const FloatRowMatrix> dy) const {
  multiply(dy, x, Transposed::first, true, FloatMap(gradient + weight, outputs, inputs));
  Eigen::Map<FloatRow> of_bias(gradient + bias, outputs);
  for (Eigen::Index i = 0; i < dy.rows(); ++i) of_bias += dy.row(i);
}

void LinearLayer::backward(const float* weights, Eigen::Ref<const FloatRowMatrix> dy,
                           Eigen::Ref<FloatRowMatrix> dx, bool add) const {
  multiply(dy, ConstFloatMap(weights + weight, outputs, inputs), Transposed::none, add, dx);
}

NormLayer::NormLayer(const DfeLayout& layout, const std::string& name) {
  const DfeParameter& of_weight = layout.parameter(name + ".weight");
  width = of_weight.cols;
  weight = of_weight.offset;
  bias = layout.parameter(name + ".bias").offset;
}

void NormLayer::forward(const float* weights, Eigen::Ref<FloatRowMatrix> x,
                        Eigen::Ref<Eigen::VectorXf> inverse, Eigen::Ref<FloatRowMatrix> y) const {
  const Eigen::Map<const FloatRow> gamma(weights + weight, width), beta(weights + bias, width);
  constexpr float epsilon = 1e-5F;
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    auto row = x.row(i);
    row.array() -= ordered_sum(row.data(), width) / static_cast<float>(width);
    inverse[i] =
        1.0F / std::sqrt(ordered_squares(row.data(), width, 0.0F) / static_cast<float>(width) + epsilon);
    row *= inverse[i];
    y.row(i) = row.cwiseProduct(gamma) + beta;
  }
}

void NormLayer::backward(const float* weights, float* gradient, Eigen::Ref<const FloatRowMatrix> normal,
                         Eigen::Ref<const Eigen::VectorXf> inverse, Eigen::Ref<FloatRowMatrix> dy) const {
  const Eigen::Map<const FloatRow> gamma(weights + weight, width);
  Eigen::Map<FloatRow> of_gamma(gradient + weight, width), of_beta(gradient + bias, width);
  for (Eigen::Index i = 0; i < dy.rows(); ++i) {
    auto row = dy.row(i);
    const auto x = normal.row(i);
    of_gamma += row.cwiseProduct(x);
    of_beta += row;
    row = row.cwiseProduct(gamma);
    const float mean = ordered_sum(row.data(), width) / static_cast<float>(width),
                along = row.dot(x) / static_cast<float>(width);
    row = (inverse[i] * (row.array() - mean - x.array() * along)).matrix();
  }
}

Dropout::Dropout(double share)
    : threshold_(static_cast<std::uint32_t>(std::lround(share * 65536))),
      scale_(65536.0F / static_cast<float>(65536 - threshold_)) {}

void Dropout::draw(Random& random, float* factors, Eigen::Index count) const {
  Eigen::Index i = 0;
  for (; i + 4 <= count; i += 4) {
    const std::uint64_t bits = random.next();
    for (int j = 0; j < 4; ++j)
      factors[i + j] = (static_cast<std::uint32_t>(bits >> (16 * j)) & 0xffffU) < threshold_ ? 0.0F : scale_;
  }
  for (; i < count; ++i) factors[i] = (random.next() & 0xffffU) < threshold_ ? 0.0F : scale_;
}

}  // namespace facelex
