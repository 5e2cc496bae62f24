#pragma once

#include <Eigen/Core>
#include <functional>
#include <vector>

#include "code_statistics.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/factor/dictionary/learning.hpp"
#include "factor/lasso/lanes/coder.hpp"
#include "factor/lasso/lanes/table.hpp"
#include "samples.hpp"

namespace facelex {

/// One run of dictionary learning.
template <class Number>
class DictionaryIteration {
 public:
  DictionaryIteration(const DictionarySamples<Number>& samples, Eigen::Index atoms,
                      const DictionaryOptions& options, const AtomConstraints& constraints, const Work& work);

  /// From start_atoms when it has rows.
  DictionaryResult run(const RowMatrix& start_atoms);

 private:
  void start_at_singular_vectors();
  void start_at_samples();
  void run_as_sklearn();
  void run_fast();
  /// Codes under `atoms` from the codes there are: `sweeps` sweeps, or to the stopping rule (0).
  CodeStatistics code(const RowMatrix& atoms, int sweeps);
  void for_each_block(const std::function<void(std::size_t, Eigen::Index, Eigen::Index)>& task);
  void code_block(const LaneCoderFor<Number>& coder, int sweeps, Eigen::Index first, Eigen::Index n,
                  CodeStatistics& sum);
  /// `passes` over the atoms; unused ones become samples. Returns whether any did.
  bool update(CodeStatistics& statistics, RowMatrix& atoms, int passes);
  Eigen::RowVectorXd noisy_sample();
  /// Of the codes that `statistics` is of, under result_.atoms.
  double objective(const CodeStatistics& statistics) const;
  void record(double objective);
  /// Of the options, or what the rounding of Number lets one see.
  double tolerance() const;

  const DictionarySamples<Number>& samples_;
  const DictionaryOptions& options_;
  const AtomConstraints& constraints_;
  const Work& work_;
  ThreadPool pool_;
  Random random_;
  LaneTableFor<Number> codes_;         ///< T × units
  std::vector<CodeStatistics> parts_;  ///< of each block of samples
  DictionaryResult result_;
};

}  // namespace facelex
