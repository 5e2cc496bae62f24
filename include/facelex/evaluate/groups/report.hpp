#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "facelex/evaluate/groups/groups.hpp"
#include "facelex/io/named_file.hpp"
#include "facelex/provenance/identity.hpp"

namespace facelex {

/// A line for each contrast and feature, in their order: feature, family, contrast (groups), counts, means
/// and deviations, difference and g (or r) with interval, statistic, df, p, q, q_family, p_max.
std::string groups_csv(const SubjectTable& table, const GroupComparison& comparison);
std::vector<Column> groups_columns(const SubjectTable& table);
/// A line for each contrast and family: family, contrast, features, best, p, q.
std::string families_csv(const SubjectTable& table, const GroupComparison& comparison);
/// For people: who was compared and how, the features with the smallest p, what is left out.
std::string groups_markdown(const EvaluationData& data, const SubjectTable& table,
                            const GroupOptions& options, const GroupComparison& comparison);
/// "2 of 120 features with q < 0.05; the smallest p: AU-07 mean, g = 1.2 [0.5, 1.9], p = 0.0001, q = 0.012".
std::string groups_headline(const SubjectTable& table, const GroupComparison& comparison);

/// Writes report.md, families.csv and, last, groups.csv, tables with their sidecars. Throws Error (data) when
/// a file cannot be written.
void write_groups(const std::filesystem::path& folder, const EvaluationData& data, const SubjectTable& table,
                  const GroupOptions& options, const GroupComparison& comparison, const Provenance& made);
/// Whether the folder holds both tables of this provenance, as they were written, and the report.
bool groups_are_complete(const std::filesystem::path& folder, const Provenance& made);
/// Throws Error (usage) when a file that write_groups writes is a source, or, unless `force`, is there and
/// facelex did not write it.
void require_groups_folder(const std::filesystem::path& folder, const std::vector<NamedFile>& sources,
                           bool force);

}  // namespace facelex
