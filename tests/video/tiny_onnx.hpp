#pragma once

#include <cstdint>
#include <string>
#include <vector>

// ONNX files written by hand (onnx.proto of ONNX 1.x, as protobuf bytes), so that no test needs a trained
// network.
namespace facelex::test {

/// A protobuf message under construction.
class Message {
 public:
  Message& number(unsigned field, std::uint64_t value) {
    varint(field << 3);
    varint(value);
    return *this;
  }
  Message& bytes(unsigned field, const std::string& value) {
    varint(field << 3 | 2);
    varint(value.size());
    text_ += value;
    return *this;
  }
  Message& message(unsigned field, const Message& value) { return bytes(field, value.text_); }
  const std::string& text() const { return text_; }

 private:
  void varint(std::uint64_t value) {
    for (; value > 127; value >>= 7) text_ += static_cast<char>(value | 128);
    text_ += static_cast<char>(value);
  }

  std::string text_;
};

/// A layer that sees the mean of each channel: out = weights·mean + bias.
struct TinyHead {
  std::string output;
  std::vector<std::vector<float>> weights;  ///< one row per output number, one column per channel
  std::vector<float> bias;
};

inline Message onnx_tensor(const std::string& name, const std::vector<std::int64_t>& shape,
                           const std::vector<float>& values) {
  Message tensor;
  for (const std::int64_t size : shape) tensor.number(1, static_cast<std::uint64_t>(size));
  constexpr int type_float = 1;
  tensor.number(2, type_float).bytes(8, name);
  tensor.bytes(9, std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)));
  return tensor;
}

inline Message onnx_value(const std::string& name, const std::vector<std::int64_t>& shape) {
  Message dimensions;
  for (const std::int64_t size : shape)
    dimensions.message(1, Message().number(1, static_cast<std::uint64_t>(size)));
  const Message type = Message().message(1, Message().number(1, 1).message(2, dimensions));
  return Message().bytes(1, name).message(2, type);
}

/// The file of a network that takes channels×size×size pictures and has these heads.
inline std::string tiny_onnx(int channels, int size, const std::vector<TinyHead>& heads) {
  Message graph;
  graph.message(
      1, Message().bytes(1, "image").bytes(2, "pooled").bytes(3, "pool").bytes(4, "GlobalAveragePool"));
  graph.message(1, Message().bytes(1, "pooled").bytes(2, "means").bytes(3, "flatten").bytes(4, "Flatten"));
  for (const TinyHead& head : heads) {
    Message gemm;
    gemm.bytes(1, "means").bytes(1, head.output + "_w").bytes(1, head.output + "_b");
    gemm.bytes(2, head.output).bytes(3, "layer_of_" + head.output).bytes(4, "Gemm");
    constexpr int attribute_int = 2;
    gemm.message(5, Message().bytes(1, "transB").number(3, 1).number(20, attribute_int));
    graph.message(1, gemm);
  }
  graph.bytes(2, "tiny");
  for (const TinyHead& head : heads) {
    std::vector<float> flat;
    for (const auto& row : head.weights) flat.insert(flat.end(), row.begin(), row.end());
    const auto count = static_cast<std::int64_t>(head.weights.size());
    graph.message(5, onnx_tensor(head.output + "_w", {count, channels}, flat));
    graph.message(5, onnx_tensor(head.output + "_b", {count}, head.bias));
  }
  graph.message(11, onnx_value("image", {1, channels, size, size}));
  for (const TinyHead& head : heads)
    graph.message(12, onnx_value(head.output, {1, static_cast<std::int64_t>(head.weights.size())}));
  constexpr int ir_version = 7, opset = 11;
  return Message()
      .number(1, ir_version)
      .message(7, graph)
      .message(8, Message().bytes(1, "").number(2, opset))
      .text();
}

}  // namespace facelex::test
