#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "facelex/core/options.hpp"
#include "facelex/evaluate/data.hpp"

namespace facelex {

enum class FoldProtocol { leave_one_out, k_fold };

/// How subjects are divided. A subject is never on both sides of any split.
struct FoldOptions {
  /// Folds keep the classes' shares. Leaving one out does not: the class of the subject left out is then the
  /// rarer one in the training rows, so with balanced classes that nothing tells apart a strongly penalised
  /// machine gets every prediction wrong, 0 % instead of 50 %. The papers leave one out.
  FoldProtocol protocol = FoldProtocol::k_fold;
  int folds = 10;       ///< of the outer k-fold; ≥ 2
  int inner_folds = 5;  ///< that choose the hyper-parameters within the training subjects; ≥ 2

  void describe(OptionList& options);
};

/// Rows to learn from and rows to judge, ascending.
struct RowSplit {
  std::vector<Eigen::Index> train, test;
};
struct OuterFold {
  std::string name;  ///< of the subject left out, the number of the fold, or the given name
  RowSplit rows;
  std::vector<RowSplit> inner;  ///< of the training rows
};

/// The outer folds with their inner ones. With a fold column: each of its values is left out once; with the
/// values train, dev (or validation) and test, one fold: hyper-parameters are chosen on dev when there is
/// one, then learnt from train and dev. Otherwise one fold for each subject, or k: subjects are shuffled with
/// `seed` and dealt so that folds hold the classes (for a regression, the range of targets) in equal shares;
/// so are the inner folds. A subject of several classes counts as one of the class that most of its videos
/// have. `y`: as data.y, or permuted. Throws Error (data, usage): fewer subjects than folds, a subject in two
/// given folds, a training side without videos.
std::vector<OuterFold> evaluation_folds(const EvaluationData& data, const Eigen::VectorXd& y,
                                        const FoldOptions& options, std::uint64_t seed);

/// Throws Error (data): a class of one subject, or a fold (named) without which nothing, or one class alone,
/// is left to learn from.
void require_learnable(const EvaluationData& data, const std::vector<OuterFold>& folds);

/// Fold numbers 0 … count − 1 of subjects 0 … S − 1, balanced as described above; −1 for subjects without a
/// row in `rows`.
std::vector<int> balanced_folds(const EvaluationData& data, const Eigen::VectorXd& y,
                                const std::vector<Eigen::Index>& rows, int count, std::uint64_t seed);

}  // namespace facelex
