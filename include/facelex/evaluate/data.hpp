#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/core/options.hpp"

namespace facelex {

enum class EvaluationTask { classify, regress };
/// `keep`: they stay missing, for whoever counts the videos of each feature.
enum class MissingFeatures { refuse, leave_out, impute, keep };

/// Which columns of the tables mean what.
struct EvaluationDataOptions {
  std::string label;        ///< column of the labels; empty: the first of `default_label_columns` that exists
  std::string fold_column;  ///< column of the labels with given splits; empty: none
  /// Only these classes; the last is the positive one; empty: all, in natural order.
  std::vector<std::string> classes;
  bool per_video = false;  ///< the videos of a subject may be of different classes
  MissingFeatures missing = MissingFeatures::refuse;
  bool subjects_as_spelt = false;  ///< 'S01' and 's01' are two people

  /// `classes` and `per-video` only for classification.
  void describe(OptionList& options, EvaluationTask task);
};
/// The names that a column of labels may have when none is given: label, group, class; or target, label,
/// score.
const std::vector<std::string>& default_label_columns(EvaluationTask task);

/// A column that is not used, or a video, and why.
struct LeftOutOfEvaluation {
  std::string name;
  std::string reason;       ///< which others may share: "no features in f.csv"
  std::string detail = {};  ///< what concerns this one alone: "there is 'S1'"; or empty

  /// "no features in f.csv (there is 'S1')".
  std::string text() const { return detail.empty() ? reason : reason + " (" + detail + ")"; }
};

/// Features and what is to be predicted from them, a row for each video.
struct EvaluationData {
  std::vector<std::string> names;          ///< N, of the videos, in natural order
  std::vector<int> subject;                ///< N, indices of subject_names
  std::vector<std::string> subject_names;  ///< in natural order
  std::vector<std::string> features;       ///< P
  RowMatrix x;                       ///< N×P; NaN is missing, and only with MissingFeatures::impute or keep
  std::vector<std::string> classes;  ///< K ≥ 2; empty: a regression
  Eigen::VectorXd y;                 ///< N: index of the class, or the target
  std::vector<std::string> folds;    ///< N texts of the fold column; empty without one
  std::string label;                 ///< name of the column of y
  std::string labels_file, fold_column;  ///< what errors about folds name
  std::vector<long long> lines;          ///< N, of the labels file; empty: not from a file
  bool has_subjects = true;              ///< false: every video counts as another subject
  std::vector<LeftOutOfEvaluation> videos_left_out, features_left_out;
  std::vector<std::string> warnings;  ///< what a careful reader of the tables would ask about

  Eigen::Index rows() const { return x.rows(); }
  bool classifies() const { return !classes.empty(); }
};

/// Joins tables of features (CSV: name, then columns of numbers; a row for each video) by name, and with the
/// labels (CSV: name, the label, and subject if people have several videos). Videos that lack a label or a
/// row in some table, features that are the same in all videos, and what the options leave out are named in
/// the result; so is, for a name that is in one table only, the nearly equal name in another. Throws Error
/// (data or usage): a table that cannot be read, a name or a column twice, no video in common, missing values
/// with MissingFeatures::refuse, a target that is not a number, fewer than two classes, a subject of two
/// classes without per_video, no feature that varies.
EvaluationData read_evaluation_data(const std::vector<std::filesystem::path>& features,
                                    const std::filesystem::path& labels, EvaluationTask task,
                                    const EvaluationDataOptions& options);

}  // namespace facelex
