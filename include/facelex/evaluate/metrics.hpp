#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

namespace facelex {

/// One figure of how well predictions agree with the truth.
struct MetricKind {
  std::string name;         ///< in tables: balanced_accuracy
  std::string description;  ///< a sentence
  bool larger_is_better = true;
};
/// Classification (classes ≥ 2): accuracy, balanced_accuracy, f1_weighted, f1_macro, auc; with two classes
/// also sensitivity and specificity of the second, positive one. Regression (classes 0): rmse, mae,
/// one_minus_mae, ccc, pearson, r2.
const std::vector<MetricKind>& metric_kinds(int classes);

/// The figures of metric_kinds(classes) over `rows` of truth and predictions (N each; scores N×K). What is
/// not defined is NaN: AUC of one class, the correlation with a constant. Classes without a true row count
/// neither in balanced accuracy nor in the weights of F1's mean, as in scikit-learn.
/// - f1: 2TP/(2TP+FP+FN), 0 when nothing is there; weighted by the true rows, or plain mean over classes that
///   are true or predicted
/// - auc: share of pairs of different truth that the scores order rightly, ties half (Mann & Whitney 1947);
///   of more classes the mean of each against the others
/// - ccc: 2·s_xy/(s_x² + s_y² + (x̄ − ȳ)²) with population moments (Lin 1989)
/// - r2: 1 − Σ(y − ŷ)²/Σ(y − ȳ)²
Eigen::VectorXd metric_values(int classes, const Eigen::VectorXd& truth, const Eigen::VectorXd& predicted,
                              const Eigen::MatrixXd& scores, const std::vector<Eigen::Index>& rows);

/// K×K counts: a row for each true class, a column for each predicted one.
Eigen::MatrixXi confusion_counts(int classes, const Eigen::VectorXd& truth, const Eigen::VectorXd& predicted,
                                 const std::vector<Eigen::Index>& rows);

/// The area under the curve of `scores` for those that are positive. NaN when all or none are.
double area_under_curve(const std::vector<double>& scores, const std::vector<bool>& positive);

}  // namespace facelex
