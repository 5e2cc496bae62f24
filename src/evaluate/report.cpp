#include "facelex/evaluate/report.hpp"

#include <cmath>
#include <cstdio>

#include "facelex/core/text.hpp"
#include "facelex/evaluate/metrics.hpp"
#include "facelex/io/tables/csv.hpp"
#include "left_out.hpp"

namespace facelex {
namespace {

/// Three digits after the point; a dash for what is not known.
std::string short_number(double value) {
  if (std::isnan(value)) return "–";
  std::string text(32, '\0');
  text.resize(static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%.3f", value)));
  return text;
}

std::string p_text(double p) {
  return std::isnan(p) ? "–" : number_text(std::round(p * 1e4) / 1e4);
}

std::string truth_text(const EvaluationData& data, double value) {
  return data.classifies() ? csv_field(data.classes[static_cast<std::size_t>(value)]) : number_text(value);
}

Json figure_json(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

std::string protocol_text(const EvaluationData& data, const EvaluationOptions& options,
                          const EvaluationResult& result) {
  std::string text =
      data.folds.empty()
          ? (options.folds.protocol == FoldProtocol::leave_one_out
                 ? "One subject was left out at a time"
                 : "Subjects were divided into " + std::to_string(result.folds.size()) + " folds")
          : "Folds were given (" + std::to_string(result.folds.size()) + ")";
  const auto inner = result.folds.front().inner.size();
  text += inner == 1 ? "; hyper-parameters were chosen on the given development videos"
                     : "; hyper-parameters were chosen by " + std::to_string(inner) +
                           " folds within the training subjects";
  text += options.scaling.scaling == FeatureScaling::standardize
              ? "; features were scaled by the training videos of each split"
              : "; features were not scaled";
  if (options.scaling.select > 0)
    text += "; " + std::to_string(options.scaling.select) +
            " features were chosen by the training videos of each split";
  return text + ". No subject is on both sides of any split.\n";
}

std::string leakage_text(const LeakageCheck& check) {
  if (!check.done) return "Leakage check: not made, it needs 20 permutations or more.\n";
  const std::string figures = "mean " + check.metric + " of permuted labels " + short_number(check.mean) +
                              " [" + short_number(check.low) + ", " + short_number(check.high) +
                              "], expected " + short_number(check.expected);
  return check.passed ? "Leakage check: passed; " + figures + ".\n"
                      : "**Leakage check: FAILED; " + figures +
                            ". Labels without meaning were predicted: do not report these figures.**\n";
}

}  // namespace

std::string evaluation_data_text(const EvaluationData& data) {
  std::string text = std::to_string(data.rows()) + " videos of " + std::to_string(data.subject_names.size()) +
                     " subjects, " + std::to_string(data.features.size()) + " features";
  for (std::size_t k = 0; k < data.classes.size(); ++k)
    text += (k ? ", " : ", classes ") + data.classes[k] + " (" +
            std::to_string((data.y.array() == static_cast<double>(k)).count()) + ")";
  if (!data.classifies())
    text += ", " + data.label + " from " + number_text(data.y.minCoeff()) + " to " +
            number_text(data.y.maxCoeff());
  return text;
}

std::string evaluation_metrics_csv(const EvaluationData& data, const EvaluationResult& result) {
  const auto& kinds = metric_kinds(static_cast<int>(data.classes.size()));
  std::string table = "metric,value,low,high,p,chance,chance_low,chance_high\n";
  for (std::size_t m = 0; m < kinds.size(); ++m) {
    table += kinds[m].name;
    const MetricResult& r = result.metrics[m];
    for (const double value : {r.value, r.low, r.high, r.p, r.chance, r.chance_low, r.chance_high}) {
      table += ',';
      append_number(table, value);
    }
    table += '\n';
  }
  return table;
}

std::string evaluation_predictions_csv(const EvaluationData& data, const EvaluationResult& result) {
  std::string table = "name,subject,fold,truth,predicted";
  for (const auto& name : data.classes) table += "," + csv_field("score_" + name);
  table += '\n';
  const auto& pooled = result.predictions;
  for (const auto row : pooled.rows) {
    const auto i = static_cast<std::size_t>(row);
    table += csv_field(data.names[i]) + "," +
             csv_field(data.subject_names[static_cast<std::size_t>(data.subject[i])]) + "," +
             csv_field(result.folds[static_cast<std::size_t>(pooled.fold[i])].name) + "," +
             truth_text(data, data.y(row)) + "," + truth_text(data, pooled.values(row));
    for (const double score : pooled.scores.row(row)) {
      table += ',';
      append_number(table, score);
    }
    table += '\n';
  }
  return table;
}

std::string evaluation_folds_csv(const EvaluationResult& result) {
  std::string table = "fold,train,test,c,gamma,epsilon,inner_score,features,converged\n";
  for (std::size_t f = 0; f < result.folds.size(); ++f) {
    const FoldOutcome& o = result.outcomes[f];
    table += csv_field(result.folds[f].name) + "," + std::to_string(result.folds[f].rows.train.size()) + "," +
             std::to_string(result.folds[f].rows.test.size());
    for (const double value : {o.cost, o.gamma, o.epsilon, o.inner_score}) {
      table += ',';
      append_number(table, value);
    }
    table += "," + std::to_string(o.features) + (o.converged ? ",1\n" : ",0\n");
  }
  return table;
}

std::string evaluation_permutations_csv(const EvaluationData& data, const EvaluationResult& result) {
  std::string table = "permutation";
  for (const auto& kind : metric_kinds(static_cast<int>(data.classes.size()))) table += "," + kind.name;
  table += '\n';
  for (Eigen::Index p = 0; p < result.permuted.rows(); ++p) {
    table += std::to_string(p + 1);
    for (const double value : result.permuted.row(p)) {
      table += ',';
      append_number(table, value);
    }
    table += '\n';
  }
  return table;
}

std::string evaluation_markdown(const EvaluationData& data, const EvaluationOptions& options,
                                const EvaluationResult& result) {
  std::string text = "# " + std::string(data.classifies() ? "Classification" : "Regression") + " of " +
                     data.label + "\n\n" + evaluation_data_text(data) + ".\n\n" +
                     protocol_text(data, options, result) +
                     "\n| metric | value | 95 % interval | p | permuted labels |\n|---|---|---|---|---|\n";
  const auto& kinds = metric_kinds(static_cast<int>(data.classes.size()));
  for (std::size_t m = 0; m < kinds.size(); ++m) {
    const MetricResult& r = result.metrics[m];
    text += "| " + kinds[m].name + " | " + short_number(r.value) + " | " + short_number(r.low) + " … " +
            short_number(r.high) + " | " + p_text(r.p) + " | " + short_number(r.chance) + " (" +
            short_number(r.chance_low) + " … " + short_number(r.chance_high) + ") |\n";
  }
  text += "\nIntervals: percentiles over " + std::to_string(options.draws) +
          " draws of subjects with replacement; the models are not learnt again. p: (1 + permutations at "
          "least as good) / (1 + " +
          std::to_string(options.permutations) +
          "), the whole nested protocol on each; it is not corrected for the number of metrics. Permuted "
          "labels: mean, 2.5 % and 97.5 %; leaving one out lies "
          "below chance by itself.\n\n" +
          leakage_text(result.leakage);
  if (result.not_converged > 0)
    text += "\n" + std::to_string(result.not_converged) +
            " folds did not converge to the tolerance: raise it, or leave large values of C out.\n";
  if (data.classifies()) {
    const auto counts = confusion_counts(static_cast<int>(data.classes.size()), data.y,
                                         result.predictions.values, result.predictions.rows);
    text += "\n| truth \\ predicted |";
    for (const auto& name : data.classes) text += " " + name + " |";
    text += "\n|";
    for (std::size_t k = 0; k <= data.classes.size(); ++k) text += std::string(3, '-') + "|";
    for (Eigen::Index k = 0; k < counts.rows(); ++k) {
      text += "\n| " + data.classes[static_cast<std::size_t>(k)] + " |";
      for (const int count : counts.row(k)) text += " " + std::to_string(count) + " |";
    }
    text += "\n";
  }
  for (const auto& warning : data.warnings) text += "\nNote: " + warning + ".\n";
  return text + left_out_markdown(data, "metrics.json");
}

Json evaluation_details(const EvaluationData& data, const EvaluationResult& result) {
  Json details = {{"videos", data.rows()},
                  {"subjects", data.subject_names.size()},
                  {"features", data.features.size()},
                  {"label", data.label},
                  {"folds", result.folds.size()},
                  {"folds_not_converged", result.not_converged}};
  if (data.classifies()) {
    const auto counts = confusion_counts(static_cast<int>(data.classes.size()), data.y,
                                         result.predictions.values, result.predictions.rows);
    details["classes"] = data.classes;
    details["confusion"] = Json::array();
    for (Eigen::Index k = 0; k < counts.rows(); ++k)
      details["confusion"].push_back(std::vector<int>(counts.row(k).begin(), counts.row(k).end()));
  }
  const LeakageCheck& check = result.leakage;
  if (check.done)
    details["leakage"] = {{"metric", check.metric},          {"expected", figure_json(check.expected)},
                          {"mean", figure_json(check.mean)}, {"low", figure_json(check.low)},
                          {"high", figure_json(check.high)}, {"passed", check.passed}};
  details.update(left_out_details(data));
  return details;
}

}  // namespace facelex
