#include "facelex/factor/pca.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <string>
#include <utility>

#include "block_sum.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/random.hpp"
#include "factor/lasso/finite_samples.hpp"

namespace facelex {

RowMatrix Pca::encode(const RowMatrix& samples) const {
  return (samples.rowwise() - mean.transpose()) * components.transpose();
}

RowMatrix Pca::decode(const RowMatrix& codes) const {
  return (codes * components).rowwise() + mean.transpose();
}

void PcaFitOptions::describe(OptionList& options) {
  options.flag("centred", centred, "subtract the mean")
      .choice("pca-solver", solver, {{"exact", PcaSolver::exact}, {"randomized", PcaSolver::randomized}},
              "all components exactly, or the first ones by subspace iteration from random directions")
      .integer("oversampling", oversampling, Bounds::at_least(0), "random directions beyond the components")
      .integer("power-iterations", power_iterations, Bounds::at_least(0),
               "passes over the samples that sharpen the random directions")
      .integer("pca-seed", seed, Bounds::at_least(0), "of the random directions");
}

void PcaFitOptions::check() const {
  check_bounds(*this);
}

namespace {

/// Samples under their mean, and sums over them in blocks.
class CentredSamples {
 public:
  CentredSamples(const RowMatrix& samples, bool centred, const Work& work)
      : samples_(samples), work_(work), pool_(work.threads), mean_(Eigen::VectorXd::Zero(samples.cols())) {
    if (centred)
      mean_ = sum(mean_,
                  [&](Eigen::Index first, Eigen::Index n, Eigen::VectorXd& part) {
                    for (Eigen::Index t = first; t < first + n; ++t) part += samples_.row(t);
                  }) /
              static_cast<double>(samples.rows());
  }

  const Eigen::VectorXd& mean() const { return mean_; }
  Eigen::Index rows() const { return samples_.rows(); }
  Eigen::Index cols() const { return samples_.cols(); }
  RowMatrix block(Eigen::Index first, Eigen::Index n) const {
    return samples_.middleRows(first, n).rowwise() - mean_.transpose();
  }

  template <class Sum, class Part>
  Sum sum(Sum zero, Part part) {
    return sum_over_blocks(pool_, work_, static_cast<std::size_t>(rows()), std::move(zero), part);
  }

  /// The lower triangle of XᵀX, and XᵀX·m. The mean is subtracted before the squares are summed: the shorter
  /// formula loses half the digits.
  Eigen::MatrixXd products() {
    return sum_over_rows(cols(), [](const RowMatrix& rows, Eigen::MatrixXd& part) {
      part.triangularView<Eigen::Lower>() += rows.transpose() * rows;
    });
  }
  Eigen::MatrixXd products(const Eigen::MatrixXd& m) {
    return sum_over_rows(m.cols(), [&](const RowMatrix& rows, Eigen::MatrixXd& part) {
      const RowMatrix scores = rows * m;
      part.noalias() += rows.transpose() * scores;
    });
  }
  double squares() {
    return sum(
        0.0, [&](Eigen::Index first, Eigen::Index n, double& part) { part = block(first, n).squaredNorm(); });
  }

 private:
  /// The D×`columns` sum of what add(centred rows, sum) adds for a few rows at a time, which stay in the
  /// cache.
  template <class Add>
  Eigen::MatrixXd sum_over_rows(Eigen::Index columns, Add add) {
    constexpr Eigen::Index few = 64;
    return sum(Eigen::MatrixXd::Zero(cols(), columns).eval(),
               [&](Eigen::Index first, Eigen::Index n, Eigen::MatrixXd& part) {
                 for (Eigen::Index at = first; at < first + n; at += few)
                   add(block(at, std::min(few, first + n - at)), part);
               });
  }

