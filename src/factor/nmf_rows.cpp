#include "nmf_rows.hpp"

#include <algorithm>

#include "block_sum.hpp"

namespace facelex {

namespace {

void add_statistics(const Eigen::MatrixXd& values, const Eigen::MatrixXd& factor, NmfStatistics& sums) {
  sums.products.noalias() += factor.transpose() * factor;
  sums.values.noalias() += values.transpose() * factor;
  sums.l1 += factor.colwise().sum().transpose();
}

}  // namespace

double sweep_nmf_factor(Eigen::Ref<Eigen::MatrixXd> factor, const Eigen::MatrixXd& gram,
                        const Eigen::MatrixXd& target) {
  double violation = 0;
  Eigen::VectorXd gradient(factor.rows());
  for (Eigen::Index j = 0; j < factor.cols(); ++j) {
    gradient = -target.col(j);
    gradient.noalias() += factor * gram.col(j);
    auto column = factor.col(j).array();
    for (Eigen::Index i = 0; i < column.size(); ++i)
      violation += column[i] == 0 ? std::max(0.0, -gradient[i]) : std::abs(gradient[i]);
    if (gram(j, j) > 0) column = (column - gradient.array() / gram(j, j)).max(0);
  }
  return violation;
}

NmfRows::NmfRows(const RowMatrix& v, const Eigen::MatrixXd& start)
    : rows_(v.rows()),
      columns_(v.cols()),
      components_(start.cols()),
      scale_(Eigen::VectorXd::Ones(start.cols())) {
  const auto block = static_cast<Eigen::Index>(block_of(static_cast<std::size_t>(rows_)));
  for (Eigen::Index first = 0; first < rows_; first += block) {
    const Eigen::Index rows = std::min(block, rows_ - first);
    blocks_.push_back({v.middleRows(first, rows), start.middleRows(first, rows)});
    squares_ += blocks_.back().values.squaredNorm();
  }
}

std::size_t NmfRows::index_of(Eigen::Index first) const {
  return static_cast<std::size_t>(first) / block_of(static_cast<std::size_t>(rows_));
}

NmfStatistics NmfRows::update(const Eigen::MatrixXd& columns, double penalty, int sweeps, ThreadPool& pool,
                              const Work& work) {
  const Eigen::MatrixXd gram = columns.transpose() * columns;
  const Eigen::VectorXd scale = scale_;
  scale_.setOnes();
  return sum_over_blocks(pool, work, static_cast<std::size_t>(rows_), NmfStatistics(columns_, components_),
                         [&](Eigen::Index first, Eigen::Index, NmfStatistics& sums) {
                           Block& block = blocks_[index_of(first)];
                           block.factor.array().rowwise() *= scale.transpose().array();
                           const Eigen::MatrixXd target =
                               ((block.values * columns).array() - penalty).matrix();
                           for (int i = 0; i < sweeps; ++i)
                             sums.violation += sweep_nmf_factor(block.factor, gram, target);
                           add_statistics(block.values, block.factor, sums);
                         });
}

NmfStatistics NmfRows::statistics(ThreadPool& pool, const Work& work) const {
  return sum_over_blocks(pool, work, static_cast<std::size_t>(rows_), NmfStatistics(columns_, components_),
                         [&](Eigen::Index first, Eigen::Index, NmfStatistics& sums) {
                           const Block& block = blocks_[index_of(first)];
                           add_statistics(block.values, block.factor * scale_.asDiagonal(), sums);
                         });
}

void NmfRows::scale(const Eigen::VectorXd& factors) {
  scale_.array() *= factors.array();
}

Eigen::MatrixXd NmfRows::factor() const {
  Eigen::MatrixXd all(rows_, components_);
  Eigen::Index first = 0;
  for (const Block& block : blocks_) {
    all.middleRows(first, block.factor.rows()) = block.factor * scale_.asDiagonal();
    first += block.factor.rows();
  }
  return all;
}

}  // namespace facelex
