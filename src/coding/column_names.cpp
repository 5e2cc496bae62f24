#include "column_names.hpp"

#include <unordered_map>

#include "facelex/core/error.hpp"

namespace facelex {

std::string some_names(const std::vector<Column>& columns) {
  constexpr std::size_t max_named = 4;
  std::string text;
  for (std::size_t i = 0; i < columns.size() && i < max_named; ++i) text += (i ? ", " : "") + columns[i].name;
  if (columns.size() > max_named) text += " … (" + std::to_string(columns.size()) + " in all)";
  return text;
}

std::vector<Eigen::Index> columns_of(const Recording& header, const std::vector<Column>& wanted,
                                     const std::string& file, const std::string& who_takes,
                                     const std::string& remedy) {
  std::unordered_map<std::string_view, Eigen::Index> position;
  for (std::size_t i = 0; i < header.columns.size(); ++i)
    position.emplace(header.columns[i].name, static_cast<Eigen::Index>(i));
  std::vector<Eigen::Index> found;
  std::vector<Column> missing;
  for (const auto& column : wanted) {
    const auto at = position.find(column.name);
    if (at == position.end()) {
      missing.push_back(column);
    } else {
      found.push_back(at->second);
    }
  }
  if (!missing.empty())
    throw data_error({file, 1, {}},
                     "no column " + some_names(missing) + "; " + who_takes + " " + some_names(wanted) +
                         ", the file holds " + std::string(kind_name(header.kind)) + ": " +
                         some_names(header.columns),
                     remedy);
  return found;
}

}  // namespace facelex
