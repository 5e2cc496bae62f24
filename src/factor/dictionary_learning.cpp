#include "facelex/factor/dictionary_learning.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "block_sum.hpp"
#include "dictionary_update.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "facelex/core/text.hpp"
#include "facelex/factor/sparse_coding.hpp"
#include "finite_samples.hpp"

namespace facelex {
namespace {

/// What the codes of one iteration leave behind for the update and the objective.
struct CodeStatistics {
  Eigen::MatrixXd products;  ///< K×K, A = ZᵀZ
  RowMatrix samples;         ///< K×D, B = ZᵀX
  Eigen::VectorXd l1;        ///< K, ‖Z‖₁ of each atom
  std::int64_t unconverged = 0;

  CodeStatistics(Eigen::Index atoms, Eigen::Index dimensions)
      : products(Eigen::MatrixXd::Zero(atoms, atoms)),
        samples(RowMatrix::Zero(atoms, dimensions)),
        l1(Eigen::VectorXd::Zero(atoms)) {}

  CodeStatistics& operator+=(const CodeStatistics& other) {
    products += other.products;
    samples += other.samples;
    l1 += other.l1;
    unconverged += other.unconverged;
    return *this;
  }

  /// Most codes are zero, and cost nothing here.
  void add(const Eigen::Ref<const RowMatrix>& x, const Eigen::Ref<const RowMatrix>& codes) {
    for (Eigen::Index t = 0; t < codes.rows(); ++t) {
      for (Eigen::Index k = 0; k < codes.cols(); ++k) {
        const double z = codes(t, k);
        if (z == 0) continue;
        products.col(k) += z * codes.row(t).transpose();
        samples.row(k) += z * x.row(t);
        l1[k] += std::abs(z);
      }
    }
  }

  /// As if no sample had used the atom.
  void forget(Eigen::Index atom) {
    products.row(atom).setZero();
    products.col(atom).setZero();
    samples.row(atom).setZero();
    l1[atom] = 0;
  }
};

class Learner {
 public:
  Learner(const RowMatrix& samples, Eigen::Index atoms, const DictionaryOptions& options, const Work& work)
      : x_(samples),
        options_(options),
        work_(work),
        pool_(work.threads),
        random_(static_cast<std::uint64_t>(options.seed)) {
    result_.atoms = RowMatrix::Zero(atoms, samples.cols());
    result_.codes = RowMatrix::Zero(samples.rows(), atoms);
  }

  DictionaryResult run() {
    start();
    for (int i = 0; i < options_.max_iterations && !result_.converged; ++i) {
      work_.check_stop();
      CodeStatistics statistics = code();
      result_.unconverged = statistics.unconverged;
      update(statistics);
      result_.objective.push_back(objective(statistics));
      result_.iterations = i + 1;
      if (i > 0) {
        const double now = result_.objective.back(), before = result_.objective[result_.objective.size() - 2];
        result_.converged = before - now < options_.tolerance * now;
      }
      work_.report(i + 1, options_.max_iterations);
    }
    return std::move(result_);
  }

 private:
  std::size_t samples() const { return static_cast<std::size_t>(x_.rows()); }

  // X = U·S·Vᵀ by the eigenvectors of XᵀX; the codes start at U. Of each column of U the entry of largest
  // |value|, the first of equals, is made positive, as svd_flip does.
  void start() {
    const Eigen::Index dimensions = x_.cols();
    const Eigen::MatrixXd none = Eigen::MatrixXd::Zero(dimensions, dimensions);
    const Eigen::MatrixXd gram = sum_over_blocks(
        pool_, work_, samples(), none, [&](Eigen::Index first, Eigen::Index n, Eigen::MatrixXd& sum) {
          const auto block = x_.middleRows(first, n);
          sum.noalias() = block.transpose() * block;
        });
    squared_norm_ = gram.trace();
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(gram);
    const double largest = std::sqrt(std::max(0.0, eigen.eigenvalues()[dimensions - 1]));
    // Below this the square root holds rounding only: the rank ends, and such atoms start at zero.
    const double least = largest * std::sqrt(std::numeric_limits<double>::epsilon() *
                                             static_cast<double>(std::max(x_.rows(), dimensions)));
    const Eigen::Index rank = std::min({result_.atoms.rows(), dimensions, x_.rows()});
    for (Eigen::Index k = 0; k < rank; ++k) {
      const Eigen::Index from = dimensions - 1 - k;  // Eigen's are in rising order
      const double singular = std::sqrt(std::max(0.0, eigen.eigenvalues()[from]));
      if (singular <= least) break;
      const Eigen::VectorXd direction = eigen.eigenvectors().col(from);
      Eigen::VectorXd u(x_.rows());
      for (Eigen::Index t = 0; t < x_.rows(); ++t) u[t] = x_.row(t).dot(direction) / singular;
      Eigen::Index peak = 0;
      u.cwiseAbs().maxCoeff(&peak);
      const double sign = u[peak] < 0 ? -1 : 1;
      result_.codes.col(k) = sign * u;
      result_.atoms.row(k) = sign * singular * direction.transpose();
    }
    // Coordinate descent with positive codes never meets a negative one but in this start; scikit-learn
    // leaves it to the first sweep, and so do we.
  }

