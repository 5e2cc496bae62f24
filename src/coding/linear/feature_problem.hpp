#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "coding/learn_signal.hpp"
#include "facelex/coding/linear/linear_model.hpp"
#include "facelex/coding/training_data.hpp"
#include "facelex/face/schemes/mirror.hpp"
#include "facelex/factor/dictionary/atom_constraints.hpp"
#include "facelex/factor/sample_blocks.hpp"

namespace facelex {

/// A feature of the face, with the columns that move with it.
struct FeatureColumns {
  std::string name, description;
  std::vector<Eigen::Index> columns;  ///< ascending
  int units = 0;
};

/// One dictionary to be learnt: that of a feature, or, mirrored, that of a feature and its mirror image
/// together, whose samples stand below the first's as the mirror shows them.
class FeatureProblem {
 public:
  /// features: one, or two that are each other's mirror image. mirror: of the data's columns; null when atoms
  /// are free. Throws Error (data) when no column ever moves or there are fewer frames than atoms.
  FeatureProblem(const TrainingData& data, double scale, std::vector<FeatureColumns> features,
                 const ColumnMirror* mirror);

  const std::vector<FeatureColumns>& features() const { return features_; }
  /// "LB" or "LB and RB"
  std::string name() const;
  int units() const { return features_.front().units; }
  /// T×d, or 2T×d: the columns of the first feature that move in some frame, scaled. The others are left out
  /// of learning, lest the noise of a replaced atom moves a point that never moves.
  const RowMatrix& samples() const { return samples_; }
  /// Those of all rows, when the data are a sample of a store; nothing else.
  SampleBlocks all_samples() const;
  /// Rows of all_samples().
  std::int64_t all_rows() const { return store_ ? store_->rows() * sides() : samples_.rows(); }
  /// The reflection of those columns, without twins, when the feature is its own mirror image and mirror was
  /// given; nothing else.
  const AtomConstraints& reflection() const { return reflection_; }

  /// K×d atoms as K×D rows over all columns of the data, for the feature number `side`.
  RowMatrix spread(const RowMatrix& atoms, std::size_t side) const;
  /// K×D rows over all columns as K×d atoms of the first feature: the inverse.
  RowMatrix gathered(const RowMatrix& rows) const;
  /// The rows of T or 2T codes that are those of the feature number `side`.
  auto codes_of_side(const RowMatrix& codes, std::size_t side) const {
    return codes.middleRows(static_cast<Eigen::Index>(side) * frames_, frames_);
  }

 private:
  Eigen::Index sides() const { return static_cast<Eigen::Index>(features_.size()); }
  RowMatrix samples_of(const RowMatrix& values) const;

  std::vector<FeatureColumns> features_;
  const ColumnMirror* mirror_;
  std::shared_ptr<const FrameStore> store_;
  double scale_;
  Eigen::Index frames_, width_;
  std::vector<Eigen::Index> moving_;  ///< columns of the data
  RowMatrix samples_;
  AtomConstraints reflection_;
};

/// The features that a dictionary is learnt for together: each alone, or, mirrored, left and right sides in
/// one. Throws Error (usage) when mirrored sides do not have as many units each, or one side is left out.
std::vector<std::vector<FeatureColumns>> learnt_together(const std::vector<Allocation>& allocation,
                                                         const std::vector<Column>& columns,
                                                         const ColumnMirror* mirror);

}  // namespace facelex
