#pragma once

// The kernels of the forward pass, for vectors of FACELEX_LANES floats: included by one source for each kind
// of processor.

#include "kernels.hpp"
#include "simd/vector.hpp"

namespace facelex {
namespace {

constexpr int parts = dfe_lanes / width;  ///< vectors in sixteen lanes

/// e^x for x ≤ 0 to 2e-7 of its value: 2^n·e^r, |r| ≤ ½ ln 2, the series of Cephes' expf.
FACELEX_INLINE Vector exponential(Vector x) {
  constexpr float lowest = -87, log2_e = 1.44269504088896341F, ln2_high = 0.693359375F,
                  ln2_low = -2.12194440e-4F;
  constexpr float to_integer = 12582912;  // 1.5·2²³: what is added to it is rounded to a whole number
  x = larger(x, all(lowest));
  const Vector n = (x * log2_e + to_integer) - to_integer;
  const Vector r = x - n * ln2_high - n * ln2_low;
  Vector p = all(1.9875691500e-4F);
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + r + 1;
  constexpr int bias = 127, mantissa_bits = 23;
  const Mask power = (__builtin_convertvector(n, Mask) + bias) << mantissa_bits;
  return p * reinterpret_cast<Vector>(power);
}

/// R rows of W (from row `first` of a panel) times V vectors of lanes. Each value is bias + add, then one
/// product after the other, whatever R and V.
template <int R, int V>
FACELEX_INLINE void multiply(const DfeLinear& map, const float* weights, const float* bias,
                             const float* const* in, const float* const* add, float* const* out) {
  Vector sum[R][V];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) {
      sum[r][v] = all(bias ? bias[r] : 0.0F);
      if (add) sum[r][v] += load(add[v] + r * dfe_lanes);
    }
  for (int k = 0; k < map.inputs; ++k) {
    Vector x[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) x[v] = load(in[v] + static_cast<std::ptrdiff_t>(k) * dfe_lanes);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const Vector w = all(weights[static_cast<std::ptrdiff_t>(k) * dfe_panel + r]);
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) sum[r][v] += w * x[v];
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v)
      store(out[v] + r * dfe_lanes, map.relu ? larger(sum[r][v], Vector{}) : sum[r][v]);
}

/// All rows of V vectors, the first of them number `first` of columns × parts. They stay in the nearest cache
/// while the weights pass by.
template <int V>
void multiply_vectors(const DfeLinear& map, const float* in, std::ptrdiff_t in_stride, const float* add,
                      float* out, std::ptrdiff_t out_stride, int first) {
  const float* x[V];
  std::ptrdiff_t at[V];
  for (int v = 0; v < V; ++v) {
    const int column = (first + v) / parts, lane = (first + v) % parts * width;
    x[v] = in + column * in_stride + lane;
    at[v] = column * out_stride + lane;
  }
  constexpr int rows = FACELEX_ROWS;
  for (int row = 0; row < map.panels * dfe_panel; row += rows) {
    const float* terms[V];
    float* y[V];
    for (int v = 0; v < V; ++v) {
      y[v] = out + at[v] + static_cast<std::ptrdiff_t>(row) * dfe_lanes;
      terms[v] = add ? add + at[v] + static_cast<std::ptrdiff_t>(row) * dfe_lanes : nullptr;
    }
    multiply<rows, V>(map, map.weights + row / dfe_panel * map.panel_stride + row % dfe_panel,
                      map.bias ? map.bias + row : nullptr, x, add ? terms : nullptr, y);
  }
}

void linear(const DfeLinear& map, const float* in, std::ptrdiff_t in_stride, const float* add, float* out,
            std::ptrdiff_t out_stride, int columns) {
  const int vectors = columns * parts;
  int v = 0;
  for (; v + 3 <= vectors; v += 3) multiply_vectors<3>(map, in, in_stride, add, out, out_stride, v);
  if (vectors - v == 2) multiply_vectors<2>(map, in, in_stride, add, out, out_stride, v);
  if (vectors - v == 1) multiply_vectors<1>(map, in, in_stride, add, out, out_stride, v);
}