  CodeStatistics code() {
    const SparseCoder coder(
        result_.atoms, {options_.alpha, LassoSolver::sklearn, options_.positive_codes, options_.max_sweeps});
    return sum_over_blocks(pool_, work_, samples(), CodeStatistics(result_.atoms.rows(), x_.cols()),
                           [&](Eigen::Index first, Eigen::Index n, CodeStatistics& sum) {
                             const auto block = x_.middleRows(first, n);
                             auto codes = result_.codes.middleRows(first, n);
                             sum.unconverged = coder.encode(block, codes);
                             sum.add(block, codes);
                           });
  }

  void update(CodeStatistics& statistics) {
    for (const Eigen::Index k : update_atoms(statistics.products, statistics.samples, result_.atoms)) {
      auto atom = result_.atoms.row(k);
      atom = noisy_sample();
      atom /= std::max(atom.norm(), 1.0);
      result_.codes.col(k).setZero();
      statistics.forget(k);
      ++result_.resampled;
    }
  }

  Eigen::RowVectorXd noisy_sample() {
    Eigen::RowVectorXd sample = x_.row(static_cast<Eigen::Index>(random_.below(samples())));
    const double deviation =
        std::sqrt((sample.array() - sample.mean()).square().sum() / static_cast<double>(sample.size()));
    const double noise = 0.01 * (deviation > 0 ? deviation : 1);
    for (double& value : sample) value += noise * random_.normal();
    return sample;
  }

  // ½‖X‖² − ⟨B, W⟩ + ½⟨A, WWᵀ⟩ + α‖Z‖₁
  double objective(const CodeStatistics& statistics) const {
    const Eigen::MatrixXd gram = result_.atoms * result_.atoms.transpose();
    return 0.5 * squared_norm_ - statistics.samples.cwiseProduct(result_.atoms).sum() +
           0.5 * statistics.products.cwiseProduct(gram).sum() + options_.alpha * statistics.l1.sum();
  }

  const RowMatrix& x_;
  const DictionaryOptions& options_;
  const Work& work_;
  ThreadPool pool_;
  Random random_;
  double squared_norm_ = 0;
  DictionaryResult result_;
};

}  // namespace

void DictionaryOptions::describe(OptionList& options) {
  options
      .number("alpha", alpha, Bounds::above(0),
              "sparsity penalty of ½‖X−ZW‖² + alpha‖Z‖₁, in the unit of the scaled signal (paper 000: λ/2)")
      .number("tolerance", tolerance, Bounds::at_least(0),
              "learning ends when an iteration lowers the objective by less than this share of it")
      .integer("max-iterations", max_iterations, Bounds::at_least(1), "most iterations of learning")
      .flag("positive-codes", positive_codes, "only codes ≥ 0")
      .integer("max-sweeps", max_sweeps, Bounds::at_least(1),
               "most sweeps over the atoms for a sample in one iteration")
      .integer("seed", seed, Bounds::at_least(0), "seed of the random numbers");
}

void DictionaryOptions::check() const {
  LassoOptions{alpha, LassoSolver::sklearn, positive_codes, max_sweeps}.check();
  if (!(tolerance >= 0)) throw usage_error("tolerance: " + number_text(tolerance) + " is not ≥ 0");
  if (max_iterations < 1)
    throw usage_error("max-iterations: " + std::to_string(max_iterations) + " is not ≥ 1");
}

DictionaryResult learn_dictionary(const RowMatrix& samples, Eigen::Index atoms,
                                  const DictionaryOptions& options, const Work& work) {
  options.check();
  if (atoms < 1) throw usage_error("atoms: " + std::to_string(atoms) + " is not ≥ 1");
  if (samples.cols() < 1) throw data_error({}, "the samples have no columns");
  if (samples.rows() < atoms)
    throw data_error(
        {}, std::to_string(samples.rows()) + " samples are too few for " + std::to_string(atoms) + " atoms",
        "give more frames or ask for fewer atoms");
  require_finite(samples, "sample");
  return Learner(samples, atoms, options, work).run();
}

}  // namespace facelex
