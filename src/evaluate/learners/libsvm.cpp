#include "libsvm.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>

#include "solver_stop.hpp"

namespace facelex {
namespace {

/// What prints is one pointer for the process. libsvm calls it every thousand steps.
void watch_libsvm() {
  static std::once_flag watched;
  std::call_once(watched, [] { svm_set_print_string_function(SolverStop::heed); });
}

struct ModelDeleter {
  void operator()(svm_model* model) const { svm_free_and_destroy_model(&model); }
};

svm_parameter parameters_of(int kind, double cost, double tolerance) {
  svm_parameter parameters{};
  parameters.svm_type = kind;
  parameters.kernel_type = PRECOMPUTED;
  parameters.C = cost;
  parameters.eps = tolerance;
  parameters.shrinking = 1;
  return parameters;
}

/// What the optimality conditions say of the intercept: no less than the slope of a β that may grow, no more
/// than that of one that may shrink.
class InterceptBounds {
 public:
  void add(double slope, bool may_grow, bool may_shrink) {
    if (may_grow) highest_ = std::max(highest_, slope);
    if (may_shrink) lowest_ = std::min(lowest_, slope);
    if (!may_grow || !may_shrink) return;
    sum_ += slope;
    ++free_;
  }
  /// libsvm's choice: the mean over free coefficients, else the middle.
  double intercept() const { return free_ > 0 ? sum_ / free_ : (highest_ + lowest_) / 2; }
  double violation() const { return highest_ - lowest_; }

