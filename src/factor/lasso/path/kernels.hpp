#pragma once

#include <cstddef>

namespace facelex {

/// Columns of the tableau and of the atoms are filled up with zeros to a multiple of it.
constexpr int path_lanes = 8;
constexpr int path_stride(int units) {
  return (units + path_lanes - 1) / path_lanes * path_lanes;
}

/// What PathTableau, which says how the path is walked, keeps of a sample. Arrays begin at multiples of 64
/// bytes; but for the tables they are `stride` long, and hold zeros after the units.
struct PathState {
  int units = 0, stride = 0;  ///< K, and path_stride(K)
  bool positive = false;
  const double* gram = nullptr;       ///< K columns
  const double* min_pivot = nullptr;  ///< with a pivot below this the unit depends on the active ones
  /// K + 2 columns: −G⁻¹ of the active units and Schur complements of the others, a, b.
  double* table = nullptr;
  const double* columns = nullptr;  ///< the first K of them: the Gram matrix before the first pivot
  double* sign = nullptr;           ///< of the code; 0: not active
  double* open = nullptr;           ///< 0: depends on the active units and cannot enter; else 1
  double* events = nullptr;         ///< the α at which a unit comes or goes next; 0: none
  double* before = nullptr;         ///< scratch
  double alpha = 0, end = 0;        ///< where the segment begins and ends
  double floor = 0;                 ///< the path ends at an α not above this: what is left is rounding
  int active = 0, next = 0, pivots_here = 0;
  double projected = 0, projected_signs = 0, signs = 0;  ///< qᵀG⁻¹q, qᵀG⁻¹s, sᵀG⁻¹s of the active units

  double* a() const { return table + static_cast<std::ptrdiff_t>(units) * stride; }
  double* b() const { return a() + stride; }
};

/// Events closer than this share of α are one point of the path.
constexpr double same_path_alpha = 1e-12;

/// The kernels of lasso paths for one kind of processor. What they do for a sample depends on that sample and
/// the atoms alone, to the last bit; another kind of processor may round otherwise.
struct PathKernels {
  const char* name;

  /// q = Wx. atoms: D columns; sample: D; projection: stride.
  void (*project)(const double* atoms, int stride, std::ptrdiff_t dimensions, const double* sample,
                  double* projection);
  /// To the first segment of the path of projection, K.
  void (*start)(PathState& state, const double* projection);
  /// To the next. Requires end > 0.
  void (*pivot)(PathState& state);
};

extern const PathKernels path_kernels_avx512, path_kernels_avx2, path_kernels_portable;

/// Those of chosen_kernel_kind() (simd/kernel_choice.hpp).
const PathKernels& path_kernels();
/// "avx512", "avx2" or "portable"; nullptr when this processor or this build lacks it.
const PathKernels* path_kernels(const char* name);

}  // namespace facelex
