#pragma once

#include <filesystem>
#include <string>

#include "facelex/evaluate/power/power.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {

/// Writes studies.csv, report.md and, last, power.csv with its sidecar: `made` with columns and digest.
/// `cohort`: what the report calls the people.
void write_power(const std::filesystem::path& folder, const PowerCurve& curve, const PowerOptions& options,
                 const EvaluationData& pool, const std::string& cohort, Sidecar made);

/// Whether power.csv of the same work stands there whole.
bool power_is_complete(const std::filesystem::path& folder, const Sidecar& made);

}  // namespace facelex
