#include "facelex/compare/retrieval.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "facelex/core/parallel.hpp"

namespace facelex {
namespace {

constexpr Eigen::Index rows_at_once = 256;

/// Frames that are written alike, sorted by their recording.
struct EqualGroup {
  RowMatrix signals;  ///< about their mean, which distances do not see
  RowMatrix directions;
  std::vector<Eigen::Index> begin, end;  ///< of each frame: the frames that are not matches of it

  Eigen::Index size() const { return signals.rows(); }
  Eigen::Index matches(Eigen::Index i) const {
    const auto at = static_cast<std::size_t>(i);
    return size() - (end[at] - begin[at]);
  }
};

EqualGroup group_of(const std::vector<std::size_t>& frames, const CodeSets& sets, const RowMatrix& signals,
                    const std::vector<std::int32_t>& recording_of, bool other_recordings) {
  std::vector<Eigen::Index> rows;
  rows.reserve(frames.size());
  for (const std::size_t frame : frames) rows.push_back(sets.row(frame));
  const auto recording = [&](Eigen::Index row) { return recording_of[static_cast<std::size_t>(row)]; };
  std::stable_sort(rows.begin(), rows.end(),
                   [&](Eigen::Index a, Eigen::Index b) { return recording(a) < recording(b); });
  EqualGroup group;
  group.signals = signals(rows, Eigen::all);
  group.directions = group.signals;
  for (Eigen::Index i = 0; i < group.size(); ++i) {
    const double norm = group.signals.row(i).norm();
    if (norm > 0) group.directions.row(i) /= norm;
  }
  const Eigen::RowVectorXd mean = group.signals.colwise().mean();
  group.signals.rowwise() -= mean;
  for (std::size_t i = 0; i < rows.size();) {
    std::size_t next = i + 1;
    while (other_recordings && next < rows.size() && recording(rows[next]) == recording(rows[i])) ++next;
    for (std::size_t j = i; j < next; ++j) {
      group.begin.push_back(static_cast<Eigen::Index>(i));
      group.end.push_back(static_cast<Eigen::Index>(next));
    }
    i = next;
  }
  return group;
}

/// Of each frame the sum of its distances to its matches.
Eigen::VectorXd distance_sums(const EqualGroup& group, ThreadPool& pool, const Work& work) {
  const Eigen::VectorXd squares = group.signals.rowwise().squaredNorm();
  Eigen::VectorXd sums = Eigen::VectorXd::Zero(group.size());
  pool.for_each_block(
      static_cast<std::size_t>(group.size()), rows_at_once,
      [&](std::size_t, std::size_t from, std::size_t to) {
        const auto first = static_cast<Eigen::Index>(from), count = static_cast<Eigen::Index>(to - from);
        for (Eigen::Index other = 0; other < group.size(); other += rows_at_once) {
          work.check_stop();
          const Eigen::Index others = std::min(rows_at_once, group.size() - other);
          const RowMatrix products =
              group.signals.middleRows(first, count) * group.signals.middleRows(other, others).transpose();
          for (Eigen::Index i = 0; i < count; ++i) {
            const auto at = static_cast<std::size_t>(first + i);
            for (Eigen::Index j = 0; j < others; ++j)
              if (other + j < group.begin[at] || other + j >= group.end[at])
                sums[first + i] +=
                    std::sqrt(std::max(squares[first + i] + squares[other + j] - 2 * products(i, j), 0.0));
          }
        }
      });
  return sums;
}

/// Adds the queries of a group.
void add_queries(const EqualGroup& group, const Eigen::VectorXd& distances, int least_matches,
                 Retrieval& found) {
  const Eigen::RowVectorXd all_directions = group.directions.colwise().sum(),
                           all_sums = group.signals.colwise().sum(),
                           all_squares = group.signals.colwise().squaredNorm();
  Eigen::RowVectorXd own_directions, own_sums, own_squares;
  for (Eigen::Index i = 0; i < group.size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    const Eigen::Index begin = group.begin[at], length = group.end[at] - begin;
    if (i == begin) {
      own_directions = group.directions.middleRows(begin, length).colwise().sum();
      own_sums = group.signals.middleRows(begin, length).colwise().sum();
      own_squares = group.signals.middleRows(begin, length).colwise().squaredNorm();
    }
    if (group.matches(i) < least_matches || group.matches(i) < 1) continue;
    const auto matches = static_cast<double>(group.matches(i));
    ++found.queries;
    found.mean_cosine += group.directions.row(i).dot(all_directions - own_directions) / matches;
    found.mean_distance += distances[i] / matches;
    const Eigen::ArrayXd mean = ((all_sums - own_sums) / matches).transpose().array();
    const Eigen::ArrayXd square = ((all_squares - own_squares) / matches).transpose().array();
    // What remains of equal matches is the rounding of sums.
    constexpr double rounding = 1e-14;
    const Eigen::ArrayXd variance = square - mean.square();
    found.mean_deviation += (variance > rounding * square).select(variance, 0).sqrt().mean();
  }
}

}  // namespace

Retrieval retrieval(const CodeSets& sets, const RowMatrix& signals,
                    const std::vector<std::int32_t>& recording_of, bool other_recordings, int least_matches,
                    const Work& work) {
  const auto groups = sets.equal_frames();
  Retrieval found;
  found.frames = static_cast<std::int64_t>(sets.frames());
  found.different_sets = static_cast<std::int64_t>(groups.size());
  ThreadPool pool(std::max(work.threads, 1));
  std::int64_t done = 0;
  for (const auto& frames : groups) {
    work.check_stop();
    done += static_cast<std::int64_t>(frames.size());
    if (static_cast<int>(frames.size()) <= least_matches) continue;
    const EqualGroup group = group_of(frames, sets, signals, recording_of, other_recordings);
    bool any = false;
    for (Eigen::Index i = 0; i < group.size(); ++i) any = any || group.matches(i) >= least_matches;
    if (any) add_queries(group, distance_sums(group, pool, work), least_matches, found);
    work.report(done, found.frames);
  }
  const auto queries = static_cast<double>(found.queries);
  found.coverage = found.frames > 0 ? queries / static_cast<double>(found.frames) : 0;
  found.mean_cosine /= queries;  // NaN without queries
  found.mean_distance /= queries;
  found.mean_deviation /= queries;
  return found;
}

}  // namespace facelex
