#include "facelex/factor/nmf_stream.hpp"

#include <string>
#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "finite_samples.hpp"
#include "nmf_descent.hpp"
#include "nmf_rows.hpp"

namespace facelex {

namespace {

/// R found anew in each update, block by block, and forgotten.
class NmfBlocks : public NmfRowFactor {
 public:
  /// Reads all blocks once.
  NmfBlocks(const SampleBlocks& blocks, Eigen::Index components, const Work& work)
      : blocks_(blocks), work_(work), pool_(work.threads), statistics_(components, 0) {
    if (!blocks_(0, first_block_)) throw data_error({}, "there are no samples: the source has no block");
    statistics_ = CodeStatistics(components, first_block_.cols());
    RowMatrix block = first_block_;
    do {
      work_.check_stop();
      const std::string name = "block " + std::to_string(count_ + 1);
      if (block.rows() < 1) throw data_error({}, name + " has no samples");
      if (block.cols() != first_block_.cols())
        throw data_error({}, name + " has " + std::to_string(block.cols()) + " columns, the first " +
                                 std::to_string(first_block_.cols()));
      require_non_negative(block, name + ", row");
      rows_ += block.rows();
      squares_ += block.squaredNorm();
    } while (blocks_(++count_, block));
  }

  const RowMatrix& first_block() const { return first_block_; }
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
  RowMatrix first_block_;
  std::int64_t count_ = 0, rows_ = 0;
  CodeStatistics statistics_;
  double squares_ = 0;
};

}  // namespace

NmfStreamResult factorize_nmf_stream(const SampleBlocks& blocks, Eigen::Index components,
                                     const NmfOptions& options, const Work& work) {
  options.check();
  if (options.solver != NmfSolver::fast)
    throw usage_error("nmf-solver: a stream is factorised by the fast solver only");
  if (components < 1) throw usage_error("components: " + std::to_string(components) + " is not ≥ 1");
  NmfBlocks rows(blocks, components, work);
  Work quiet = work;
  quiet.progress = nullptr;
  NmfOptions of_first = options;
  of_first.max_iterations = 20;
  // scikit-learn's penalty of B grows with the rows; that of the first block's start is for its own.
  RowMatrix b = factorize_nmf(rows.first_block(), components, of_first, quiet).b;
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
