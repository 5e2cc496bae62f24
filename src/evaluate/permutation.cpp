#include <algorithm>
#include <map>
#include <numeric>

#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "facelex/evaluate/protocol.hpp"

namespace facelex {
namespace {

std::vector<std::vector<Eigen::Index>> rows_of_subjects(const EvaluationData& data) {
  std::vector<std::vector<Eigen::Index>> rows(data.subject_names.size());
  for (Eigen::Index row = 0; row < data.rows(); ++row)
    rows[static_cast<std::size_t>(data.subject[static_cast<std::size_t>(row)])].push_back(row);
  return rows;
}

bool has_one_label(const EvaluationData& data, const std::vector<Eigen::Index>& rows) {
  return std::all_of(rows.begin(), rows.end(),
                     [&](Eigen::Index row) { return data.y(row) == data.y(rows.front()); });
}

/// Labels of the rows of subjects `members` in the order of a shuffle of them.
void exchange_blocks(const EvaluationData& data, const std::vector<std::vector<Eigen::Index>>& rows,
                     const std::vector<std::size_t>& members, Random& random, Eigen::VectorXd& y) {
  std::vector<std::size_t> from = members;
  random.shuffle(std::span<std::size_t>(from));
  for (std::size_t m = 0; m < members.size(); ++m)
    for (std::size_t i = 0; i < rows[members[m]].size(); ++i) {
      const auto& source = rows[from[m]];
      y(rows[members[m]][i]) = data.y(source[std::min(i, source.size() - 1)]);
    }
}

}  // namespace

PermutedLabels resolved_permutation(const EvaluationData& data, PermutedLabels kind) {
  const auto rows = rows_of_subjects(data);
  const bool constant =
      std::all_of(rows.begin(), rows.end(), [&](const auto& own) { return has_one_label(data, own); });
  if (kind == PermutedLabels::automatic) kind = constant ? PermutedLabels::subjects : PermutedLabels::within;
  if (kind == PermutedLabels::subjects && !constant)
    throw usage_error(field("permute") + " subjects: some subjects have videos of different " + data.label,
                      "give " + field("permute") +
                          " within (labels are exchanged between the videos of a person) or blocks "
                          "(between persons of equally many videos)");
  if (kind == PermutedLabels::within && constant)
    throw usage_error(field("permute") + " within: no subject has videos of different " + data.label,
                      "give " + field("permute") + " subjects");
  if (kind == PermutedLabels::blocks) {
    std::map<std::size_t, std::size_t> subjects_of_size;
    for (const auto& own : rows) ++subjects_of_size[own.size()];
    if (std::all_of(subjects_of_size.begin(), subjects_of_size.end(),
                    [](const auto& one) { return one.second < 2; }))
      throw usage_error(field("permute") + " blocks: no two subjects have equally many videos",
                        "give " + field("permute") + " within or subjects");
  }
  return kind;
}

Eigen::VectorXd permuted_labels(const EvaluationData& data, PermutedLabels kind, std::uint64_t seed) {
  kind = resolved_permutation(data, kind);
  const auto rows = rows_of_subjects(data);
  Random random(seed);
  Eigen::VectorXd y = data.y;
  if (kind == PermutedLabels::within) {
    for (const auto& own : rows) {
      std::vector<Eigen::Index> from = own;
      random.shuffle(std::span<Eigen::Index>(from));
      for (std::size_t i = 0; i < own.size(); ++i) y(own[i]) = data.y(from[i]);
    }
    return y;
  }
  std::map<std::size_t, std::vector<std::size_t>> groups;
  for (std::size_t s = 0; s < rows.size(); ++s)
    groups[kind == PermutedLabels::blocks ? rows[s].size() : 0].push_back(s);
  for (const auto& [size, members] : groups) exchange_blocks(data, rows, members, random, y);
  return y;
}

}  // namespace facelex