void normalize(float* x, std::ptrdiff_t stride, int features, const float* weight, const float* bias,
               int columns) {
  constexpr float epsilon = 1e-5F;
  const float share = 1 / static_cast<float>(features);
  for (int c = 0; c < columns; ++c) {
    float* column = x + c * stride;
    Vector sum[parts] = {}, squares[parts] = {}, factor[parts];
    for (int f = 0; f < features; ++f)
      for (int p = 0; p < parts; ++p) sum[p] += load(column + f * dfe_lanes + p * width);
    for (int p = 0; p < parts; ++p) sum[p] *= share;
    for (int f = 0; f < features; ++f)
      for (int p = 0; p < parts; ++p) {
        const Vector rest = load(column + f * dfe_lanes + p * width) - sum[p];
        squares[p] += rest * rest;
      }
    for (int p = 0; p < parts; ++p)
      for (int i = 0; i < width; ++i) factor[p][i] = 1 / __builtin_sqrtf(squares[p][i] * share + epsilon);
    for (int f = 0; f < features; ++f)
      for (int p = 0; p < parts; ++p) {
        float* at = column + f * dfe_lanes + p * width;
        store(at, (load(at) - sum[p]) * factor[p] * weight[f] + bias[f]);
      }
  }
}

/// One vector of one head: the token `from` looks at all tokens.
FACELEX_INLINE void attend_token(const float* query, const float* keys, const float* values,
                                 std::ptrdiff_t stride, float* out, int tokens, int size, float* scores) {
  Vector maximum = all(-3e38F), sum{};
  for (int j = 0; j < tokens; ++j) {
    const float* key = keys + j * stride;
    Vector even{}, odd{}, third{}, fourth{};  // chains of sums that do not wait for one another
    int f = 0;
    for (; f + 4 <= size; f += 4) {
      even += load(query + f * dfe_lanes) * load(key + f * dfe_lanes);
      odd += load(query + (f + 1) * dfe_lanes) * load(key + (f + 1) * dfe_lanes);
      third += load(query + (f + 2) * dfe_lanes) * load(key + (f + 2) * dfe_lanes);
      fourth += load(query + (f + 3) * dfe_lanes) * load(key + (f + 3) * dfe_lanes);
    }
    for (; f < size; ++f) even += load(query + f * dfe_lanes) * load(key + f * dfe_lanes);
    const Vector score = (even + odd) + (third + fourth);
    maximum = larger(maximum, score);
    store(scores + j * width, score);
  }
  for (int j = 0; j < tokens; ++j) {
    const Vector weight = exponential(load(scores + j * width) - maximum);
    sum += weight;
    store(scores + j * width, weight);
  }
  const Vector share = 1 / sum;
  constexpr int together = 4;
  int f = 0;
  for (; f + together <= size; f += together) {
    Vector mixed[together] = {};
    for (int j = 0; j < tokens; ++j) {
      const Vector weight = load(scores + j * width);
#pragma GCC unroll 4
      for (int i = 0; i < together; ++i) mixed[i] += weight * load(values + j * stride + (f + i) * dfe_lanes);
    }
#pragma GCC unroll 4
    for (int i = 0; i < together; ++i) store(out + (f + i) * dfe_lanes, mixed[i] * share);
  }
  for (; f < size; ++f) {
    Vector mixed{};
    for (int j = 0; j < tokens; ++j)
      mixed += load(scores + j * width) * load(values + j * stride + f * dfe_lanes);
    store(out + f * dfe_lanes, mixed * share);
  }
}

void attend(const float* qkv, std::ptrdiff_t stride, float* out, std::ptrdiff_t out_stride, int tokens,
            int heads, int size, float* scores) {
  const std::ptrdiff_t part = static_cast<std::ptrdiff_t>(heads) * size * dfe_lanes;
  for (int h = 0; h < heads; ++h)
    for (int p = 0; p < parts; ++p) {
      const float* head = qkv + static_cast<std::ptrdiff_t>(h) * size * dfe_lanes + p * width;
      for (int i = 0; i < tokens; ++i)
        attend_token(head + i * stride, head + part, head + 2 * part, stride,
                     out + i * out_stride + static_cast<std::ptrdiff_t>(h) * size * dfe_lanes + p * width,
                     tokens, size, scores);
    }
}

void distances(const float* codebook, int panels, int size, const float* residual, float* out) {
  constexpr int rows = FACELEX_ROWS;
  for (int p = 0; p < parts; ++p)
    for (int row = 0; row < panels * dfe_panel; row += rows) {
      const float* codes =
          codebook + static_cast<std::ptrdiff_t>(row / dfe_panel) * size * dfe_panel + row % dfe_panel;
      Vector sum[rows] = {};
      for (int z = 0; z < size; ++z) {
        const Vector x = load(residual + z * dfe_lanes + p * width);
#pragma GCC unroll 8
        for (int r = 0; r < rows; ++r) {
          const Vector rest = x - codes[z * dfe_panel + r];
          sum[r] += rest * rest;
        }
      }
#pragma GCC unroll 8
      for (int r = 0; r < rows; ++r) store(out + (row + r) * dfe_lanes + p * width, sum[r]);
    }
}

}  // namespace
}  // namespace facelex
