#pragma once

#include <cstdint>
#include <vector>

#include "facelex/compare/code_sets.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// How similar frames with the same codes are (paper 002, 5.1).
struct Retrieval {
  std::int64_t frames = 0, different_sets = 0;
  std::int64_t queries = 0;  ///< frames with at least `least_matches` matches
  double coverage = 0;       ///< queries / frames
  /// Means over queries of the mean over a query's matches: cosine and Euclidean distance of query and match
  /// (a frame of zeros has cosine 0 with every other); of the matches' standard deviation (population)
  /// averaged over the D signals. NaN without queries.
  double mean_cosine = 0, mean_distance = 0, mean_deviation = 0;
};

/// A query's matches are the other frames whose set is identical; with other_recordings only those of other
/// recordings. sets: of the rows of `signals` (T×D, finite); recording_of: T, the recording of each row.
/// Distances cost n²·D in a group of n equal frames, all else is linear. The same bytes whatever
/// work.threads.
Retrieval retrieval(const CodeSets& sets, const RowMatrix& signals,
                    const std::vector<std::int32_t>& recording_of, bool other_recordings,
                    int least_matches = 5, const Work& work = {});

}  // namespace facelex
