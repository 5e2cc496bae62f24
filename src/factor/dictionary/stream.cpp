#include "facelex/factor/dictionary/stream.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "code_statistics.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/random.hpp"
#include "facelex/core/text.hpp"
#include "facelex/factor/dictionary/learning.hpp"
#include "factor/lasso/finite_samples.hpp"
#include "factor/lasso/lanes/coder.hpp"
#include "factor/lasso/lanes/table.hpp"
#include "update.hpp"

namespace facelex {
namespace {

class DictionaryStream {
 public:
  DictionaryStream(const SampleBlocks& blocks, Eigen::Index atoms, const DictionaryStreamOptions& options,
                   const Work& work, const RowMatrix& start_atoms, const AtomConstraints& constraints)
      : blocks_(blocks),
        atoms_(atoms),
        options_(options),
        work_(work),
        start_atoms_(start_atoms),
        constraints_(constraints),
        pool_(work.threads),
        random_(static_cast<std::uint64_t>(options.seed)) {}

  DictionaryStreamResult run() {
    start();
    while (result_.epochs < options_.epochs && !result_.converged) run_epoch();
    code_all();
    result_.final_objective = objective();
    for (const CodeStatistics& share : shares_) result_.unconverged += share.unconverged;
    return std::move(result_);
  }

 private:
  void start() {
    if (!blocks_(0, block_)) throw data_error({}, "there are no samples: the source has no block");
    if (block_.rows() < atoms_)
      throw data_error({},
                       "the first block has " + std::to_string(block_.rows()) + " samples, too few for " +
                           std::to_string(atoms_) + " atoms",
                       "give larger blocks or ask for fewer atoms");
    dimensions_ = block_.cols();
    if (start_atoms_.rows() > 0) {
      if (start_atoms_.rows() != atoms_ || start_atoms_.cols() != dimensions_)
        throw usage_error("start atoms: " + std::to_string(start_atoms_.rows()) + " of " +
                          std::to_string(start_atoms_.cols()) + " values; " + std::to_string(atoms_) +
                          " of " + std::to_string(dimensions_) + " are needed");
      require_finite(start_atoms_, "start atom");
      constraints_.check(atoms_, dimensions_);
      result_.atoms = start_atoms_;
      for (auto atom : result_.atoms.rowwise()) atom /= std::max(atom.norm(), 1.0);
      constraints_.tie(result_.atoms);
      code_all();
      return;
    }
    if (constraints_.any()) throw usage_error("constraints of atoms need start atoms");
    DictionaryOptions first;
    first.alpha = options_.alpha;
    first.positive_codes = options_.positive_codes;
    first.max_sweeps = options_.max_sweeps;
    first.seed = options_.seed;
    first.max_iterations = 20;
    Work quiet = work_;
    quiet.progress = nullptr;
    result_.atoms = learn_dictionary(block_, atoms_, first, quiet).atoms;
  }

  /// Under the atoms as they are; the first time it counts the blocks.
  void code_all() {
    std::int64_t b = 0;
    for (; read(b); ++b) replace_share(b);
    block_count_ = b;
  }

  void run_epoch() {
    constexpr int passes = 5;
    std::int64_t b = 0;
    for (; read(b); ++b) {
      replace_share(b);
      const CodeStatistics all = start_atoms_.rows() > 0 ? total() : recent(b);
      for (const Eigen::Index k : update_atoms(all.products, all.samples, result_.atoms, constraints_))
        take_sample(k);
      for (int pass = 1; pass < passes; ++pass)
        update_atoms(all.products, all.samples, result_.atoms, constraints_);
      work_.report(++blocks_done_, block_count_ * options_.epochs);
    }
    block_count_ = b;
    result_.objective.push_back(objective());
    ++result_.epochs;
    if (result_.epochs == 1) return;
    const double now = result_.objective.back(), before = result_.objective[result_.objective.size() - 2];
    result_.converged = std::abs(before - now) < options_.tolerance * now;
  }

  bool read(std::int64_t b) {
    work_.check_stop();
    if (!blocks_(b, block_)) {
      if (b < block_count_)
        throw data_error({}, "block " + std::to_string(b + 1) + " is missing: the first epoch had " +
                                 std::to_string(block_count_));
      return false;
    }
    if (block_count_ > 0 && b == block_count_) return false;
    const std::string name = "block " + std::to_string(b + 1);
    if (block_.rows() < 1) throw data_error({}, name + " has no samples");
    if (block_.cols() != dimensions_)
      throw data_error({}, name + " has " + std::to_string(block_.cols()) + " columns, the first " +
                               std::to_string(dimensions_));
    require_finite(block_, name + ", sample");
    if (block_count_ == 0) {
      result_.samples += block_.rows();
      squared_norm_ += block_.squaredNorm();
      shares_.emplace_back(atoms_, dimensions_);
    }
    return true;
  }

