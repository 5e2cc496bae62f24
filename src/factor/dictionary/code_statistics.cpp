#include "code_statistics.hpp"

namespace facelex {

template <class Number>
void CodeStatistics::set_tiles(const LaneKernelsFor<Number>& kernels, const Number* weighted,
                               const Number* codes, Eigen::Index units, const Number* values,
                               Eigen::Index tiles) {
  const auto atoms = static_cast<int>(products.rows()), columns = static_cast<int>(samples.cols()),
             width = static_cast<int>(units);
  RowMatrix padded(atoms, units);
  kernels.multiply(weighted, width, atoms, codes, width, tiles, padded.data());
  products = padded.leftCols(atoms);
  kernels.multiply(weighted, width, atoms, values, columns, tiles, samples.data());
  Eigen::Array<double, tile_lanes, Eigen::Dynamic> sums = Eigen::ArrayXXd::Zero(tile_lanes, units);
  for (Eigen::Index t = 0; t < tiles; ++t)
    sums += Eigen::Map<const Eigen::Array<Number, tile_lanes, Eigen::Dynamic>>(
                weighted + t * units * tile_lanes, tile_lanes, units)
                .abs()
                .template cast<double>();
  l1 = sums.leftCols(atoms).colwise().sum();
}

template void CodeStatistics::set_tiles(const LaneKernelsFor<double>&, const double*, const double*,
                                        Eigen::Index, const double*, Eigen::Index);
template void CodeStatistics::set_tiles(const LaneKernelsFor<float>&, const float*, const float*,
                                        Eigen::Index, const float*, Eigen::Index);

}  // namespace facelex
