#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/core/options.hpp"
#include "facelex/evaluate/data.hpp"

namespace facelex {

/// Columns of the labels whose linear influence on the features is taken out.
struct CovariateOptions {
  std::vector<std::string> adjust;      ///< columns of the labels; empty: none
  std::vector<std::string> categories;  ///< those of them whose numbers are names: site 1, 2, 3

  void describe(OptionList& options);
  void check() const;
};

/// What is known of each video beside its label.
struct Covariates {
  std::vector<std::string> names;  ///< Q: "age"; of a category "site=B" for each value but the first
  RowMatrix values;                ///< N×Q, rows as the data's; whole

  bool empty() const { return names.empty(); }
};

/// Reads them from the labels that `data` was read from. A column of numbers is one covariate; any other (and
/// those of `categories`) is a category: 0 and 1 for each of its values but the first in natural order.
/// Videos that lack one are taken out of `data` and named in data.videos_left_out. Throws Error (usage): a
/// column that is not there, the label itself, or one that is the same for all; a category of more than 50
/// values. Throws Error (data) when no video, or one class alone, is left.
Covariates read_covariates(const std::filesystem::path& labels, const CovariateOptions& options,
                           EvaluationData& data);

/// The texts of a column of the labels by the video's name; without those that are missing. Throws Error
/// (usage) when there is no such column, or the names.
std::map<std::string, std::string> texts_of_videos(const std::filesystem::path& labels,
                                                   const std::string& column);

}  // namespace facelex
