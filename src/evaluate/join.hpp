#pragma once

#include <string>
#include <vector>

#include "facelex/evaluate/data.hpp"
#include "tables.hpp"

namespace facelex {

/// "3 videos".
std::string count_text(std::size_t count, const char* noun);
/// The first five, then an ellipsis.
std::string few_names(const std::vector<std::string>& names);

/// Fills data.x and data.features from the rows `data.names`: the columns of all tables side by side; those
/// that never vary are left out. Throws as read_evaluation_data.
void take_features(const std::vector<FeatureTable>& tables, const EvaluationDataOptions& options,
                   EvaluationData& data);
/// Adds a warning for equal rows of different subjects: one video under two names, and a leak when one is
/// trained on.
void warn_of_copies(EvaluationData& data);

}  // namespace facelex