  /// Codes the block from zero under the atoms; what it leaves behind takes the place of its old share.
  void replace_share(std::int64_t b) {
    constexpr std::size_t rows_at_once = 512;
    const LaneCoder coder(result_.atoms, options_.alpha, options_.positive_codes);
    const auto rows = static_cast<std::size_t>(block_.rows());
    std::vector<CodeStatistics> parts((rows + rows_at_once - 1) / rows_at_once,
                                      CodeStatistics(atoms_, dimensions_));
    pool_.for_each_block(rows, rows_at_once, [&](std::size_t i, std::size_t begin, std::size_t end) {
      const auto part =
          block_.middleRows(static_cast<Eigen::Index>(begin), static_cast<Eigen::Index>(end - begin));
      LaneTable samples(part.rows(), part.cols()), squared_norms(part.rows(), 1),
          codes(part.rows(), coder.units());
      samples.pack(part, 0, part.rows());
      squared_norms.pack(part.rowwise().squaredNorm(), 0, part.rows());
      AlignedBuffer<double> scratch(coder.scratch_size());
      parts[i].unconverged = coder.code(samples.tile(0), squared_norms.tile(0), codes.tile(0),
                                        samples.tiles(), options_.max_sweeps, scratch.data());
      parts[i].set_tiles(lane_kernels(), codes.tile(0), codes.tile(0), coder.units(), samples.tile(0),
                         samples.tiles());
    });
    CodeStatistics& share = shares_[static_cast<std::size_t>(b)];
    share = std::move(parts.front());
    for (std::size_t i = 1; i < parts.size(); ++i) share += parts[i];
  }

  /// Summed anew each time: a sum that shares are added to and taken from would gather rounding.
  CodeStatistics total() const {
    CodeStatistics sum(atoms_, dimensions_);
    for (const CodeStatistics& share : shares_) sum += share;
    return sum;
  }

  /// The shares, faded with the blocks since they were coded: old ones hold the atoms back. What is
  /// remembered grows from a twentieth of the blocks by a tenth an epoch, so that the atoms come to rest.
  CodeStatistics recent(std::int64_t current) const {
    const auto count = static_cast<std::int64_t>(shares_.size());
    const double memory = 0.05 * std::pow(1.1, result_.epochs) * static_cast<double>(count);
    CodeStatistics sum(atoms_, dimensions_);
    for (std::int64_t b = 0; b < count; ++b) {
      const double weight = std::exp(-static_cast<double>((current - b + count) % count) / memory);
      const CodeStatistics& share = shares_[static_cast<std::size_t>(b)];
      sum.products += weight * share.products;
      sum.samples += weight * share.samples;
    }
    return sum;
  }

  double objective() const {
    return total().objective(squared_norm_, result_.atoms, options_.alpha) +
           constraints_.penalty(result_.atoms);
  }

  void take_sample(Eigen::Index k) {
    auto atom = result_.atoms.row(k);
    atom = block_.row(static_cast<Eigen::Index>(random_.below(static_cast<std::uint64_t>(block_.rows()))));
    atom /= std::max(atom.norm(), 1.0);
    constraints_.tie(k, result_.atoms);
    for (CodeStatistics& share : shares_) share.forget(k);
    ++result_.resampled;
  }

  const SampleBlocks& blocks_;
  const Eigen::Index atoms_;
  const DictionaryStreamOptions& options_;
  const Work& work_;
  const RowMatrix& start_atoms_;
  const AtomConstraints& constraints_;
  ThreadPool pool_;
  Random random_;
  RowMatrix block_;
  Eigen::Index dimensions_ = 0;
  std::int64_t block_count_ = 0, blocks_done_ = 0;  ///< the first: 0 until the first epoch is over
  double squared_norm_ = 0;
  std::vector<CodeStatistics> shares_;  ///< of each block, from the codes that it had last
  DictionaryStreamResult result_;
};

}  // namespace

void DictionaryStreamOptions::describe(OptionList& options) {
  options
      .number("alpha", alpha, Bounds::above(0),
              "sparsity penalty of ½‖X−ZW‖² + alpha‖Z‖₁, in the unit of the scaled signal (paper 000: λ/2)")
      .number("tolerance", tolerance, Bounds::at_least(0),
              "learning ends when an epoch lowers the objective by less than this share of it")
      .integer("epochs", epochs, Bounds::at_least(1), "max passes over the data")
      .flag("positive-codes", positive_codes, "only codes ≥ 0")
      .integer("max-sweeps", max_sweeps, Bounds::at_least(1), "max sweeps over the atoms for a sample")
      .integer("seed", seed, Bounds::at_least(0), "seed of the random numbers");
}

void DictionaryStreamOptions::check() const {
  check_bounds(*this);
}

DictionaryStreamResult learn_dictionary_stream(const SampleBlocks& blocks, Eigen::Index atoms,
                                               const DictionaryStreamOptions& options, const Work& work,
                                               const RowMatrix& start_atoms,
                                               const AtomConstraints& constraints) {
  options.check();
  if (atoms < 1) throw option_error("atoms", std::to_string(atoms) + " is not ≥ 1");
  return DictionaryStream(blocks, atoms, options, work, start_atoms, constraints).run();
}

}  // namespace facelex
