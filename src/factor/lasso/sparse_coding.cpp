#include "facelex/factor/lasso/sparse_coding.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/text.hpp"
#include "factor/lasso/lanes/coder.hpp"
#include "factor/lasso/lanes/table.hpp"
#include "finite_samples.hpp"
#include "sample.hpp"

namespace facelex {

void LassoOptions::describe(OptionList& options) {
  options
      .number("alpha", alpha, Bounds::above(0),
              "sparsity penalty of ½‖x−Wz‖² + alpha‖z‖₁, in the unit of the scaled signal (paper 000: λ/2)")
      .choice("solver", solver, {{"exact", LassoSolver::exact}, {"sklearn", LassoSolver::sklearn}},
              "where coding stops: at the optimum, or where scikit-learn's lasso_cd stops")
      .flag("positive", positive, "only codes ≥ 0")
      .integer("max-sweeps", max_sweeps, Bounds::at_least(1), "max sweeps over the atoms for a sample");
}

void LassoOptions::check() const {
  check_bounds(*this);
}

struct SparseCoder::State {
  LassoOptions options;
  Eigen::MatrixXd atoms;  ///< K×D, column-major: what one coordinate of the sample adds to all projections
  Eigen::MatrixXd gram;   ///< K×K
  LaneCoder lanes;

  /// Exact codes of one sample from the start in sample.code. False when max_sweeps came first.
  bool finish(LassoSample& sample, const Eigen::Ref<const Eigen::RowVectorXd>& x) const {
    // In one fixed order of d, whatever the row's place in memory: codes are the same bytes in any blocking.
    sample.projection.setZero();
    for (Eigen::Index d = 0; d < x.size(); ++d)
      if (x[d] != 0) sample.projection += x[d] * atoms.col(d);
    return sample.solve();
  }
};

SparseCoder::SparseCoder(const RowMatrix& atoms, const LassoOptions& options) {
  options.check();
  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(atoms.rows(), atoms.rows());
  for (Eigen::Index d = 0; d < atoms.cols(); ++d) gram.noalias() += atoms.col(d) * atoms.col(d).transpose();
  state_.reset(new State{options, atoms, std::move(gram), LaneCoder(atoms, options.alpha, options.positive)});
}

SparseCoder::~SparseCoder() = default;
SparseCoder::SparseCoder(SparseCoder&&) noexcept = default;
SparseCoder& SparseCoder::operator=(SparseCoder&&) noexcept = default;

Eigen::Index SparseCoder::atoms() const {
  return state_->atoms.rows();
}

Eigen::Index SparseCoder::dimensions() const {
  return state_->atoms.cols();
}

std::int64_t SparseCoder::encode(const Eigen::Ref<const RowMatrix>& samples,
                                 Eigen::Ref<RowMatrix> codes) const {
  const State& s = *state_;
  constexpr Eigen::Index rows_at_once = 256;  // in the second-level cache
  std::int64_t unconverged = 0;
  AlignedBuffer<double> scratch(s.lanes.scratch_size());
  LassoSample sample(s.gram, s.options);
  for (Eigen::Index first = 0; first < samples.rows(); first += rows_at_once) {
    const Eigen::Index count = std::min(rows_at_once, samples.rows() - first);
    const auto block = samples.middleRows(first, count);
    auto block_codes = codes.middleRows(first, count);
    LaneTable tiles(count, samples.cols()), squared_norms(count, 1), coded(count, s.lanes.units());
    tiles.pack(block, 0, count);
    squared_norms.pack(block.rowwise().squaredNorm(), 0, count);
    coded.pack(block_codes, 0, count);
    const std::int64_t missed = s.lanes.code(tiles.tile(0), squared_norms.tile(0), coded.tile(0),
                                             tiles.tiles(), s.options.max_sweeps, scratch.data());
    coded.unpack(0, count, block_codes);
    if (s.options.solver == LassoSolver::sklearn) {
      unconverged += missed;
      continue;
    }
    for (Eigen::Index t = 0; t < count; ++t) {
      sample.code = block_codes.row(t).transpose();
      if (!s.finish(sample, block.row(t))) ++unconverged;
      block_codes.row(t) = sample.code.transpose();
    }
  }
  return unconverged;
}

SparseCodes sparse_encode(const RowMatrix& samples, const RowMatrix& atoms, const LassoOptions& options,
                          const Work& work) {
  if (samples.cols() != atoms.cols())
    throw data_error({}, "samples have " + std::to_string(samples.cols()) + " columns, atoms " +
                             std::to_string(atoms.cols()));
  require_finite(samples, "sample");
  require_finite(atoms, "atom");
  const SparseCoder coder(atoms, options);
  SparseCodes result{RowMatrix::Zero(samples.rows(), atoms.rows()), 0};
  constexpr std::size_t block = 256;
  const auto rows = static_cast<std::size_t>(samples.rows());
  std::vector<std::int64_t> unconverged((rows + block - 1) / block);
  ThreadPool pool(work.threads);
  pool.for_each_block(rows, block, [&](std::size_t b, std::size_t begin, std::size_t end) {
    work.check_stop();
    const auto first = static_cast<Eigen::Index>(begin), count = static_cast<Eigen::Index>(end - begin);
    unconverged[b] = coder.encode(samples.middleRows(first, count), result.codes.middleRows(first, count));
  });
  for (const auto count : unconverged) result.unconverged += count;
  return result;
}

double lasso_objective(const RowMatrix& samples, const RowMatrix& atoms, const RowMatrix& codes,
                       double alpha) {
  return 0.5 * (samples - codes * atoms).squaredNorm() + alpha * codes.cwiseAbs().sum();
}

}  // namespace facelex
