#pragma once

#include <cstddef>
#include <cstdint>

namespace facelex {

/// Samples in a tile. Tables of samples lie as tile × column × lane: the values of sixteen samples in
/// one column side by side, so that a vector instruction does the same for several samples. The last tile's
/// lanes after the last sample hold zeros.
constexpr int tile_lanes = 16;

/// What coding needs of a dictionary, in double or float. Behind the atoms stand zeros up to a number of
/// units that has a kernel.
template <class Number>
struct LaneDictionaryFor {
  int units = 0;                         ///< from padded_units()
  int columns = 0;                       ///< D
  const Number* atoms = nullptr;         ///< D×units: the values of all atoms in a column side by side
  const Number* gram = nullptr;          ///< units×units, G = WWᵀ
  const Number* inverse_norm = nullptr;  ///< units, 1 / G_kk, and 0 where G_kk is 0
  double alpha = 0;
  bool positive = false;
};

/// The kernels of coordinate descent for one kind of processor. What they do for a sample depends on that
/// sample alone, to the last bit; another kind of processor may round otherwise.
template <class Number>
struct LaneKernelsFor {
  const char* name;

  /// Codes tiles of samples (tiles × columns × 16) from the codes they have (tiles × units × 16), sample by
  /// sample until scikit-learn's stopping rule is met, at most max_sweeps. squared_norms: tiles × 16, ‖x‖².
  /// scratch: 2 × units × 16. Returns how many samples met max_sweeps first.
  std::int64_t (*code)(const LaneDictionaryFor<Number>& dictionary, const Number* samples,
                       const Number* squared_norms, Number* codes, std::ptrdiff_t tiles, int max_sweeps,
                       Number* scratch);
  /// The same, for exactly `sweeps` sweeps.
  void (*sweep)(const LaneDictionaryFor<Number>& dictionary, const Number* samples, Number* codes,
                std::ptrdiff_t tiles, int sweeps, Number* scratch);
  /// One sweep of positive codes, as a factor of NMF is updated. Returns Σ|projected gradient| as each
  /// coordinate is met: scikit-learn's violation.
  double (*sweep_with_violation)(const LaneDictionaryFor<Number>& dictionary, const Number* samples,
                                 Number* codes, std::ptrdiff_t tiles, Number* scratch);
  /// sums(i, j) = Σ over samples of left_i·right_j for i < rows, j < columns; a row of sums every `columns`
  /// numbers. left: tiles × left_columns × 16, right: tiles × columns × 16.
  void (*multiply)(const Number* left, int left_columns, int rows, const Number* right, int columns,
                   std::ptrdiff_t tiles, double* sums);
};

using LaneKernels = LaneKernelsFor<double>;

/// How many units the kernels take in the stead of so many atoms.
int padded_units(int atoms);

/// Those of chosen_kernel_kind() (simd/kernel_choice.hpp).
template <class Number = double>
const LaneKernelsFor<Number>& lane_kernels();
/// "avx512", "avx2" or "portable"; nullptr when this processor or this build lacks it.
template <class Number = double>
const LaneKernelsFor<Number>* lane_kernels(const char* name);

}  // namespace facelex
