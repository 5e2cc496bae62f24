#include "facelex/dfe/network.hpp"

#include <string>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {
namespace {

constexpr int widest = 65536, deepest = 4096;

std::string numbered(const char* list, int i, const char* rest) {
  return std::string(list) + std::to_string(i) + rest;
}

}  // namespace

std::vector<DfeWeight> dfe_weights(const DfeShape& shape) {
  std::vector<DfeWeight> weights;
  const auto vector = [&](const std::string& name, int size) { weights.push_back({name, 1, size}); };
  const auto linear = [&](const std::string& name, int outputs, int inputs) {
    weights.push_back({name + ".weight", outputs, inputs});
    vector(name + ".bias", outputs);
  };
  const auto norm = [&](const std::string& name) {
    vector(name + ".weight", shape.width);
    vector(name + ".bias", shape.width);
  };
  vector("input.mean", shape.inputs);
  vector("input.scale", shape.inputs);
  if (shape.encoder == DfeEncoder::transformer) {
    linear("embed", shape.width, shape.token_width);
    weights.push_back({"positions", shape.encoder_tokens(), shape.width});
    for (int i = 0; i < shape.layers; ++i) {
      const std::string layer = numbered("layer.", i, ".");
      linear(layer + "attention.qkv", 3 * shape.width, shape.width);
      linear(layer + "attention.out", shape.width, shape.width);
      norm(layer + "norm1");
      linear(layer + "feed1", shape.feed_forward, shape.width);
      linear(layer + "feed2", shape.width, shape.feed_forward);
      norm(layer + "norm2");
    }
  } else {
    for (int i = 0; i < shape.layers; ++i)
      linear(numbered("mlp.", i, ""), shape.width, i == 0 ? shape.encoder_inputs() : shape.width);
  }
  linear("latent", shape.latent, shape.width);
  weights.push_back({"codebook", shape.codes, shape.latent});
  for (int i = 0; i < shape.decoder_layers; ++i)
    linear(numbered("decoder.", i, ""), i + 1 == shape.decoder_layers ? shape.inputs : shape.decoder_width,
           i == 0 ? shape.latent : shape.decoder_width);
  return weights;
}

void check_dfe_shape(const DfeShape& shape, const std::string& place) {
  const struct {
    const char* name;
    int value, max;
  } fields[] = {{"inputs", shape.inputs, widest},
                {"token_width", shape.token_width, widest},
                {"layers", shape.layers, deepest},
                {"heads", shape.heads, deepest},
                {"width", shape.width, deepest},
                {"feed_forward", shape.feed_forward, widest},
                {"latent", shape.latent, widest},
                {"stages", shape.stages, deepest},
                {"codes", shape.codes, widest},
                {"decoder_layers", shape.decoder_layers, deepest},
                {"decoder_width", shape.decoder_width, widest}};
  for (const auto& field : fields)
    if (field.value < 1 || field.value > field.max)
      throw data_error({place, 0, std::string("shape: ") + field.name},
                       std::to_string(field.value) + " is not 1 … " + std::to_string(field.max));
  if (shape.history < 0 || shape.history > max_dfe_history)
    throw data_error({place, 0, "shape: history"},
                     std::to_string(shape.history) + " is not 0 … " + std::to_string(max_dfe_history));
  if (shape.encoder == DfeEncoder::transformer && shape.width % shape.heads != 0)
    throw data_error({place, 0, "shape: heads"}, std::to_string(shape.heads) + " does not divide the width " +
                                                     std::to_string(shape.width));
}

void check_dfe_network(const DfeNetwork& network, const std::string& place) {
  check_dfe_shape(network.shape, place);
  const auto wanted = dfe_weights(network.shape);
  for (const DfeWeight& weight : wanted) {
    const Place at{place, 0, weight.name};
    const auto found = network.weights.find(weight.name);
    if (found == network.weights.end()) throw data_error(at, "is missing from the network's weights");
    const FloatRowMatrix& values = found->second;
    if (values.rows() != weight.rows || values.cols() != weight.columns)
      throw data_error(at, "is " + std::to_string(values.rows()) + "×" + std::to_string(values.cols()) +
                               ", expected " + std::to_string(weight.rows) + "×" +
                               std::to_string(weight.columns));
    if (!values.allFinite()) throw data_error(at, "holds a value that is not finite");
  }
  if (network.weights.size() != wanted.size())
    for (const auto& [name, values] : network.weights) {
      bool known = false;
      for (const DfeWeight& weight : wanted) known = known || weight.name == name;
      if (!known) throw data_error({place, 0, name}, "is not a weight of a network of this shape");
    }
  const FloatRowMatrix& scale = network.weights.at("input.scale");
  for (Eigen::Index d = 0; d < scale.cols(); ++d)
    if (!(scale(0, d) > 0))
      throw data_error({place, 0, "input.scale"}, number_text(static_cast<double>(scale(0, d))) +
                                                      " of input " + std::to_string(d + 1) + " is not > 0");
}

}  // namespace facelex
