#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "facelex/core/matrix.hpp"
#include "lane_buffer.hpp"
#include "lane_kernels.hpp"

namespace facelex {

/// A dictionary as the kernels take it. Safe to use from several threads, each with a scratch of its own.
class LaneCoder {
 public:
  /// atoms: K×D.
  LaneCoder(const RowMatrix& atoms, double alpha, bool positive, const LaneKernels& kernels = lane_kernels());

  int units() const { return dictionary_.units; }
  /// Numbers of scratch that a thread needs.
  std::size_t scratch_size() const { return std::size_t{2 * tile_lanes} * static_cast<std::size_t>(units()); }

  /// As those of LaneKernels.
  std::int64_t code(const double* samples, const double* squared_norms, double* codes, std::ptrdiff_t tiles,
                    int max_sweeps, double* scratch) const {
    return kernels_.code(dictionary_, samples, squared_norms, codes, tiles, max_sweeps, scratch);
  }
  void sweep(const double* samples, double* codes, std::ptrdiff_t tiles, int sweeps, double* scratch) const {
    kernels_.sweep(dictionary_, samples, codes, tiles, sweeps, scratch);
  }
  double sweep_with_violation(const double* samples, double* codes, std::ptrdiff_t tiles,
                              double* scratch) const {
    return kernels_.sweep_with_violation(dictionary_, samples, codes, tiles, scratch);
  }

 private:
  const LaneKernels& kernels_;
  LaneBuffer<double> atoms_, gram_, inverse_norm_;
  LaneDictionary dictionary_;
};

}  // namespace facelex
