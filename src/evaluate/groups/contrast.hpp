#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "facelex/core/parallel.hpp"
#include "facelex/core/random.hpp"
#include "facelex/evaluate/groups/groups.hpp"
#include "linear_test.hpp"

namespace facelex {

/// One contrast while it is worked on.
struct ContrastWork {
  std::vector<Eigen::Index> subjects;  ///< of the table
  std::vector<int> group;              ///< of them, 0 … groups − 1; all 0 for a score
  int groups = 1;
  Eigen::MatrixXd tested;  ///< S×k, by the table's subjects
  std::vector<TestBlock> blocks;
};

/// What the steps of a contrast share.
struct ContrastStep {
  const SubjectTable& table;
  const GroupOptions& options;
  const ContrastWork& work;
  ThreadPool& pool;
  const Work& outer;
};

/// Whom the contrast compares; `blocks` are still empty.
ContrastWork contrast_work(const SubjectTable& table, const GroupContrast& contrast);
/// Counts, means and deviations of all features; those with the same subjects become one block.
void make_blocks(const SubjectTable& table, GroupContrast& contrast, ContrastWork& work);
/// Statistic and effect of the features of a block.
void take_observed(const SubjectTable& table, const TestBlock& block, GroupContrast& contrast);
/// p of features and families; `done_before` of `total` permutations were reported already.
void take_p_values(const ContrastStep& step, const Random& streams, const GroupComparison& comparison,
                   GroupContrast& contrast, std::int64_t done_before, std::int64_t total);
void take_intervals(const ContrastStep& step, const Random& streams, GroupContrast& contrast);

}  // namespace facelex
