#include "code_statistics.hpp"

#include "lane_kernels.hpp"

namespace facelex {

void CodeStatistics::set_tiles(const double* weighted, const double* codes, Eigen::Index units,
                               const double* values, Eigen::Index tiles) {
  const LaneKernels& kernels = lane_kernels();
  const auto atoms = static_cast<int>(products.rows()), columns = static_cast<int>(samples.cols()),
             width = static_cast<int>(units);
  RowMatrix padded(atoms, units);
  kernels.multiply(weighted, width, atoms, codes, width, tiles, padded.data());
  products = padded.leftCols(atoms);
  kernels.multiply(weighted, width, atoms, values, columns, tiles, samples.data());
  Eigen::Array<double, tile_lanes, Eigen::Dynamic> sums = Eigen::ArrayXXd::Zero(tile_lanes, units);
  for (Eigen::Index t = 0; t < tiles; ++t)
    sums += Eigen::Map<const Eigen::ArrayXXd>(weighted + t * units * tile_lanes, tile_lanes, units).abs();
  l1 = sums.leftCols(atoms).colwise().sum();
}

}  // namespace facelex
