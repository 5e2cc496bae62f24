#include "facelex/factor/nmf/stream.hpp"

#include <string>
#include <utility>
#include <vector>

#include "descent.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "factor/lasso/finite_samples.hpp"
#include "rows.hpp"

namespace facelex {

namespace {

/// At most 4096 rows from all over the blocks: every row, then every second, every fourth …
class RowSample {
 public:
  void add(const RowMatrix& block) {
    for (Eigen::Index i = 0; i < block.rows(); ++i, ++seen_) {
      if (seen_ % every_ != 0) continue;
      if (rows_.size() == max_rows) {
        for (std::size_t kept = 0; kept < max_rows / 2; ++kept) rows_[kept] = rows_[2 * kept];
        rows_.resize(max_rows / 2);
        every_ *= 2;
        if (seen_ % every_ != 0) continue;
      }
      rows_.emplace_back(block.row(i));
    }
  }

  RowMatrix rows() const {
    RowMatrix all(static_cast<Eigen::Index>(rows_.size()), rows_.front().size());
    for (std::size_t i = 0; i < rows_.size(); ++i) all.row(static_cast<Eigen::Index>(i)) = rows_[i];
    return all;
  }

 private:
  static constexpr std::size_t max_rows = 4096;
  std::vector<Eigen::RowVectorXd> rows_;
  std::int64_t seen_ = 0, every_ = 1;
};

/// R found anew in each update, block by block, and forgotten.
class NmfBlocks : public NmfRowFactor {
 public:
  /// Reads all blocks once.
  NmfBlocks(const SampleBlocks& blocks, Eigen::Index components, const Work& work)
      : blocks_(blocks), work_(work), pool_(work.threads), statistics_(components, 0) {
    RowMatrix block;
    if (!blocks_(0, block)) throw data_error({}, "there are no samples: the source has no block");
    const Eigen::Index columns = block.cols();
    statistics_ = CodeStatistics(components, columns);
    do {
      work_.check_stop();
      const std::string name = "block " + std::to_string(count_ + 1);
      if (block.rows() < 1) throw data_error({}, name + " has no samples");
      if (block.cols() != columns)
        throw data_error({}, name + " has " + std::to_string(block.cols()) + " columns, the first " +
                                 std::to_string(columns));
      require_non_negative(block, name + ", row");
      sample_.add(block);
      rows_ += block.rows();
      squares_ += block.squaredNorm();
    } while (blocks_(++count_, block));
  }

  RowMatrix sample() const { return sample_.rows(); }
  std::int64_t rows() const { return rows_; }

  void update(const RowMatrix& c, double penalty) override {
    constexpr int sweeps = 30;  // from zero, where rows in memory begin where they were
    statistics_ = CodeStatistics(c.rows(), c.cols());
    RowMatrix block;
    for (std::int64_t b = 0; b < count_; ++b) {
      work_.check_stop();
      if (!blocks_(b, block))
        throw data_error({}, "block " + std::to_string(b + 1) + " is missing: the first pass had " +
                                 std::to_string(count_));
      NmfRows rows(block, Eigen::MatrixXd::Zero(block.rows(), c.rows()), pool_, work_);
      rows.sweep(c, penalty, sweeps);
      statistics_ += rows.statistics();
    }
  }
  void scale(const Eigen::VectorXd& factors) override { statistics_.scale(factors); }
  const CodeStatistics& statistics() const override { return statistics_; }
  double squares() const override { return squares_; }

 private:
  const SampleBlocks& blocks_;
  const Work& work_;
  ThreadPool pool_;
  RowSample sample_;
  std::int64_t count_ = 0, rows_ = 0;
  CodeStatistics statistics_;
  double squares_ = 0;
};

}  // namespace

NmfStreamResult factorize_nmf_stream(const SampleBlocks& blocks, Eigen::Index components,
                                     const NmfOptions& options, const Work& work) {
  options.check();
  if (options.solver != NmfSolver::fast)
    throw option_error("nmf-solver", "a stream is factorised by the fast solver only");
  if (components < 1) throw option_error("components", std::to_string(components) + " is not ≥ 1");
  NmfBlocks rows(blocks, components, work);
  Work quiet = work;
  quiet.progress = nullptr;
  // scikit-learn's penalty of B grows with the rows; that of the start is for the sample's.
  NmfOptions of_sample = options;
  of_sample.max_iterations = 100;
  const RowMatrix sample = rows.sample();
  RowMatrix b = factorize_nmf(sample, components, of_sample, quiet).b;
  // What the sample had no use for, all rows may have.
  for (auto component : b.rowwise())
    if (component.sum() == 0) component = sample.colwise().mean();
  const NmfPenalties penalties(options, rows.rows(), b.cols(), false);
  NmfResult descended;
  NmfDescent(rows, b, penalties, options, work, descended).run_fast();
  return {std::move(b), std::move(descended.objective), rows.rows(), descended.iterations,
          descended.converged};
}

double nmf_row_penalty(const NmfOptions& options, Eigen::Index columns) {
  return NmfPenalties(options, 0, columns, false).rows;
}

}  // namespace facelex
