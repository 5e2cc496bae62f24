#pragma once

#include <string>

#include "facelex/core/json.hpp"
#include "facelex/evaluate/protocol.hpp"

namespace facelex {

/// A line for each metric: metric, value, low, high, p, chance, chance_low, chance_high.
std::string evaluation_metrics_csv(const EvaluationData& data, const EvaluationResult& result);
/// A line for each judged video: name, subject, fold, truth, predicted, and score_<class> for each class.
std::string evaluation_predictions_csv(const EvaluationData& data, const EvaluationResult& result);
/// A line for each outer fold: fold, train, test (videos), c, gamma, epsilon, inner_score, features,
/// converged.
std::string evaluation_folds_csv(const EvaluationResult& result);
/// A line for each permutation: its number and every metric.
std::string evaluation_permutations_csv(const EvaluationData& data, const EvaluationResult& result);
/// All of it for people: data, protocol, figures, confusion, leakage, what is left out, and how to read it.
std::string evaluation_markdown(const EvaluationData& data, const EvaluationOptions& options,
                                const EvaluationResult& result);
/// Counts, confusion, leakage check and everything left out, for the sidecar.
Json evaluation_details(const EvaluationData& data, const EvaluationResult& result);
/// "40 videos of 20 subjects, 2809 features, classes flat (20), lively (20)".
std::string evaluation_data_text(const EvaluationData& data);

}  // namespace facelex
