#pragma once

#include <Eigen/Core>
#include <string>
#include <utility>
#include <vector>

#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"
#include "facelex/evaluate/data.hpp"

namespace facelex {

/// The learners; what tells them apart is the table in learner.cpp.
enum class Learner { svm, svm_l2, logistic, rbf_svm, ridge, svr, rbf_svr };
enum class ClassWeights { none, balanced };

/// What is learnt, and the grid that the inner folds choose from. libsvm, liblinear and Eigen solve all in
/// the Gram matrix of the training rows, so their cost hardly depends on the number of features.
struct LearnerOptions {
  Learner learner = Learner::svm;
  std::vector<double> c = {1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100};
  std::vector<double> gamma = {0.1, 1, 10};  ///< of RBF kernels, times 1/(P·variance)
  std::vector<double> epsilon = {0.1};       ///< of SVR, times the targets' SD
  ClassWeights class_weights = ClassWeights::none;
  /// To which the optimality conditions are to hold, in units of the margin; 0: 1e-6, of libsvm's
  /// learners up to 1e-3 at costs where single precision may not get further.
  double tolerance = 0;

  /// The learners of the task. The options of a learner of the other task are not described.
  void describe(OptionList& options, EvaluationTask task);
  void check() const;
  bool has_kernel() const;  ///< one of its own, not that of the features as they are
  bool classifies() const;
  /// Ascending, each once.
  std::vector<double> costs() const;
  std::vector<double> gammas() const;    ///< {1} for learners without gamma
  std::vector<double> epsilons() const;  ///< {0} for learners without epsilon
};

/// f(x) = Σ coefficients_i·k(x_i, x) + intercept over the n training rows.
struct KernelMachine {
  Eigen::VectorXd coefficients;
  double intercept = 0;
  int positive = 1, negative = 0;  ///< classes; negative −1: all others
};
/// One machine for a regression or two classes; else one for each pair of classes (SVM, as libsvm) or for
/// each class against the others (svm-l2 and logistic, as liblinear). None when the training rows are of one
/// class.
struct KernelModel {
  std::vector<KernelMachine> machines;
  int only_class = -1;  ///< the class of all training rows; −1: there are several
  bool converged = true;
};

/// What a model says of m rows.
struct KernelPredictions {
  Eigen::VectorXd values;  ///< m: class or number
  /// m×K: larger is likelier (scikit-learn's decision_function); empty for a regression.
  Eigen::MatrixXd scores;
};

/// Fits for every cost, in the order of `costs`, ascending.
///
/// - svm, rbf_svm: ½‖w‖² + C Σ cᵢ max(0, 1 − yᵢf(xᵢ)). libsvm's C-SVC; scikit-learn's SVC.
/// - svm_l2: ½(‖w‖² + b²) + C Σ cᵢ max(0, 1 − yᵢf(xᵢ))². liblinear; LinearSVC.
/// - logistic: ½‖w‖² + C Σ cᵢ log(1 + exp(−yᵢf(xᵢ))). liblinear; LogisticRegression, one against the others.
/// - svr, rbf_svr: ½‖w‖² + C Σ max(0, |yᵢ − f(xᵢ)| − ε). libsvm's ε-SVR; SVR.
/// - ridge: ½‖w‖² + C Σ (yᵢ − f(xᵢ))². A Cholesky decomposition; Ridge with alpha = 1/(2C).
///
/// The intercept b is penalised in svm_l2 alone. `gram`: n×n, k(x_i, x_j); throws Error when it is not
/// finite. `y`: n. `classes`: K, 0 for a regression. cᵢ: 1, or n/(K·n_class) when balanced.
///
/// A model has converged when the optimality conditions, checked on the result in double, hold to the
/// tolerance or to what rounding within the library explains: libsvm's kernel is in single precision,
/// liblinear ends where steps gain less than 1e-12 of the objective.
std::vector<KernelModel> fit_kernel_path(const Eigen::MatrixXd& gram, const Eigen::VectorXd& y, int classes,
                                         const std::vector<double>& costs, double epsilon,
                                         const LearnerOptions& options, const Work& work);
/// `gram`: m×n, k(x, x_i). Pairs of classes vote; a tie goes to the class that is named first.
KernelPredictions predict_from_kernel(const KernelModel& model, const Eigen::MatrixXd& gram, int classes);

}  // namespace facelex
