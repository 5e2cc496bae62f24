#pragma once

// Means and deviations of signals, for vectors of FACELEX_LANES doubles (wcc_kernels_body.hpp).

#include "lanes.hpp"

namespace facelex {
namespace {

/// Takes the mean over the core's rows off V signals at once, scales, and takes off what rounding left of the
/// mean, which is `rest`. Returns the mean.
FACELEX_INLINE Lanes take_mean(const double* raw, std::ptrdiff_t rows, std::ptrdiff_t core_first,
                               std::ptrdiff_t core, std::ptrdiff_t stride, Lanes scale, double* values,
                               Lanes& rest) {
  Lanes sum = {};
  for (std::ptrdiff_t t = core_first; t < core_first + core; ++t) sum += lanes_at(raw + t * stride);
  const Lanes mean = sum / static_cast<double>(core);
  sum = Lanes{};
  for (std::ptrdiff_t t = 0; t < rows; ++t) {
    const Lanes value = (lanes_at(raw + t * stride) - mean) * scale;
    put(values + t * stride, value);
    if (t >= core_first && t < core_first + core) sum += value;
  }
  rest = sum / static_cast<double>(core);
  for (std::ptrdiff_t t = 0; t < rows; ++t) put(values + t * stride, lanes_at(values + t * stride) - rest);
  return mean;
}

void center(const double* raw, std::ptrdiff_t rows, std::ptrdiff_t core_first, std::ptrdiff_t core,
            std::ptrdiff_t stride, double* values) {
  for (std::ptrdiff_t i = 0; i < stride; i += width) {
    Lanes low = lanes_at(raw + i), high = low, rest;
    for (std::ptrdiff_t t = 0; t < rows; ++t) {
      const Lanes value = lanes_at(raw + t * stride + i);
      low = lesser_of(value, low);
      high = greater_of(value, high);
    }
    const Lanes range = high - low;
    // The exponent of 1 over the range: scaling does not round.
    const Lanes power = reinterpret_cast<Lanes>(reinterpret_cast<LaneBits>(1 / range) & 0x7ff0000000000000LL);
    take_mean(raw + i, rows, core_first, core, stride, range > 0 ? power : every(1), values + i, rest);
  }
}

void center_block(const double* raw, std::ptrdiff_t rows, std::ptrdiff_t core_first, std::ptrdiff_t core,
                  std::ptrdiff_t stride, double* values, double* mean, double* rest) {
  for (std::ptrdiff_t i = 0; i < stride; i += width) {
    Lanes left;
    put(mean + i, take_mean(raw + i, rows, core_first, core, stride, every(1), values + i, left));
    put(rest + i, left);
  }
}

/// What the rows of a window add up to.
struct RowSums {
  Lanes low, high, sum, squares;
  FACELEX_INLINE void add(const double* raw, const double* values) {
    const Lanes value = lanes_at(raw), centered = lanes_at(values);
    low = lesser_of(value, low);
    high = greater_of(value, high);
    sum += centered;
    squares += centered * centered;
  }
};

void moments(const double* raw, const double* values, std::ptrdiff_t window, std::ptrdiff_t last,
             std::ptrdiff_t stride, const WccMoments& of) {
  const auto rows = static_cast<double>(window);
  for (std::ptrdiff_t i = 0; i < stride; i += width) {
    const auto first = lanes_at(raw + last * stride + i);
    RowSums core{first, first, {}, {}};
    for (std::ptrdiff_t t = last; t < window; ++t) core.add(raw + t * stride + i, values + t * stride + i);
    // Rows before the core, which wait where the result of their window will be; then those behind it.
    RowSums before{first, first, {}, {}};
    for (std::ptrdiff_t t = last; t >= 0; --t) {
      const std::ptrdiff_t at = t * stride + i;
      if (t < last) before.add(raw + at, values + at);
      put(of.mean + at, before.sum);
      put(of.squares + at, before.squares);
      put(of.high + at, before.high);
      put(of.low + at, before.low);
    }
    for (std::ptrdiff_t t = 0; t <= last; ++t) {
      const std::ptrdiff_t at = t * stride + i;
      if (t > 0) core.add(raw + at + (window - 1) * stride, values + at + (window - 1) * stride);
      const Lanes mean = (core.sum + lanes_at(of.mean + at)) / rows;
      put(of.mean + at, mean);
      put(of.squares + at, core.squares + lanes_at(of.squares + at) - rows * mean * mean);
      put(of.low + at, lesser_of(core.low, lanes_at(of.low + at)));
      put(of.high + at, greater_of(core.high, lanes_at(of.high + at)));
    }
  }
}

void join_blocks(const WccBlock* blocks, std::ptrdiff_t count, std::ptrdiff_t rows, std::ptrdiff_t stride,
                 double* contrasts, const WccMoments& of) {
  for (std::ptrdiff_t i = 0; i < stride; i += width) {
    const WccBlock& first = blocks[0];
    const Lanes origin = lanes_at(first.center + i),
                mean = lanes_at(first.rest + i) + lanes_at(first.mean + i);
    Lanes squares = lanes_at(first.squares + i), low = lanes_at(first.low + i),
          high = lanes_at(first.high + i), sum = {};
    for (std::ptrdiff_t k = 1; k < count; ++k) {
      const WccBlock& block = blocks[k];
      // From the first block's mean: of two near numbers the difference is exact.
      const Lanes from_first = (lanes_at(block.center + i) - origin) +
                               ((lanes_at(block.rest + i) + lanes_at(block.mean + i)) - mean);
      const auto before = static_cast<double>(k);
      const double weight = __builtin_sqrt(static_cast<double>(rows) * before / (before + 1));
      const Lanes contrast = (from_first - sum / before) * weight;
      put(contrasts + (k - 1) * stride + i, contrast);
      squares += lanes_at(block.squares + i) + contrast * contrast;
      low = lesser_of(lanes_at(block.low + i), low);
      high = greater_of(lanes_at(block.high + i), high);
      sum += from_first;
    }
    put(of.squares + i, squares);
    put(of.low + i, low);
    put(of.high + i, high);
  }
}

}  // namespace
}  // namespace facelex
