#pragma once

// Means and deviations of signals, for vectors of FACELEX_LANES doubles (kernels_body.hpp).

#include "kernels.hpp"
#include "simd/vector.hpp"

namespace facelex {
namespace {

/// Takes the mean over the core's rows off V signals at once, scales, and takes off what rounding left of the
/// mean, which is `rest`. Returns the mean.
FACELEX_INLINE Vector take_mean(const double* raw, std::ptrdiff_t rows, std::ptrdiff_t core_first,
                                std::ptrdiff_t core, std::ptrdiff_t stride, Vector scale, double* values,
                                Vector& rest) {
  Vector sum = {};
  for (std::ptrdiff_t t = core_first; t < core_first + core; ++t) sum += load(raw + t * stride);
  const Vector mean = sum / static_cast<double>(core);
  sum = Vector{};
  for (std::ptrdiff_t t = 0; t < rows; ++t) {
    const Vector value = (load(raw + t * stride) - mean) * scale;
    store(values + t * stride, value);
    if (t >= core_first && t < core_first + core) sum += value;
  }
  rest = sum / static_cast<double>(core);
  for (std::ptrdiff_t t = 0; t < rows; ++t) store(values + t * stride, load(values + t * stride) - rest);
  return mean;
}

void center(const double* raw, std::ptrdiff_t rows, std::ptrdiff_t core_first, std::ptrdiff_t core,
            std::ptrdiff_t stride, double* values) {
  for (std::ptrdiff_t i = 0; i < stride; i += width) {
    Vector low = load(raw + i), high = low, rest;
    for (std::ptrdiff_t t = 0; t < rows; ++t) {
      const Vector value = load(raw + t * stride + i);
      low = value < low ? value : low;
      high = value > high ? value : high;
    }
    const Vector range = high - low;
    // The exponent of 1 over the range: scaling does not round.
    const Vector power = reinterpret_cast<Vector>(reinterpret_cast<Mask>(1 / range) & 0x7ff0000000000000LL);
    take_mean(raw + i, rows, core_first, core, stride, range > 0 ? power : all(1), values + i, rest);
  }
}

void center_block(const double* raw, std::ptrdiff_t rows, std::ptrdiff_t core_first, std::ptrdiff_t core,
                  std::ptrdiff_t stride, double* values, double* mean, double* rest) {
  for (std::ptrdiff_t i = 0; i < stride; i += width) {
    Vector left;
    store(mean + i, take_mean(raw + i, rows, core_first, core, stride, all(1), values + i, left));
    store(rest + i, left);
  }
}

/// What the rows of a window add up to. Extremes are compared and chosen, not taken by larger(): with the
/// instruction GCC 12 lays out the loops otherwise, and contracts other products and sums: last bits would
/// change.
struct RowSums {
  Vector low, high, sum, squares;
  FACELEX_INLINE void add(const double* raw, const double* values) {
    const Vector value = load(raw), centered = load(values);
    low = value < low ? value : low;
    high = value > high ? value : high;
    sum += centered;
    squares += centered * centered;
  }
};

void moments(const double* raw, const double* values, std::ptrdiff_t window, std::ptrdiff_t last,
             std::ptrdiff_t stride, const WccMoments& moments) {
  const auto rows = static_cast<double>(window);
  for (std::ptrdiff_t i = 0; i < stride; i += width) {
    const auto first = load(raw + last * stride + i);
    RowSums core{first, first, {}, {}};
    for (std::ptrdiff_t t = last; t < window; ++t) core.add(raw + t * stride + i, values + t * stride + i);
    // Rows before the core, which wait where the result of their window will be; then those after it.
    RowSums before{first, first, {}, {}};
    for (std::ptrdiff_t t = last; t >= 0; --t) {
      const std::ptrdiff_t at = t * stride + i;
      if (t < last) before.add(raw + at, values + at);
      store(moments.mean + at, before.sum);
      store(moments.squares + at, before.squares);
      store(moments.high + at, before.high);
      store(moments.low + at, before.low);
    }
    for (std::ptrdiff_t t = 0; t <= last; ++t) {
      const std::ptrdiff_t at = t * stride + i;
      if (t > 0) core.add(raw + at + (window - 1) * stride, values + at + (window - 1) * stride);
      const Vector mean = (core.sum + load(moments.mean + at)) / rows;
      store(moments.mean + at, mean);
      store(moments.squares + at, core.squares + load(moments.squares + at) - rows * mean * mean);
      store(moments.low + at, smaller(core.low, load(moments.low + at)));
      store(moments.high + at, larger(core.high, load(moments.high + at)));
    }
  }
}

void join_blocks(const WccBlock* blocks, std::ptrdiff_t count, std::ptrdiff_t rows, std::ptrdiff_t stride,
                 double* contrasts, const WccMoments& moments) {
  for (std::ptrdiff_t i = 0; i < stride; i += width) {
    const WccBlock& first = blocks[0];
    const Vector origin = load(first.center + i), mean = load(first.rest + i) + load(first.mean + i);
    Vector squares = load(first.squares + i), low = load(first.low + i), high = load(first.high + i),
           sum = {};
    for (std::ptrdiff_t k = 1; k < count; ++k) {
      const WccBlock& block = blocks[k];
      // From the first block's mean: of two near numbers the difference is exact.
      const Vector from_first =
          (load(block.center + i) - origin) + ((load(block.rest + i) + load(block.mean + i)) - mean);
      const auto before = static_cast<double>(k);
      const double weight = __builtin_sqrt(static_cast<double>(rows) * before / (before + 1));
      const Vector contrast = (from_first - sum / before) * weight;
      store(contrasts + (k - 1) * stride + i, contrast);
      squares += load(block.squares + i) + contrast * contrast;
      low = smaller(load(block.low + i), low);
      high = larger(load(block.high + i), high);
      sum += from_first;
    }
    store(moments.squares + i, squares);
    store(moments.low + i, low);
    store(moments.high + i, high);
  }
}

}  // namespace
}  // namespace facelex
