#pragma once

#include <filesystem>
#include <optional>

#include "facelex/evaluate/protocol.hpp"
#include "facelex/evaluate/weights.hpp"
#include "facelex/provenance/identity.hpp"

namespace facelex {

/// Writes the folder of an evaluation: metrics.csv, predictions.csv, folds.csv, permutations.csv (not without
/// permutations), weights.csv and component_weights.csv (linear learners; the latter for features of pairs),
/// each with its sidecar; report.md. Tables of an earlier evaluation that this one does not have are removed.
/// metrics.json is written last: with it the folder is complete. Throws Error (data) when a file cannot be
/// written.
void write_evaluation(const std::filesystem::path& folder, const EvaluationData& data,
                      const EvaluationOptions& options, const EvaluationResult& result,
                      const std::optional<EvaluationWeights>& weights, const Provenance& made);

/// Whether the folder holds all files of an evaluation of this provenance, as they were written.
bool evaluation_is_complete(const std::filesystem::path& folder, const Provenance& made);

/// Throws Error (usage) when a file of that folder that an evaluation writes is a source, or, unless `force`,
/// is there and facelex did not write it.
void require_evaluation_folder(const std::filesystem::path& folder, const std::vector<NamedFile>& sources,
                               bool force);

/// "accuracy 0.9 [0.8, 0.95], p = 0.001".
std::string evaluation_headline(const EvaluationData& data, const EvaluationResult& result);
/// "; 3 videos left out (2: no features in f.csv, for example v3; 1: no line in l.csv, v7); report.md and
/// metrics.json name each": how many for each reason. Or nothing.
std::string evaluation_left_out_text(const EvaluationData& data, const std::string& sidecar = "metrics.json");

}  // namespace facelex
