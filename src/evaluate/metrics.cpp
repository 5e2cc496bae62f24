#include "facelex/evaluate/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace facelex {
namespace {

constexpr double undefined_metric = std::numeric_limits<double>::quiet_NaN();

/// NaN instead of a division by zero.
double share_of(double part, double whole) {
  return whole > 0 ? part / whole : undefined_metric;
}

double mean_auc(int classes, const Eigen::VectorXd& truth, const Eigen::MatrixXd& scores,
                const std::vector<Eigen::Index>& rows) {
  double sum = 0;
  int counted = 0;
  std::vector<double> of_class(rows.size());
  std::vector<bool> positive(rows.size());
  for (int k = classes == 2 ? 1 : 0; k < classes; ++k) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      of_class[i] = scores(rows[i], k);
      positive[i] = truth(rows[i]) == k;
    }
    const double area = area_under_curve(of_class, positive);
    if (std::isnan(area)) continue;
    sum += area;
    ++counted;
  }
  return share_of(sum, counted);
}

Eigen::VectorXd class_metrics(int classes, const Eigen::VectorXd& truth, const Eigen::VectorXd& predicted,
                              const Eigen::MatrixXd& scores, const std::vector<Eigen::Index>& rows) {
  const Eigen::MatrixXd counts = confusion_counts(classes, truth, predicted, rows).cast<double>();
  const double total = counts.sum();
  double recalls = 0, present = 0, weighted = 0, macro = 0, named = 0;
  for (Eigen::Index k = 0; k < classes; ++k) {
    const double right = counts(k, k), is = counts.row(k).sum(), said = counts.col(k).sum();
    const double f1 = is + said > 0 ? 2 * right / (is + said) : 0;
    if (is > 0) {
      recalls += right / is;
      ++present;
    }
    if (is + said > 0) {
      macro += f1;
      ++named;
    }
    weighted += f1 * is;
  }
  Eigen::VectorXd values(classes == 2 ? 7 : 5);
  values.head(5) << share_of(counts.trace(), total), share_of(recalls, present), share_of(weighted, total),
      share_of(macro, named), mean_auc(classes, truth, scores, rows);
  if (classes == 2)
    values.tail(2) << share_of(counts(1, 1), counts.row(1).sum()),
        share_of(counts(0, 0), counts.row(0).sum());
  return values;
}

Eigen::VectorXd number_metrics(const Eigen::VectorXd& truth, const Eigen::VectorXd& predicted,
                               const std::vector<Eigen::Index>& rows) {
  const auto n = static_cast<double>(rows.size());
  double mean_y = 0, mean_p = 0;
  for (const auto row : rows) {
    mean_y += truth(row) / n;
    mean_p += predicted(row) / n;
  }
  double squares = 0, absolute = 0, yy = 0, pp = 0, yp = 0;
  for (const auto row : rows) {
    const double error = predicted(row) - truth(row), y = truth(row) - mean_y, p = predicted(row) - mean_p;
    squares += error * error / n;
    absolute += std::abs(error) / n;
    yy += y * y / n;
    pp += p * p / n;
    yp += y * p / n;
  }
  Eigen::VectorXd values(6);
  values << std::sqrt(squares), absolute, 1 - absolute,
      share_of(2 * yp, yy + pp + (mean_y - mean_p) * (mean_y - mean_p)), share_of(yp, std::sqrt(yy * pp)),
      1 - share_of(squares, yy);
  return values;
}

}  // namespace

const std::vector<MetricKind>& metric_kinds(int classes) {
  static const std::vector<MetricKind> several = {
      {"accuracy", "Share of videos whose class was predicted correctly", true},
      {"balanced_accuracy", "Mean over classes of the share of their videos that was predicted correctly",
       true},
      {"f1_weighted",
       "Mean over classes, weighted by their videos, of the harmonic mean of precision and recall", true},
      {"f1_macro", "Plain mean over classes of the harmonic mean of precision and recall", true},
      {"auc",
       "Share of pairs of videos of different classes that the scores order rightly; of more than two "
       "classes, mean of each against the others",
       true}};
  static const std::vector<MetricKind> two = [] {
    auto kinds = several;
    kinds.push_back(
        {"sensitivity", "Share of the positive class's videos that was predicted correctly", true});
    kinds.push_back({"specificity", "Share of the other class's videos that was predicted correctly", true});
    return kinds;
  }();
  static const std::vector<MetricKind> numbers = {
      {"rmse", "Root of the mean squared error", false},
      {"mae", "Mean absolute error", false},
      {"one_minus_mae", "1 - mean absolute error (the accuracy of paper 002)", true},
      {"ccc", "Concordance correlation coefficient (Lin 1989)", true},
      {"pearson", "Correlation of truth and prediction", true},
      {"r2", "1 - squared errors / squared deviations from the mean", true}};
  return classes == 0 ? numbers : classes == 2 ? two : several;
}

Eigen::VectorXd metric_values(int classes, const Eigen::VectorXd& truth, const Eigen::VectorXd& predicted,
                              const Eigen::MatrixXd& scores, const std::vector<Eigen::Index>& rows) {
  return classes > 0 ? class_metrics(classes, truth, predicted, scores, rows)
                     : number_metrics(truth, predicted, rows);
}

Eigen::MatrixXi confusion_counts(int classes, const Eigen::VectorXd& truth, const Eigen::VectorXd& predicted,
                                 const std::vector<Eigen::Index>& rows) {
  Eigen::MatrixXi counts = Eigen::MatrixXi::Zero(classes, classes);
  for (const auto row : rows)
    ++counts(static_cast<Eigen::Index>(truth(row)), static_cast<Eigen::Index>(predicted(row)));
  return counts;
}

double area_under_curve(const std::vector<double>& scores, const std::vector<bool>& positive) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  double pairs = 0, below = 0, above = 0;
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    double negatives = 0, positives = 0;
    for (; end < order.size() && scores[order[end]] == scores[order[begin]]; ++end)
      (positive[order[end]] ? positives : negatives) += 1;
    pairs += positives * (below + negatives / 2);
    below += negatives;
    above += positives;
    begin = end;
  }
  return share_of(pairs, above * below);
}

}  // namespace facelex
