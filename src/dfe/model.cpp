#include <cstring>
#include <string>

#include "facelex/core/error.hpp"
#include "facelex/dfe/system.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

constexpr const char* damaged = "the model is damaged or was not written by facelex";

const char* encoder_name(DfeEncoder encoder) {
  return encoder == DfeEncoder::transformer ? "transformer" : "mlp";
}

/// The sizes by their names in the metadata, for reading and writing.
template <class Shape, class Visit>
void visit_sizes(Shape& shape, const Visit& visit) {
  visit("inputs", shape.inputs);
  visit("token_width", shape.token_width);
  visit("layers", shape.layers);
  visit("heads", shape.heads);
  visit("width", shape.width);
  visit("feed_forward", shape.feed_forward);
  visit("latent", shape.latent);
  visit("stages", shape.stages);
  visit("codes", shape.codes);
  visit("decoder_layers", shape.decoder_layers);
  visit("decoder_width", shape.decoder_width);
}

/// History stands in files of format version 2 alone: an older program must not take them for its own.
constexpr int format_with_history = 2;

DfeShape shape_from(const Json& data, int format_version, const std::string& place) {
  DfeShape shape;
  const std::string encoder = data.at("encoder").get<std::string>();
  if (encoder == encoder_name(DfeEncoder::mlp)) {
    shape.encoder = DfeEncoder::mlp;
  } else if (encoder != encoder_name(DfeEncoder::transformer)) {
    throw data_error({place, 0, "shape: encoder"}, in_quotes(encoder) + " is not transformer or mlp",
                     damaged);
  }
  const auto read = [&](const char* name, int& size) {
    // Through 64 bits: a number beyond 32 must not come out as another.
    const auto value = data.at(name).get<std::int64_t>();
    constexpr std::int64_t max_size = 1 << 20;
    if (!data.at(name).is_number_integer() || value < 0 || value > max_size)
      throw data_error({place, 0, std::string("shape: ") + name}, data.at(name).dump() + " is not a size",
                       damaged);
    size = static_cast<int>(value);
  };
  visit_sizes(shape, read);
  if (format_version >= format_with_history) read("history", shape.history);
  return shape;
}

}  // namespace

ModelFile DiscreteFacialEncoding::to_model() const {
  ModelFile file;
  file.kind = model_kind;
  Json shape = {{"encoder", encoder_name(network_.shape.encoder)}};
  visit_sizes(network_.shape, [&](const char* name, int size) { shape[name] = size; });
  if (network_.shape.history > 0) {
    file.format_version = format_with_history;
    shape["history"] = network_.shape.history;
  }
  file.metadata = {{"input_kind", kind_name(input_kind_)},
                   {"input_columns", columns_json(inputs_)},
                   {"shape", std::move(shape)},
                   {"options", options_},
                   {"training", training_}};
  for (const auto& [name, values] : network_.weights) {
    Tensor tensor{Tensor::Type::f32, {values.rows(), values.cols()}, {}};
    tensor.bytes.resize(static_cast<std::size_t>(values.size()) * sizeof(float));
    std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
    file.tensors[name] = std::move(tensor);
  }
  return file;
}

DfeNetwork dfe_network_from_model(const ModelFile& file) {
  if (file.kind != DiscreteFacialEncoding::model_kind)
    throw data_error({file.source, 0, "kind"}, in_quotes(file.kind) + " is not dfe", "give a model of DFE");
  DfeNetwork network;
  try {
    network.shape = shape_from(file.metadata.at("shape"), file.format_version, file.source);
  } catch (const Json::exception& error) {
    throw data_error({file.source, 0, "metadata: shape"}, error.what(), damaged);
  }
  // What the file holds bounds what is made: a shape that lies asks for weights that are not there.
  for (const auto& [name, tensor] : file.tensors) {
    if (tensor.type != Tensor::Type::f32)
      throw data_error(
          {file.source, 0, name},
          "has elements of type " + std::string(tensor_type_name(tensor.type)) + ", expected F32", damaged);
    if (tensor.shape.size() != 2)
      throw data_error({file.source, 0, name},
                       "has " + std::to_string(tensor.shape.size()) + " dimensions, expected 2", damaged);
    FloatRowMatrix& values = network.weights[name];
    values.resize(tensor.shape[0], tensor.shape[1]);
    if (!tensor.bytes.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  }
  check_dfe_network(network, file.source);
  return network;
}

std::unique_ptr<DiscreteFacialEncoding> DiscreteFacialEncoding::from_model(const ModelFile& file) {
  DfeNetwork network = dfe_network_from_model(file);
  try {
    const Json& data = file.metadata;
    return std::unique_ptr<DiscreteFacialEncoding>(new DiscreteFacialEncoding(
        Checked{}, std::move(network), columns_from_json(data.at("input_columns")),
        kind_from_name(data.at("input_kind").get<std::string>()), data.at("options"), data.at("training")));
  } catch (const Json::exception& error) {
    throw data_error({file.source, 0, "metadata"}, error.what(), damaged);
  } catch (const Error& error) {
    throw data_error({file.source, 0, "metadata"}, error.what(), damaged);
  }
}

}  // namespace facelex
