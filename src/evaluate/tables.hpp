#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "facelex/core/matrix.hpp"

namespace facelex {

/// A table of texts whose rows have names.
struct NamedTexts {
  std::string file;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<long long> lines;  ///< of the rows

  /// Index of a column; −1: there is none.
  int column(const std::string& name) const;
};
/// A CSV with a header. Throws Error (data): no rows, ragged rows, semicolons or tabs instead of commas, no
/// column `name` (with the columns found), a name or a column twice, a row without a name.
NamedTexts read_named_texts(const std::filesystem::path& file);

/// Features of one file.
struct FeatureTable {
  std::string file;
  std::vector<std::string> columns;            ///< P, without `name` and `face_id`
  std::map<std::string, Eigen::Index> row_of;  ///< by name
  RowMatrix values;                            ///< NaN: missing
};
/// A CSV with column `name`, all others but `face_id` numbers (empty, NA and nan are missing). Throws Error
/// (data) as above, and for text or infinity.
FeatureTable read_feature_table(const std::filesystem::path& file);

/// Whether a field says that there is no value.
bool is_missing_value(const std::string& text);

}  // namespace facelex
