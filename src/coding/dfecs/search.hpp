#pragma once

#include <functional>

#include "face.hpp"
#include "search_log.hpp"

namespace facelex {

/// The halting grid search of paper 001, 2.3.3. Fits cells that the log does not have, in the paper's order,
/// and stops at the first that is good enough; else takes the best, with a warning.
class DfecsSearch {
 public:
  DfecsSearch(const DfecsOptions& options, const ObservedColumns& observed, SearchLog& log, const Work& work);

  /// k by α until the part explains 1 − β/2.
  PartSettings find_part(const DfecsPart& part);

  struct FaceSettings {
    int units = 0;
    double alpha_a = 0, alpha_b = 0;
  };
  /// q by α_A by α_B until the units explain 1 − β of the whole face.
  FaceSettings find_face(const PartLevel& parts, const FaceSignal& signal);

  /// "search" of the training's summary.
  const Json& summary() const { return summary_; }
  const std::vector<Message>& warnings() const { return warnings_; }

 private:
  struct Best {
    SearchCell cell;
    SearchOutcome outcome;
    std::int64_t cells = 0;
  };
  /// Takes the cell into account; returns whether it explains `wanted`.
  bool halts(Best& best, const SearchCell& cell, double wanted, const std::function<SearchOutcome()>& fit);
  void conclude(const Best& best, double wanted);

  const DfecsOptions& options_;
  const ObservedColumns& observed_;
  SearchLog& log_;
  const Work& work_;
  Work quiet_;  ///< work_ without progress: what is counted are cells
  std::int64_t cells_ = 0;
  Json summary_;
  std::vector<Message> warnings_;
};

}  // namespace facelex
