#include "encoder.hpp"

namespace facelex {

DfeEncoderPass::DfeEncoderPass(const DfeLayout& layout, double dropout, Eigen::Index max_frames)
    : shape_(layout.shape()), dropout_(dropout), latent_(layout, "latent") {
  const Eigen::Index width = shape_.width;
  pooled_.resize(max_frames, width);
  d_pooled_.resize(max_frames, width);
  if (shape_.encoder == DfeEncoder::mlp) {
    for (int i = 0; i < shape_.layers; ++i) {
      mlp_.emplace_back(layout, "mlp." + std::to_string(i));
      activations_.emplace_back(max_frames, width);
    }
    inputs_.resize(max_frames, shape_.encoder_inputs());
    d_sum_.resize(max_frames, width);
    return;
  }
  const Eigen::Index rows = max_frames * shape_.encoder_tokens();
  embed_ = LinearLayer(layout, "embed");
  positions_ = layout.parameter("positions").offset;
  memory_.resize(static_cast<std::size_t>(shape_.layers));
  for (int i = 0; i < shape_.layers; ++i) {
    const std::string name = "layer." + std::to_string(i) + ".";
    layers_.push_back({{shape_.encoder_tokens(), shape_.heads, width},
                       {layout, name + "attention.qkv"},
                       {layout, name + "attention.out"},
                       {layout, name + "feed1"},
                       {layout, name + "feed2"},
                       {layout, name + "norm1"},
                       {layout, name + "norm2"}});
    TransformerLayerMemory& memory = memory_[static_cast<std::size_t>(i)];
    memory.attention.qkv.resize(rows, 3 * width);
    memory.attention.probabilities.resize(rows * shape_.heads, shape_.encoder_tokens());
    memory.attention.kept.resize(rows * shape_.heads, shape_.encoder_tokens());
    for (FloatRowMatrix* table : {&memory.attention.attended, &memory.normal1, &memory.middle,
                                  &memory.normal2, &memory.output, &memory.kept1, &memory.kept2})
      table->resize(rows, width);
    memory.hidden.resize(rows, shape_.feed_forward);
    memory.inverse1.resize(rows);
    memory.inverse2.resize(rows);
  }
  tokens_.resize(rows, shape_.token_width);
  for (FloatRowMatrix* table : {&embedded_, &sum_, &d_sum_, &d_dropped_, &d_attended_})
    table->resize(rows, width);
  d_qkv_.resize(rows, 3 * width);
  d_hidden_.resize(rows, shape_.feed_forward);
}

void DfeEncoderPass::forward(const float* weights, const FloatRowMatrix& inputs, Eigen::Index frames,
                             Random* random, FloatRowMatrix& latent) {
  frames_ = frames;
  if (shape_.encoder == DfeEncoder::mlp) {
    inputs_.topRows(frames) = inputs.topRows(frames);
    for (std::size_t i = 0; i < mlp_.size(); ++i) {
      auto out = activations_[i].topRows(frames);
      mlp_[i].forward(weights, (i == 0 ? inputs_ : activations_[i - 1]).topRows(frames), out);
      out = out.cwiseMax(0.0F);
    }
    latent_.forward(weights, activations_.back().topRows(frames), latent.topRows(frames));
    return;
  }
  const Eigen::Index count = shape_.encoder_tokens(), rows = frames * count;
  const Eigen::Index used = shape_.inputs, padded = shape_.tokens() * shape_.token_width;
  FloatMap flat(tokens_.data(), frames, count * shape_.token_width);
  for (Eigen::Index n = 0; n <= shape_.history; ++n) {
    flat.middleCols(n * padded, used) = inputs.block(0, n * used, frames, used);
    flat.middleCols(n * padded + used, padded - used).setZero();
  }
  embed_.forward(weights, tokens_.topRows(rows), embedded_.topRows(rows));
  const ConstFloatMap positions(weights + positions_, count, shape_.width);
  for (Eigen::Index f = 0; f < frames; ++f) embedded_.middleRows(f * count, count) += positions;
  for (std::size_t i = 0; i < layers_.size(); ++i)
    forward_layer(weights, layers_[i], memory_[i], i == 0 ? embedded_ : memory_[i - 1].output, random);
  const FloatRowMatrix& last = memory_.back().output;
  for (Eigen::Index f = 0; f < frames; ++f)
    pooled_.row(f) = last.middleRows(f * count, count).colwise().mean();
  latent_.forward(weights, pooled_.topRows(frames), latent.topRows(frames));
}

void DfeEncoderPass::forward_layer(const float* weights, const TransformerLayer& layer,
                                   TransformerLayerMemory& memory, const FloatRowMatrix& input,
                                   Random* random) {
  const Eigen::Index rows = frames_ * shape_.encoder_tokens();
  const bool drop = random && dropout_.active();
  layer.qkv.forward(weights, input.topRows(rows), memory.attention.qkv.topRows(rows));
  layer.attention.forward(memory.attention, frames_, dropout_, random);
  auto first = memory.normal1.topRows(rows);
  layer.out.forward(weights, memory.attention.attended.topRows(rows), first);
  if (drop) {
    dropout_.draw(*random, memory.kept1.data(), rows * shape_.width);
    first = first.cwiseProduct(memory.kept1.topRows(rows));
  }
  first += input.topRows(rows);
  layer.norm1.forward(weights, first, memory.inverse1, memory.middle.topRows(rows));

  auto hidden = memory.hidden.topRows(rows);
  layer.feed1.forward(weights, memory.middle.topRows(rows), hidden);
  if (drop) {
    dropout_.draw(*random, d_hidden_.data(), rows * shape_.feed_forward);
    hidden = hidden.cwiseMax(0.0F).cwiseProduct(d_hidden_.topRows(rows));
  } else {
    hidden = hidden.cwiseMax(0.0F);
  }
  auto second = memory.normal2.topRows(rows);
  layer.feed2.forward(weights, hidden, second);
  if (drop) {
    dropout_.draw(*random, memory.kept2.data(), rows * shape_.width);
    second = second.cwiseProduct(memory.kept2.topRows(rows));
  }
  second += memory.middle.topRows(rows);
  layer.norm2.forward(weights, second, memory.inverse2, memory.output.topRows(rows));
}

void DfeEncoderPass::backward(const float* weights, const FloatRowMatrix& d_latent, float* gradient) {
  const Eigen::Index frames = frames_;
  const FloatRowMatrix& last = shape_.encoder == DfeEncoder::mlp ? activations_.back() : pooled_;
  latent_.add_gradient(gradient, last.topRows(frames), d_latent.topRows(frames));
  latent_.backward(weights, d_latent.topRows(frames), d_pooled_.topRows(frames), false);
  if (shape_.encoder == DfeEncoder::mlp) {
    for (std::size_t i = mlp_.size(); i-- > 0;) {
      auto d_out = d_pooled_.topRows(frames);
      d_out = (activations_[i].topRows(frames).array() > 0).select(d_out, 0.0F);
      mlp_[i].add_gradient(gradient, (i == 0 ? inputs_ : activations_[i - 1]).topRows(frames), d_out);
      if (i == 0) break;
      mlp_[i].backward(weights, d_out, d_sum_.topRows(frames), false);
      d_pooled_.swap(d_sum_);
    }
    return;
  }
  const Eigen::Index count = shape_.encoder_tokens(), rows = frames * count;
  for (Eigen::Index f = 0; f < frames; ++f)
    for (Eigen::Index t = 0; t < count; ++t)
      d_sum_.row(f * count + t) = d_pooled_.row(f) / static_cast<float>(count);
  for (std::size_t i = layers_.size(); i-- > 0;)
    backward_layer(weights, layers_[i], memory_[i], i == 0 ? embedded_ : memory_[i - 1].output, gradient);
  embed_.add_gradient(gradient, tokens_.topRows(rows), d_sum_.topRows(rows));
  FloatMap positions(gradient + positions_, count, shape_.width);
  for (Eigen::Index f = 0; f < frames; ++f) positions += d_sum_.middleRows(f * count, count);
}

/// d_sum_ holds the gradient of the layer's output, and after it that of its input.
void DfeEncoderPass::backward_layer(const float* weights, const TransformerLayer& layer,
                                    TransformerLayerMemory& memory, const FloatRowMatrix& input,
                                    float* gradient) {
  const Eigen::Index rows = frames_ * shape_.encoder_tokens();
  const bool drop = dropout_.active();
  auto d_sum = d_sum_.topRows(rows);
  auto d_dropped = d_dropped_.topRows(rows);
  auto d_hidden = d_hidden_.topRows(rows);
  auto hidden = memory.hidden.topRows(rows);
  layer.norm2.backward(weights, gradient, memory.normal2.topRows(rows), memory.inverse2, d_sum);
  if (drop) {
    d_dropped = d_sum.cwiseProduct(memory.kept2.topRows(rows));
  } else {
    d_dropped = d_sum;
  }
  layer.feed2.add_gradient(gradient, hidden, d_dropped);
  layer.feed2.backward(weights, d_dropped, d_hidden, false);
  d_hidden = (hidden.array() > 0).select(d_hidden * dropout_.scale(), 0.0F);
  layer.feed1.add_gradient(gradient, memory.middle.topRows(rows), d_hidden);
  layer.feed1.backward(weights, d_hidden, d_sum, true);

  layer.norm1.backward(weights, gradient, memory.normal1.topRows(rows), memory.inverse1, d_sum);
  if (drop) {
    d_dropped = d_sum.cwiseProduct(memory.kept1.topRows(rows));
  } else {
    d_dropped = d_sum;
  }
  layer.out.add_gradient(gradient, memory.attention.attended.topRows(rows), d_dropped);
  layer.out.backward(weights, d_dropped, d_attended_.topRows(rows), false);
  layer.attention.backward(memory.attention, frames_, dropout_, d_attended_, d_qkv_);
  layer.qkv.add_gradient(gradient, input.topRows(rows), d_qkv_.topRows(rows));
  layer.qkv.backward(weights, d_qkv_.topRows(rows), d_sum, true);
}

}  // namespace facelex
