#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tables.hpp"

namespace facelex {

/// Names of videos that are almost the same: "clips/S1.MP4" and "s1" differ in folder, ending and letter
/// case. Who meets one says so and leaves the correction to the user, for "a/S1" and "b/S1" may be two
/// videos.
class NearNames {
 public:
  explicit NearNames(const std::vector<std::string>& names);
  /// The one of the names that is almost `name`; nothing where there is none, or several are.
  std::optional<std::string> of(const std::string& name) const;

 private:
  std::map<std::string, std::vector<std::string>> names_of_key_;
};

/// Names that stand in the labels alone or in a table of features alone, and almost in the other.
class NearLabels {
 public:
  NearLabels(const std::vector<FeatureTable>& tables, const NamedTexts& labels);

  /// "there is 'S1'": what `table` has for this name of the labels; or nothing. Remembers it for text().
  std::string in_table(const FeatureTable& table, const std::string& name);
  /// What the labels have for this name of a table.
  std::string in_labels(const std::string& name) const;

  bool any() const { return count_ > 0; }
  /// How many videos are left out for the spelling of their names, with an example, and how to mend it.
  std::string text() const;

 private:
  std::string labels_file_, example_;
  NearNames of_labels_;
  std::map<std::string, NearNames> of_table_;  ///< by file
  std::size_t count_ = 0;
};

/// In what two such names differ: "the folder and the ending .mp4".
std::string difference_of_names(const std::string& a, const std::string& b);

/// "it has the columns a, b, c; is it 'b'?": for a table without the column `wanted`. The videos' names may
/// stand in a column called otherwise; other columns are recognised by their spelling.
std::string columns_found(const std::vector<std::string>& header, const std::string& wanted);

}  // namespace facelex
