#include "rows.hpp"

#include "factor/block_sum.hpp"

namespace facelex {

namespace {

std::size_t whole_tiles(std::size_t rows) {
  return (rows + tile_lanes - 1) / tile_lanes * tile_lanes;
}

}  // namespace

NmfRows::NmfRows(const RowMatrix& v, const Eigen::MatrixXd& start, ThreadPool& pool, const Work& work)
    : pool_(pool),
      work_(work),
      block_(whole_tiles(block_of(static_cast<std::size_t>(v.rows())))),
      values_(v.rows(), v.cols()),
      factor_(v.rows(), padded_units(static_cast<int>(start.cols()))),
      pending_(Eigen::VectorXd::Ones(start.cols())),
      statistics_(start.cols(), v.cols()) {
  const auto rows = static_cast<std::size_t>(v.rows());
  parts_.assign((rows + block_ - 1) / block_, statistics_);
  violations_.resize(parts_.size());
  pool_.for_each_block(rows, block_, [&](std::size_t, std::size_t begin, std::size_t end) {
    values_.pack(v, static_cast<Eigen::Index>(begin), static_cast<Eigen::Index>(end - begin));
    factor_.pack(start, static_cast<Eigen::Index>(begin), static_cast<Eigen::Index>(end - begin));
  });
  squares_ = v.squaredNorm();
  go_through([](const double*, double*, Eigen::Index) { return 0.0; });
}

template <class Sweep>
void NmfRows::go_through(Sweep sweep) {
  const Eigen::Index units = factor_.columns(), components = pending_.size();
  const bool scaled = (pending_.array() != 1).any();
  pool_.for_each_block(static_cast<std::size_t>(values_.rows()), block_,
                       [&](std::size_t b, std::size_t begin, std::size_t end) {
                         work_.check_stop();
                         const auto tile = static_cast<Eigen::Index>(begin / tile_lanes);
                         const auto tiles = static_cast<Eigen::Index>(whole_tiles(end) / tile_lanes) - tile;
                         const double* const values = values_.tile(tile);
                         double* const factor = factor_.tile(tile);
                         if (scaled)
                           for (Eigen::Index t = 0; t < tiles; ++t)
                             for (Eigen::Index j = 0; j < components; ++j)
                               Eigen::Map<Eigen::Array<double, tile_lanes, 1>>(
                                   factor + (t * units + j) * tile_lanes) *= pending_[j];
                         violations_[b] = sweep(values, factor, tiles);
                         parts_[b].set_tiles(lane_kernels(), factor, factor, units, values, tiles);
                       });
  pending_.setOnes();
  statistics_ = parts_.front();
  for (std::size_t b = 1; b < parts_.size(); ++b) statistics_ += parts_[b];
}

void NmfRows::sweep(const RowMatrix& c, double penalty, int sweeps) {
  const LaneCoder coder(c, penalty, true);
  go_through([&](const double* values, double* factor, Eigen::Index tiles) {
    AlignedBuffer<double> scratch(coder.scratch_size());
    coder.sweep(values, factor, tiles, sweeps, scratch.data());
    return 0.0;
  });
}

double NmfRows::update_as_sklearn(const RowMatrix& c, double penalty) {
  const LaneCoder coder(c, penalty, true);
  go_through([&](const double* values, double* factor, Eigen::Index tiles) {
    AlignedBuffer<double> scratch(coder.scratch_size());
    return coder.sweep_with_violation(values, factor, tiles, scratch.data());
  });
  double violation = 0;
  for (const double part : violations_) violation += part;
  return violation;
}

void NmfRows::scale(const Eigen::VectorXd& factors) {
  pending_.array() *= factors.array();
  statistics_.scale(factors);
}

Eigen::MatrixXd NmfRows::factor() const {
  Eigen::MatrixXd all(factor_.rows(), pending_.size());
  factor_.unpack(0, factor_.rows(), all);
  return all * pending_.asDiagonal();
}

}  // namespace facelex