 private:
  double highest_ = -std::numeric_limits<double>::infinity(),
         lowest_ = std::numeric_limits<double>::infinity(), sum_ = 0;
  int free_ = 0;
};

/// Rounding may leave the last coefficient that goes to its bound 1e-18 short of it. Where all are at their
/// bounds, that coefficient alone would be free and decide on the intercept; which one it is, and whether
/// there is one, would depend on the order of the rows.
double at_bound_if_near(double size, double bound) {
  constexpr double rounding = 1e-12;
  return size < rounding * bound ? 0 : size > (1 - rounding) * bound ? bound : size;
}

/// Of a value of the kernel in libsvm's copy.
constexpr double float_rounding = std::numeric_limits<float>::epsilon() / 2;

/// Σⱼ k(xᵢ, xⱼ)βⱼ for each row of a problem, and how much of it can be libsvm's rounding of k.
struct KernelSums {
  Eigen::VectorXd value;
  double rounding = 0;
};

KernelSums kernel_sums(const Eigen::MatrixXd& gram, const std::vector<Eigen::Index>& rows,
                       const Eigen::VectorXd& beta) {
  KernelSums sums{Eigen::VectorXd::Zero(beta.size()), 0};
  Eigen::VectorXd size = Eigen::VectorXd::Zero(beta.size());
  for (Eigen::Index j = 0; j < beta.size(); ++j) {
    if (beta(j) == 0) continue;
    const Eigen::VectorXd term = gram.col(rows[static_cast<std::size_t>(j)])(rows) * beta(j);
    sums.value += term;
    size += term.cwiseAbs();
  }
  if (size.size() > 0) sums.rounding = size.maxCoeff() * float_rounding;
  return sums;
}

/// Two slopes are compared, and each has its own rounding.
void finish(const InterceptBounds& bounds, const KernelSums& sums, double tolerance,
            KernelSolution& solution) {
  solution.intercept = bounds.intercept();
  solution.converged = bounds.violation() <= tolerance * (1 + 1e-6) + 2 * sums.rounding;
}

}  // namespace

SupportVectorSolver::SupportVectorSolver(const Eigen::MatrixXd& gram) : gram_(gram) {
  watch_libsvm();
  const Eigen::Index n = gram.rows();
  table_.reserve(static_cast<std::size_t>(n * (n + 1)));
  for (Eigen::Index i = 0; i < n; ++i) {
    table_.push_back({0, static_cast<double>(i + 1)});
    for (Eigen::Index j = 0; j < n; ++j) table_.push_back({static_cast<int>(j + 1), gram(j, i)});
  }
  if (n > 0) max_row_sum_ = gram.cwiseAbs().colwise().sum().maxCoeff();
}

double SupportVectorSolver::safe_tolerance(double max_cost) const {
  return std::clamp(float_rounding * max_row_sum_ * max_cost, 1e-6, 1e-3);
}

Eigen::VectorXd SupportVectorSolver::train(const MachineProblem& problem, const svm_parameter& given) const {
  const auto size = static_cast<std::size_t>(problem.y.size());
  const auto row_length = static_cast<std::size_t>(gram_.rows() + 1);
  std::vector<svm_node*> rows(size);
  // libsvm takes pointers to what it does not change.
  for (std::size_t i = 0; i < size; ++i)
    rows[i] = const_cast<svm_node*>(&table_[static_cast<std::size_t>(problem.rows[i]) * row_length]);
  Eigen::VectorXd y = problem.y;
  const svm_problem told{static_cast<int>(size), y.data(), rows.data()};
  svm_parameter parameters = given;
  // Room for the whole matrix of floats and the cache's list, so that no row is computed twice. In 2²⁰ bytes.
  const double length = static_cast<double>(size);
  parameters.cache_size = 1 + length * (4 * length + 64) / (1 << 20);
  const std::unique_ptr<svm_model, ModelDeleter> model(svm_train(&told, &parameters));
  // The first label that libsvm meets is its positive one.
  const double sign = model->label && model->label[0] < 0 ? -1 : 1;
  Eigen::VectorXd coefficients = Eigen::VectorXd::Zero(problem.y.size());
  for (int k = 0; k < model->l; ++k) coefficients(model->sv_indices[k] - 1) = sign * model->sv_coef[0][k];
  return coefficients;
}

KernelSolution SupportVectorSolver::classify(const MachineProblem& problem, double cost,
                                             double tolerance) const {
  std::array<int, 2> labels = {1, -1};
  std::array<double, 2> weights = {problem.positive_weight, problem.negative_weight};
  svm_parameter parameters = parameters_of(C_SVC, cost, tolerance);
  parameters.nr_weight = 2;
  parameters.weight_label = labels.data();
  parameters.weight = weights.data();
  KernelSolution solution;
  solution.coefficients = train(problem, parameters);
  const Eigen::VectorXd costs = problem.weights() * cost;
  for (Eigen::Index i = 0; i < costs.size(); ++i)
    solution.coefficients(i) =
        problem.y(i) * at_bound_if_near(problem.y(i) * solution.coefficients(i), costs(i));
  const KernelSums sums = kernel_sums(gram_, problem.rows, solution.coefficients);
  InterceptBounds bounds;
  for (Eigen::Index i = 0; i < costs.size(); ++i) {
    const double size = problem.y(i) * solution.coefficients(i), slope = problem.y(i) - sums.value(i);
    const bool more = size < costs(i);
    const bool less = size > 0;
    bounds.add(slope, problem.y(i) > 0 ? more : less, problem.y(i) > 0 ? less : more);
  }
  finish(bounds, sums, tolerance, solution);
  return solution;
}

KernelSolution SupportVectorSolver::regress(const MachineProblem& problem, double cost, double epsilon,
                                            double tolerance) const {
  svm_parameter parameters = parameters_of(EPSILON_SVR, cost, tolerance);
  parameters.p = epsilon;
  KernelSolution solution;
  solution.coefficients = train(problem, parameters);
  for (double& beta : solution.coefficients)
    beta = std::copysign(at_bound_if_near(std::abs(beta), cost), beta);
  const KernelSums sums = kernel_sums(gram_, problem.rows, solution.coefficients);
  InterceptBounds bounds;
  // Above the tube and below it are two variables: α may shrink or grow where β > 0, α* where β < 0.
  for (Eigen::Index i = 0; i < problem.y.size(); ++i) {
    const double beta = solution.coefficients(i), error = problem.y(i) - sums.value(i);
    const bool above = beta > 0;
    bounds.add(error - epsilon, beta >= 0 && beta < cost, above);
    bounds.add(error + epsilon, beta < 0, beta <= 0 && beta > -cost);
  }
  finish(bounds, sums, tolerance, solution);
  return solution;
}

}  // namespace facelex
