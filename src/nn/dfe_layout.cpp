#include "facelex/nn/dfe_layout.hpp"

#include <cmath>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

void require_positive(const char* option, int value) {
  if (value < 1) throw usage_error(std::string(option) + ": " + std::to_string(value) + " is not ≥ 1");
}

}  // namespace

void check_shape(const DfeShape& shape) {
  require_positive("inputs", shape.inputs);
  require_positive("--token-width", shape.token_width);
  require_positive("--layers", shape.layers);
  require_positive("--heads", shape.heads);
  require_positive("--width", shape.width);
  require_positive("--feed-forward", shape.feed_forward);
  require_positive("--latent", shape.latent);
  require_positive("--stages", shape.stages);
  require_positive("--decoder-layers", shape.decoder_layers);
  require_positive("--decoder-width", shape.decoder_width);
  if (shape.codes < 2) throw usage_error("--codes: " + std::to_string(shape.codes) + " is not ≥ 2");
  if (shape.encoder == DfeEncoder::transformer && shape.width % shape.heads != 0)
    throw usage_error(
        "--heads: " + std::to_string(shape.heads) + " do not divide --width " + std::to_string(shape.width),
        "choose a divisor of the width");
}

DfeLayout::DfeLayout(const DfeShape& shape) : shape_(shape) {
  check_shape(shape);
  const int width = shape.width;
  if (shape.encoder == DfeEncoder::transformer) {
    add_linear("embed", width, shape.token_width);
    add("positions", shape.tokens(), width);
    for (int i = 0; i < shape.layers; ++i) {
      const std::string layer = "layer." + std::to_string(i) + ".";
      add_linear(layer + "attention.qkv", Eigen::Index{3} * width, width);
      add_linear(layer + "attention.out", width, width);
      add(layer + "norm1.weight", 1, width);
      add(layer + "norm1.bias", 1, width);
      add_linear(layer + "feed1", shape.feed_forward, width);
      add_linear(layer + "feed2", width, shape.feed_forward);
      add(layer + "norm2.weight", 1, width);
      add(layer + "norm2.bias", 1, width);
    }
  } else {
    for (int i = 0; i < shape.layers; ++i)
      add_linear("mlp." + std::to_string(i), width, i == 0 ? shape.inputs : width);
  }
  add_linear("latent", shape.latent, width);
  add("codebook", shape.codes, shape.latent);
  for (int i = 0; i < shape.decoder_layers; ++i)
    add_linear("decoder." + std::to_string(i),
               i + 1 == shape.decoder_layers ? shape.inputs : shape.decoder_width,
               i == 0 ? shape.latent : shape.decoder_width);
}

void DfeLayout::add(const std::string& name, Eigen::Index rows, Eigen::Index cols) {
  parameters_.push_back({name, rows, cols, size_});
  constexpr std::size_t aligned = 16;
  size_ += (static_cast<std::size_t>(rows * cols) + aligned - 1) / aligned * aligned;
}

void DfeLayout::add_linear(const std::string& name, Eigen::Index outputs, Eigen::Index inputs) {
  add(name + ".weight", outputs, inputs);
  add(name + ".bias", 1, outputs);
}

const DfeParameter& DfeLayout::parameter(const std::string& name) const {
  for (const auto& parameter : parameters_)
    if (parameter.name == name) return parameter;
  throw usage_error("the network has no weights called " + in_quotes(name));
}

std::size_t DfeLayout::weights() const {
  std::size_t count = 0;
  for (const auto& parameter : parameters_)
    count += static_cast<std::size_t>(parameter.rows * parameter.cols);
  return count;
}

std::vector<float> DfeLayout::initial(const Random& random) const {
  std::vector<float> flat(size_);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const auto& [name, rows, cols, offset] = parameters_[i];
    Random own = random.stream(i);
    const auto fill = [&, begin = flat.data() + offset, count = rows * cols](auto draw) {
      for (Eigen::Index j = 0; j < count; ++j) begin[j] = static_cast<float>(draw());
    };
    const bool weight = name.ends_with(".weight");
    if (name.find(".norm") != std::string::npos) {
      fill([&] { return weight ? 1.0 : 0.0; });
    } else if (name == "positions") {
      fill([&] { return 0.02 * own.normal(); });
    } else if (name == "codebook") {
      const double bound = 1.0 / static_cast<double>(rows);
      fill([&] { return own.uniform(-bound, bound); });
    } else if (name.find(".attention.") != std::string::npos && !weight) {
      continue;  // zeros
    } else if (name.ends_with(".qkv.weight")) {
      const double bound = std::sqrt(6.0 / static_cast<double>(rows + cols));
      fill([&] { return own.uniform(-bound, bound); });
    } else {
      // A bias is bounded by its map's inputs: those of the weight before it.
      const double bound = 1.0 / std::sqrt(static_cast<double>(weight ? cols : parameters_[i - 1].cols));
      fill([&] { return own.uniform(-bound, bound); });
    }
  }
  return flat;
}

DfeNetwork DfeLayout::network(const std::vector<float>& flat, const FloatRowMatrix& mean,
                              const FloatRowMatrix& scale) const {
  DfeNetwork network{shape_, {{"input.mean", mean}, {"input.scale", scale}}};
  for (const auto& [name, rows, cols, offset] : parameters_)
    network.weights[name] = Eigen::Map<const FloatRowMatrix>(flat.data() + offset, rows, cols);
  return network;
}

std::vector<float> DfeLayout::flat(const DfeNetwork& network) const {
  std::vector<float> flat(size_);
  for (const auto& [name, rows, cols, offset] : parameters_)
    Eigen::Map<FloatRowMatrix>(flat.data() + offset, rows, cols) = network.weights.at(name);
  return flat;
}

}  // namespace facelex
