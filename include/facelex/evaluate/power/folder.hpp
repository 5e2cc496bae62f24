#pragma once

#include <filesystem>
#include <string>

#include "facelex/evaluate/power/power.hpp"
#include "facelex/provenance/identity.hpp"

namespace facelex {

/// Writes studies.csv, report.md and, last, power.csv with its sidecar.
/// `cohort`: what the report calls the people.
void write_power(const std::filesystem::path& folder, const PowerCurve& curve, const PowerOptions& options,
                 const EvaluationData& pool, const std::string& cohort, const Provenance& made);

/// Throws Error (usage), unless `force`, when a file that write_power writes is there and facelex did not
/// write it.
void require_power_folder(const std::filesystem::path& folder, bool force);

/// Whether power.csv of the same work stands there whole.
bool power_is_complete(const std::filesystem::path& folder, const Provenance& made);

}  // namespace facelex
