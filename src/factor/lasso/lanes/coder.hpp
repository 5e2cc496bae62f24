#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "facelex/core/matrix.hpp"
#include "facelex/simd/aligned_buffer.hpp"
#include "kernels.hpp"

namespace facelex {

/// A dictionary as the kernels take it. Safe to use from several threads, each with a scratch of its own.
template <class Number>
class LaneCoderFor {
 public:
  /// atoms: K×D.
  LaneCoderFor(const RowMatrix& atoms, double alpha, bool positive,
               const LaneKernelsFor<Number>& kernels = lane_kernels<Number>());

  int units() const { return dictionary_.units; }
  /// Numbers of scratch that a thread needs.
  std::size_t scratch_size() const { return std::size_t{2 * tile_lanes} * static_cast<std::size_t>(units()); }

  /// As those of LaneKernels.
  std::int64_t code(const Number* samples, const Number* squared_norms, Number* codes, std::ptrdiff_t tiles,
                    int max_sweeps, Number* scratch) const {
    return kernels_.code(dictionary_, samples, squared_norms, codes, tiles, max_sweeps, scratch);
  }
  void sweep(const Number* samples, Number* codes, std::ptrdiff_t tiles, int sweeps, Number* scratch) const {
    kernels_.sweep(dictionary_, samples, codes, tiles, sweeps, scratch);
  }
  double sweep_with_violation(const Number* samples, Number* codes, std::ptrdiff_t tiles,
                              Number* scratch) const {
    return kernels_.sweep_with_violation(dictionary_, samples, codes, tiles, scratch);
  }

 private:
  const LaneKernelsFor<Number>& kernels_;
  AlignedBuffer<Number> atoms_, gram_, inverse_norm_;
  LaneDictionaryFor<Number> dictionary_;
};

using LaneCoder = LaneCoderFor<double>;

}  // namespace facelex
