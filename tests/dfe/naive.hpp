#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "facelex/core/random.hpp"
#include "facelex/dfe/network.hpp"
#include "facelex/io/recording.hpp"

namespace facelex::test {

/// The encoder of dfe/network.hpp in double precision and plain loops, written from its text.
class NaiveDfe {
 public:
  explicit NaiveDfe(const DfeNetwork& network) : network_(network) {}

  using Vector = std::vector<double>;

  /// Of D·(history+1) numbers.
  Vector latent(const Vector& frame) const {
    const DfeShape& shape = network_.shape;
    Vector x(frame.size());
    const auto inputs = static_cast<std::size_t>(shape.inputs);
    for (std::size_t d = 0; d < x.size(); ++d)
      x[d] = (frame[d] - weight("input.mean", 0, d % inputs)) / weight("input.scale", 0, d % inputs);
    if (shape.encoder == DfeEncoder::mlp) {
      for (int i = 0; i < shape.layers; ++i) x = relu(linear("mlp." + std::to_string(i), x));
      return linear("latent", x);
    }
    std::vector<Vector> tokens;
    for (int n = 0; n <= shape.history; ++n) {
      const auto of_frame = x.begin() + n * shape.inputs;
      Vector padded(of_frame, of_frame + shape.inputs);
      padded.resize(static_cast<std::size_t>(shape.tokens() * shape.token_width));
      for (int t = 0; t < shape.tokens(); ++t) {
        const auto begin = padded.begin() + t * shape.token_width;
        tokens.push_back(linear("embed", Vector(begin, begin + shape.token_width)));
        for (std::size_t m = 0; m < tokens.back().size(); ++m)
          tokens.back()[m] += weight("positions", static_cast<std::size_t>(n * shape.tokens() + t), m);
      }
    }
    for (int i = 0; i < shape.layers; ++i) tokens = layer("layer." + std::to_string(i) + ".", tokens);
    Vector mean(tokens.front().size());
    for (const Vector& token : tokens)
      for (std::size_t m = 0; m < mean.size(); ++m) mean[m] += token[m] / static_cast<double>(tokens.size());
    return linear("latent", mean);
  }

  double weight(const std::string& name, std::size_t row, std::size_t column) const {
    return static_cast<double>(
        network_.weights.at(name)(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(column)));
  }

  Vector linear(const std::string& name, const Vector& x) const {
    Vector y(static_cast<std::size_t>(network_.weights.at(name + ".weight").rows()));
    for (std::size_t r = 0; r < y.size(); ++r) {
      y[r] = weight(name + ".bias", 0, r);
      for (std::size_t k = 0; k < x.size(); ++k) y[r] += weight(name + ".weight", r, k) * x[k];
    }
    return y;
  }

  static Vector relu(Vector x) {
    for (double& value : x) value = std::max(value, 0.0);
    return x;
  }

 private:
  Vector norm(const std::string& name, const Vector& x) const {
    double mean = 0, variance = 0;
    for (const double value : x) mean += value / static_cast<double>(x.size());
    for (const double value : x) variance += (value - mean) * (value - mean) / static_cast<double>(x.size());
    Vector y(x.size());
    for (std::size_t m = 0; m < x.size(); ++m)
      y[m] = (x[m] - mean) / std::sqrt(variance + 1e-5) * weight(name + ".weight", 0, m) +
             weight(name + ".bias", 0, m);
    return y;
  }

  std::vector<Vector> layer(const std::string& name, const std::vector<Vector>& x) const {
    const auto width = static_cast<std::size_t>(network_.shape.width);
    const std::size_t size = width / static_cast<std::size_t>(network_.shape.heads);
    std::vector<Vector> qkv, out;
    for (const Vector& token : x) qkv.push_back(linear(name + "attention.qkv", token));
    for (std::size_t i = 0; i < x.size(); ++i) {
      Vector attended(width);
      for (std::size_t first = 0; first < width; first += size) {
        Vector weights(x.size());
        double sum = 0;
        for (std::size_t j = 0; j < x.size(); ++j) {
          double product = 0;
          for (std::size_t f = first; f < first + size; ++f) product += qkv[i][f] * qkv[j][width + f];
          weights[j] = product / std::sqrt(static_cast<double>(size));
        }
        const double most = *std::max_element(weights.begin(), weights.end());
        for (double& score : weights) sum += score = std::exp(score - most);
        for (std::size_t j = 0; j < x.size(); ++j)
          for (std::size_t f = first; f < first + size; ++f)
            attended[f] += weights[j] / sum * qkv[j][2 * width + f];
      }
      Vector y = linear(name + "attention.out", attended);
      for (std::size_t m = 0; m < width; ++m) y[m] += x[i][m];
      y = norm(name + "norm1", y);
      const Vector fed = linear(name + "feed2", relu(linear(name + "feed1", y)));
      for (std::size_t m = 0; m < width; ++m) y[m] += fed[m];
      out.push_back(norm(name + "norm2", y));
    }
    return out;
  }

  const DfeNetwork& network_;
};

/// Weights as an untrained network has them.
inline DfeNetwork random_network(const DfeShape& shape, std::uint64_t seed) {
  DfeNetwork network;
  network.shape = shape;
  Random random(seed);
  for (const DfeWeight& weight : dfe_weights(shape)) {
    FloatRowMatrix& values = network.weights[weight.name];
    values.resize(weight.rows, weight.columns);
    const bool is_scale = weight.name == "input.scale",
               is_norm = weight.name.find("norm") != std::string::npos;
    const double spread = is_scale || is_norm || weight.rows == 1 ? 0.2 : 1 / std::sqrt(weight.columns);
    const double middle = is_scale || (is_norm && weight.name.ends_with("weight")) ? 1 : 0;
    for (float& value : values.reshaped())
      value = static_cast<float>(middle + spread * random.uniform(-1, 1));
  }
  for (float& value : network.weights["codebook"].reshaped()) value *= 3;
  return network;
}

inline std::vector<Column> expression_columns(int count) {
  std::vector<Column> columns;
  for (int d = 0; d < count; ++d) columns.push_back({"e_" + std::to_string(d), "", ""});
  return columns;
}

}  // namespace facelex::test
