#include "decoder.hpp"

namespace facelex {

DfeDecoderPass::DfeDecoderPass(const DfeLayout& layout) {
  for (int i = 0; i < layout.shape().decoder_layers; ++i)
    layers_.emplace_back(layout, "decoder." + std::to_string(i));
  hidden_.resize(layers_.size() - 1);
}

void DfeDecoderPass::forward(const float* weights, const FloatRowMatrix& points, FloatRowMatrix& output) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const bool last = i + 1 == layers_.size();
    FloatRowMatrix& out = last ? output : hidden_[i];
    out.resize(points.rows(), layers_[i].outputs);
    layers_[i].forward(weights, i == 0 ? points : hidden_[i - 1], out);
    if (!last) out = out.cwiseMax(0.0F);
  }
}

void DfeDecoderPass::backward(const float* weights, const FloatRowMatrix& points,
                              const FloatRowMatrix& d_output, float* gradient, FloatRowMatrix& d_points) {
  FloatRowMatrix d_out = d_output, d_in;
  for (std::size_t i = layers_.size(); i-- > 0;) {
    layers_[i].add_gradient(gradient, i == 0 ? points : hidden_[i - 1], d_out);
    d_in.resize(points.rows(), layers_[i].inputs);
    layers_[i].backward(weights, d_out, d_in, false);
    if (i > 0) d_in = (hidden_[i - 1].array() > 0).select(d_in, 0.0F);
    d_out.swap(d_in);
  }
  d_points.topRows(points.rows()) = d_out;
}

}  // namespace facelex
