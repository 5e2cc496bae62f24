#include "facelex/dfe/train/layout.hpp"

#include <cmath>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

void require_positive(const char* option, int value) {
  if (value < 1) throw option_error(option, std::to_string(value) + " is not ≥ 1");
}

}  // namespace

void check_shape(const DfeShape& shape) {
  require_positive("inputs", shape.inputs);
  require_positive("token-width", shape.token_width);
  require_positive("layers", shape.layers);
  require_positive("heads", shape.heads);
  require_positive("width", shape.width);
  require_positive("feed-forward", shape.feed_forward);
  require_positive("latent", shape.latent);
  require_positive("stages", shape.stages);
  require_positive("decoder-layers", shape.decoder_layers);
  require_positive("decoder-width", shape.decoder_width);
  if (shape.history < 0 || shape.history > max_dfe_history)
    throw option_error("history",
                       std::to_string(shape.history) + " is not 0 … " + std::to_string(max_dfe_history));
  if (shape.codes < 2) throw option_error("codes", std::to_string(shape.codes) + " is not ≥ 2");
  if (shape.encoder == DfeEncoder::transformer && shape.width % shape.heads != 0)
    throw option_error(
        "heads",
        std::to_string(shape.heads) + " do not divide " + field("width") + " " + std::to_string(shape.width),
        "choose a divisor of the width");
}

DfeLayout::DfeLayout(const DfeShape& shape) : shape_(shape) {
  check_shape(shape);
  constexpr std::size_t aligned = 16;
  for (const DfeWeight& weight : dfe_weights(shape)) {
    if (weight.name.starts_with("input.")) continue;  // of the recordings, not learnt
    parameters_.push_back({weight.name, weight.rows, weight.columns, size_});
    size_ +=
        (static_cast<std::size_t>(weight.rows) * static_cast<std::size_t>(weight.columns) + aligned - 1) /
        aligned * aligned;
  }
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
