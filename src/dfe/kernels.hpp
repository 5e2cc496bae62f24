#pragma once

#include <cstddef>

namespace facelex {

/// Frames that are computed side by side: a value of sixteen frames lies together, so that a vector
/// instruction does the same for several frames and no sum ever runs across lanes.
constexpr int dfe_lanes = 16;
/// Rows of a weight matrix that lie together; widths are filled up with zeros to a multiple of it.
constexpr int dfe_panel = 8;

/// y = W·x + b for columns of sixteen lanes.
struct DfeLinear {
  const float* weights = nullptr;   ///< panels × K × 8: for each k the weights of eight rows
  std::ptrdiff_t panel_stride = 0;  ///< floats from one panel to the next; 8·K when all of it is used
  const float* bias = nullptr;      ///< panels × 8; nullptr: zeros
  int panels = 0;
  int inputs = 0;  ///< K
  bool relu = false;
};

/// The kernels of the forward pass for one kind of processor. A column is a token of sixteen frames: features
/// × 16 floats, 64-byte aligned. What they give for a lane depends on that lane alone, to the last bit;
/// another kind of processor may round otherwise.
struct DfeKernels {
  const char* name;

  /// out = W·in + b + add for `columns` columns; strides in floats from one column to the next. add: nullptr,
  /// or columns as out has them, perhaps out itself.
  void (*linear)(const DfeLinear& map, const float* in, std::ptrdiff_t in_stride, const float* add,
                 float* out, std::ptrdiff_t out_stride, int columns);
  /// In place (x − mean) / √(variance + 1e-5) · weight + bias over the features of each column.
  void (*normalize)(float* x, std::ptrdiff_t stride, int features, const float* weight, const float* bias,
                    int columns);
  /// Attention among the `tokens` columns of sixteen frames. qkv: columns of 3·heads·size features, queries
  /// scaled already; out: columns of heads·size; scores: scratch of tokens × 16.
  void (*attend)(const float* qkv, std::ptrdiff_t stride, float* out, std::ptrdiff_t out_stride, int tokens,
                 int heads, int size, float* scores);
  /// out(k, lane) = ‖residual(lane) − e_k‖². codebook: panels × Z × 8; residual: Z × 16; out: 8·panels × 16.
  void (*distances)(const float* codebook, int panels, int size, const float* residual, float* out);
};

/// Those of chosen_kernel_kind() (simd/kernel_choice.hpp).
const DfeKernels& dfe_kernels();
/// "avx512", "avx2" or "portable"; nullptr when this processor or this build lacks it.
const DfeKernels* dfe_kernels(const char* name);

extern const DfeKernels dfe_kernels_avx512, dfe_kernels_avx2, dfe_kernels_portable;

}  // namespace facelex
