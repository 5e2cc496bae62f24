#pragma once

#include <vector>

#include "facelex/coding/training_data.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// Which columns each recording of training data observes. A point that a landmark scheme lacks is zero in
/// all rows of a recording (paper 001, 3.3): such columns count in no sum of squares of that recording.
class ObservedColumns {
 public:
  explicit ObservedColumns(const TrainingData& data);

  /// The rows of one recording.
  struct Source {
    Eigen::Index begin = 0, end = 0;
    std::vector<bool> observed;  ///< D
  };
  const std::vector<Source>& sources() const { return sources_; }

  /// Σ (x − x̂)², x̂ = codes·atoms, over observed values. samples: T×n, the columns `columns` of the data;
  /// codes: T×K; atoms: K×n. The same bytes whatever work.threads.
  double residual(const RowMatrix& samples, const std::vector<Eigen::Index>& columns, const RowMatrix& codes,
                  const RowMatrix& atoms, const Work& work) const;

 private:
  std::vector<Source> sources_;
};

}  // namespace facelex