  const RowMatrix& samples_;
  const Work& work_;
  ThreadPool pool_;
  Eigen::VectorXd mean_;
};

/// The first directions with their Σ(x·v)², and Σ‖x‖² in all directions.
struct Directions {
  Eigen::MatrixXd vectors;  ///< D×K, orthonormal
  Eigen::VectorXd squares;  ///< K, falling
  double total = 0;
};

/// The last `count` eigenvectors, that of the largest eigenvalue first.
Directions largest(const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>& eigen, Eigen::Index count) {
  return {eigen.eigenvectors().rowwise().reverse().leftCols(count), eigen.eigenvalues().reverse().head(count),
          0};
}

Directions from_covariance(CentredSamples& samples, Eigen::Index components) {
  const Eigen::MatrixXd products = samples.products();
  Directions found = largest(Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(products), components);
  found.total = products.trace();
  return found;
}

/// Orthonormal columns that span those given; where these depend on each other, any.
Eigen::MatrixXd orthonormal(const Eigen::MatrixXd& columns) {
  return Eigen::HouseholderQR<Eigen::MatrixXd>(columns).householderQ() *
         Eigen::MatrixXd::Identity(columns.rows(), columns.cols());
}

/// Components within a subspace (D×L, orthonormal).
Directions within(CentredSamples& samples, const Eigen::MatrixXd& subspace, Eigen::Index components) {
  const Eigen::MatrixXd products = subspace.transpose() * samples.products(subspace);
  Directions found = largest(
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>((products + products.transpose()) / 2), components);
  found.vectors = subspace * found.vectors;
  found.total = samples.squares();
  return found;
}

/// With fewer samples than columns: the samples span all directions.
Directions from_samples(CentredSamples& samples, Eigen::Index components) {
  const RowMatrix rows = samples.block(0, samples.rows());
  const Eigen::MatrixXd products = rows * rows.transpose();
  const Directions of_samples = largest(Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(products), components);
  return within(samples, orthonormal(rows.transpose() * of_samples.vectors), components);
}

Directions randomized(CentredSamples& samples, Eigen::Index components, const PcaFitOptions& options) {
  const Eigen::Index count =
      std::min({components + options.oversampling, samples.cols(), std::max(samples.rows(), components)});
  Random random(static_cast<std::uint64_t>(options.seed));
  Eigen::MatrixXd subspace(samples.cols(), count);
  for (double& value : subspace.reshaped()) value = random.normal();
  for (int i = 0; i <= options.power_iterations; ++i) subspace = orthonormal(samples.products(subspace));
  return within(samples, subspace, components);
}

}  // namespace

Pca fit_pca(const RowMatrix& samples, Eigen::Index components, const PcaFitOptions& options,
            const Work& work) {
  options.check();
  if (components < 1 || components > samples.cols())
    throw option_error("components",
                       std::to_string(components) + " is not 1 … " + std::to_string(samples.cols()),
                       "there are no more components than columns");
  if (samples.rows() < std::max<Eigen::Index>(2, components))
    throw data_error({}, std::to_string(samples.rows()) + " samples are too few for " +
                             std::to_string(components) + " components");
  require_finite(samples, "sample");

  CentredSamples centred(samples, options.centred, work);
  const Directions found = options.solver == PcaSolver::randomized ? randomized(centred, components, options)
                           : samples.rows() < samples.cols()       ? from_samples(centred, components)
                                                                   : from_covariance(centred, components);
  Pca pca;
  pca.mean = centred.mean();
  pca.components = found.vectors.transpose();
  for (auto component : pca.components.rowwise()) {
    Eigen::Index peak = 0;
    component.cwiseAbs().maxCoeff(&peak);
    if (component[peak] < 0) component = -component;
  }
  const auto divisor = static_cast<double>(options.centred ? samples.rows() - 1 : samples.rows());
  pca.variance = found.squares.cwiseMax(0) / divisor;
  pca.variance_share = found.total > 0 ? Eigen::VectorXd(found.squares.cwiseMax(0) / found.total)
                                       : Eigen::VectorXd::Zero(components).eval();
  return pca;
}

Pca fit_pca(const RowMatrix& samples, Eigen::Index components, bool centred, const Work& work) {
  PcaFitOptions options;
  options.centred = centred;
  return fit_pca(samples, components, options, work);
}

}  // namespace facelex
