#include "forward.hpp"

#include <algorithm>
#include <cmath>

namespace facelex {
namespace {

/// Tiles of sixteen frames that pass through a transformer together, and columns whose hidden features are
/// held at a time: as much as the second-level cache takes beside a layer's weights.
constexpr int transformer_tiles = 1, mlp_tiles = 8;
/// Hidden features that are made and used up before the next: they stay in the first-level cache.
constexpr int hidden_share = 128;
constexpr int columns_together = 3;

int filled_up(int size) {
  return (size + dfe_panel - 1) / dfe_panel * dfe_panel;
}

std::size_t floats_of(int columns, int features) {
  return static_cast<std::size_t>(columns) * static_cast<std::size_t>(features) * dfe_lanes;
}

AlignedBuffer<float> row_of(const FloatRowMatrix& row) {
  AlignedBuffer<float> values(static_cast<std::size_t>(filled_up(static_cast<int>(row.cols()))));
  std::copy_n(row.data(), row.cols(), values.data());
  return values;
}

/// Panels of eight rows: for each column the eight values together.
AlignedBuffer<float> panels_of(const FloatRowMatrix& matrix) {
  AlignedBuffer<float> values(static_cast<std::size_t>(filled_up(static_cast<int>(matrix.rows()))) *
                              static_cast<std::size_t>(matrix.cols()));
  for (Eigen::Index r = 0; r < matrix.rows(); ++r)
    for (Eigen::Index k = 0; k < matrix.cols(); ++k)
      values[static_cast<std::size_t>((r / dfe_panel * matrix.cols() + k) * dfe_panel + r % dfe_panel)] =
          matrix(r, k);
  return values;
}

}  // namespace

DfeLinear DfeForward::Map::all(bool relu) const {
  return {weights.data(), std::ptrdiff_t{inputs} * dfe_panel, bias.data(), panels, inputs, relu};
}

DfeLinear DfeForward::Map::share(int first, int count) const {
  return {weights.data() + std::ptrdiff_t{first} * dfe_panel,
          std::ptrdiff_t{inputs} * dfe_panel,
          first == 0 ? bias.data() : nullptr,
          panels,
          count,
          false};
}

DfeForward::Map DfeForward::packed(const DfeNetwork& network, const std::string& name, float factor,
                                   int factor_rows) const {
  FloatRowMatrix weights = network.weights.at(name + ".weight"), bias = network.weights.at(name + ".bias");
  weights.topRows(factor_rows) *= factor;
  bias.leftCols(factor_rows) *= factor;
  Map map;
  map.inputs = static_cast<int>(weights.cols());
  map.panels = filled_up(static_cast<int>(weights.rows())) / dfe_panel;
  map.weights = panels_of(weights);
  map.bias = row_of(bias);
  return map;
}

DfeForward::Norm DfeForward::norm_of(const DfeNetwork& network, const std::string& name) const {
  return {row_of(network.weights.at(name + ".weight")), row_of(network.weights.at(name + ".bias"))};
}

DfeForward::DfeForward(const DfeNetwork& network, const DfeKernels& kernels)
    : shape_(network.shape), kernels_(kernels) {
  const bool transformer = shape_.encoder == DfeEncoder::transformer;
  tokens_ = transformer ? shape_.encoder_tokens() : 1;
  token_inputs_ = transformer ? shape_.token_width : shape_.encoder_inputs();
  frame_inputs_ = transformer ? shape_.tokens() * shape_.token_width : shape_.inputs;
  width_ = filled_up(shape_.width);
  mean_ = network.weights.at("input.mean").row(0).transpose().cast<double>();
  scale_ = network.weights.at("input.scale").row(0).transpose().cast<double>();
  if (transformer) {
    embed_ = packed(network, "embed");
    const FloatRowMatrix& positions = network.weights.at("positions");
    for (int t = 0; t < tokens_; ++t)
      positions_.push_back(row_of(positions.row(t) + network.weights.at("embed.bias")));
    const int head_width = shape_.width / shape_.heads;
    const float share = 1 / std::sqrt(static_cast<float>(head_width));
    for (int i = 0; i < shape_.layers; ++i) {
      const std::string layer = "layer." + std::to_string(i);
      layers_.push_back({packed(network, layer + ".attention.qkv", share, shape_.width),
                         packed(network, layer + ".attention.out"), packed(network, layer + ".feed1"),
                         packed(network, layer + ".feed2"), norm_of(network, layer + ".norm1"),
                         norm_of(network, layer + ".norm2")});
    }
  } else {
    for (int i = 0; i < shape_.layers; ++i) mlp_.push_back(packed(network, "mlp." + std::to_string(i)));
  }
  latent_ = packed(network, "latent");
  codebook_ = panels_of(network.weights.at("codebook"));
  code_panels_ = filled_up(shape_.codes) / dfe_panel;
}

DfeForward::Scratch::Scratch(const DfeForward& forward)
    : latent(floats_of(std::max(transformer_tiles, mlp_tiles), forward.latent_.rows())),
      distances(floats_of(1, forward.code_panels_ * dfe_panel)) {
  const bool transformer = forward.shape_.encoder == DfeEncoder::transformer;
  const int columns = (transformer ? transformer_tiles : mlp_tiles) * forward.tokens_;
  input = AlignedBuffer<float>(floats_of(columns, forward.token_inputs_));
  x = AlignedBuffer<float>(floats_of(columns, forward.width_));
  attended = AlignedBuffer<float>(floats_of(columns, forward.width_));
  mean = AlignedBuffer<float>(floats_of(columns, forward.width_));
  if (!transformer) return;
  qkv = AlignedBuffer<float>(floats_of(columns, forward.layers_.front().qkv.rows()));
  hidden = AlignedBuffer<float>(
      floats_of(columns_together, filled_up(std::min(forward.shape_.feed_forward, hidden_share))));
  scores = AlignedBuffer<float>(floats_of(1, forward.tokens_));
}

void DfeForward::place_inputs(const RowMatrix& signals, const Eigen::Index* frames, int count,
                              Scratch& scratch) const {
  // Lanes after the last frame hold what the block before left there: finite, and looked at by none.
  for (int i = 0; i < count; ++i) {
    float* tile = scratch.input.data() + i / dfe_lanes * floats_of(tokens_, token_inputs_) + i % dfe_lanes;
    const double* row = signals.data() + frames[i] * signals.cols();
    for (int n = 0; n <= shape_.history; ++n, row += shape_.inputs, tile += floats_of(1, frame_inputs_))
      for (int d = 0; d < shape_.inputs; ++d)
        tile[static_cast<std::ptrdiff_t>(d) * dfe_lanes] =
            static_cast<float>((row[d] - mean_[d]) / scale_[d]);
  }
}

void DfeForward::feed(const Layer& layer, int columns, Scratch& scratch) const {
  const std::ptrdiff_t stride = std::ptrdiff_t{width_} * dfe_lanes;
  for (int first = 0; first < columns; first += columns_together) {
    const int count = std::min(columns_together, columns - first);
    const float* x = scratch.x.data() + first * stride;
    float* sum = scratch.attended.data() + first * stride;  // free once the attention is done
    for (int h = 0; h < shape_.feed_forward; h += hidden_share) {
      const int share = std::min(hidden_share, shape_.feed_forward - h);
      const std::ptrdiff_t hidden_stride = std::ptrdiff_t{filled_up(share)} * dfe_lanes;
      DfeLinear first_map = layer.feed1.all(true);
      first_map.weights += h / dfe_panel * first_map.panel_stride;
      first_map.bias += h;
      first_map.panels = filled_up(share) / dfe_panel;
      kernels_.linear(first_map, x, stride, nullptr, scratch.hidden.data(), hidden_stride, count);
      kernels_.linear(layer.feed2.share(h, share), scratch.hidden.data(), hidden_stride, h == 0 ? x : sum,
                      sum, stride, count);
    }
  }
  std::swap(scratch.x, scratch.attended);
}

void DfeForward::run_transformer(int tiles, Scratch& scratch) const {
  const int columns = tiles * tokens_;
  const std::ptrdiff_t stride = std::ptrdiff_t{width_} * dfe_lanes;
  const std::ptrdiff_t input_stride = std::ptrdiff_t{token_inputs_} * dfe_lanes;
  DfeLinear embed = embed_.all();
  for (int c = 0; c < columns; ++c) {
    embed.bias = positions_[static_cast<std::size_t>(c % tokens_)].data();
    kernels_.linear(embed, scratch.input.data() + c * input_stride, input_stride, nullptr,
                    scratch.x.data() + c * stride, stride, 1);
  }
  for (const Layer& layer : layers_) {
    const std::ptrdiff_t qkv_stride = std::ptrdiff_t{layer.qkv.rows()} * dfe_lanes;
    kernels_.linear(layer.qkv.all(), scratch.x.data(), stride, nullptr, scratch.qkv.data(), qkv_stride,
                    columns);
    for (int tile = 0; tile < tiles; ++tile)
      kernels_.attend(scratch.qkv.data() + tile * tokens_ * qkv_stride, qkv_stride,
                      scratch.attended.data() + tile * tokens_ * stride, stride, tokens_, shape_.heads,
                      shape_.width / shape_.heads, scratch.scores.data());
    kernels_.linear(layer.out.all(), scratch.attended.data(), stride, scratch.x.data(), scratch.x.data(),
                    stride, columns);
    kernels_.normalize(scratch.x.data(), stride, shape_.width, layer.norm1.weight.data(),
                       layer.norm1.bias.data(), columns);
    feed(layer, columns, scratch);
    kernels_.normalize(scratch.x.data(), stride, shape_.width, layer.norm2.weight.data(),
                       layer.norm2.bias.data(), columns);
  }
  const float share = 1 / static_cast<float>(tokens_);
  for (int tile = 0; tile < tiles; ++tile) {
    const float* x = scratch.x.data() + tile * tokens_ * stride;
    float* mean = scratch.mean.data() + tile * stride;
    for (std::ptrdiff_t i = 0; i < stride; ++i) {
      float sum = 0;
      for (int t = 0; t < tokens_; ++t) sum += x[t * stride + i];
      mean[i] = sum * share;
    }
  }
}

void DfeForward::run_mlp(int tiles, Scratch& scratch) const {
  const std::ptrdiff_t stride = std::ptrdiff_t{width_} * dfe_lanes;
  const float* in = scratch.input.data();
  std::ptrdiff_t in_stride = std::ptrdiff_t{token_inputs_} * dfe_lanes;
  for (const Map& map : mlp_) {
    kernels_.linear(map.all(true), in, in_stride, nullptr, scratch.x.data(), stride, tiles);
    std::swap(scratch.x, scratch.attended);
    in = scratch.attended.data();
    in_stride = stride;
  }
  std::swap(scratch.mean, scratch.attended);
}

FloatRowMatrix DfeForward::latent(const RowMatrix& signals, const std::vector<Eigen::Index>& frames,
                                  Scratch& scratch) const {
  const bool transformer = shape_.encoder == DfeEncoder::transformer;
  const int max_count = (transformer ? transformer_tiles : mlp_tiles) * dfe_lanes;
  const std::ptrdiff_t stride = std::ptrdiff_t{width_} * dfe_lanes;
  const std::ptrdiff_t latent_stride = std::ptrdiff_t{latent_.rows()} * dfe_lanes;
  const auto all = static_cast<int>(frames.size());
  FloatRowMatrix made(all, shape_.latent);
  for (int begin = 0; begin < all; begin += max_count) {
    const int count = std::min(max_count, all - begin), tiles = (count + dfe_lanes - 1) / dfe_lanes;
    place_inputs(signals, frames.data() + begin, count, scratch);
    if (transformer) {
      run_transformer(tiles, scratch);
    } else {
      run_mlp(tiles, scratch);
    }
    kernels_.linear(latent_.all(), scratch.mean.data(), stride, nullptr, scratch.latent.data(), latent_stride,
                    tiles);
    for (int i = 0; i < count; ++i)
      for (int z = 0; z < shape_.latent; ++z)
        made(begin + i, z) =
            scratch.latent.data()[i / dfe_lanes * latent_stride + z * dfe_lanes + i % dfe_lanes];
  }
  return made;
}

const float* DfeForward::distances(const Eigen::Ref<const FloatRowMatrix>& residuals,
                                   Scratch& scratch) const {
  for (Eigen::Index i = 0; i < residuals.rows(); ++i)
    for (Eigen::Index z = 0; z < residuals.cols(); ++z)
      scratch.latent[static_cast<std::size_t>(z * dfe_lanes + i)] = residuals(i, z);
  kernels_.distances(codebook_.data(), code_panels_, shape_.latent, scratch.latent.data(),
                     scratch.distances.data());
  return scratch.distances.data();
}

}  // namespace facelex
