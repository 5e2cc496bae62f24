#include "names.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "facelex/core/error.hpp"
#include "facelex/core/options.hpp"
#include "join.hpp"

namespace facelex {
namespace {

/// Endings of what facelex reads and writes; "S1.v2" and "S1.v3" are two videos.
constexpr std::array<std::string_view, 15> file_endings = {".mp4", ".m4v",  ".mov", ".avi", ".mkv",
                                                           ".mpg", ".mpeg", ".mts", ".wmv", ".webm",
                                                           ".flv", ".csv",  ".npy", ".png", ".jpg"};

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

struct NameParts {
  std::string folder, stem, ending;
};

NameParts parts_of_name(const std::string& name) {
  NameParts parts;
  const std::size_t slash = name.find_last_of("/\\");
  parts.stem = slash == std::string::npos ? name : name.substr(slash + 1);
  if (slash != std::string::npos) parts.folder = name.substr(0, slash + 1);
  for (const std::string_view ending : file_endings)
    if (lower_case(parts.stem).ends_with(ending) && parts.stem.size() > ending.size()) {
      parts.ending = parts.stem.substr(parts.stem.size() - ending.size());
      parts.stem.resize(parts.stem.size() - ending.size());
      break;
    }
  return parts;
}

std::string key_of_name(const std::string& name) {
  return lower_case(parts_of_name(name).stem);
}

/// The column that holds the videos' names, where it is not called so.
std::optional<std::string> column_of_names(const std::vector<std::string>& header) {
  for (const std::string_view part : {"name", "video", "file", "clip", "recording"})
    for (const std::string& column : header)
      if (lower_case(column).find(part) != std::string::npos) return column;
  return {};
}

/// Names of the labels that some table lacks.
std::vector<std::string> names_in_labels_alone(const std::vector<FeatureTable>& tables,
                                               const NamedTexts& labels) {
  const auto name = static_cast<std::size_t>(labels.column("name"));
  std::vector<std::string> alone;
  for (const auto& row : labels.rows)
    if (std::any_of(tables.begin(), tables.end(),
                    [&](const FeatureTable& table) { return !table.row_of.contains(row[name]); }))
      alone.push_back(row[name]);
  return alone;
}

std::string there_is(const std::optional<std::string>& name) {
  return name ? "there is " + in_quotes(*name) : std::string();
}

}  // namespace

NearNames::NearNames(const std::vector<std::string>& names) {
  for (const std::string& name : names) names_of_key_[key_of_name(name)].push_back(name);
}

std::optional<std::string> NearNames::of(const std::string& name) const {
  const auto found = names_of_key_.find(key_of_name(name));
  if (found == names_of_key_.end() || found->second.size() > 1) return {};
  return found->second.front();
}

NearLabels::NearLabels(const std::vector<FeatureTable>& tables, const NamedTexts& labels)
    : labels_file_(labels.file), of_labels_(names_in_labels_alone(tables, labels)) {
  const auto name = static_cast<std::size_t>(labels.column("name"));
  std::set<std::string> labelled;
  for (const auto& row : labels.rows) labelled.insert(row[name]);
  for (const auto& table : tables) {
    std::vector<std::string> alone;
    for (const auto& [known, row] : table.row_of)
      if (!labelled.contains(known)) alone.push_back(known);
    of_table_.emplace(table.file, NearNames(alone));
  }
}

std::string NearLabels::in_table(const FeatureTable& table, const std::string& name) {
  const auto found = of_table_.at(table.file).of(name);
  if (found && count_++ == 0)
    example_ = labels_file_ + " has " + in_quotes(name) + " where " + table.file + " has " +
               in_quotes(*found) + " (" + difference_of_names(name, *found) + ")";
  return there_is(found);
}

std::string NearLabels::in_labels(const std::string& name) const {
  return there_is(of_labels_.of(name));
}

std::string NearLabels::text() const {
  return count_text(count_, "video") + (count_ == 1 ? " is" : " are") + " left out for the spelling of " +
         (count_ == 1 ? "its name" : "their names") + ": " + example_ + (count_ > 1 ? ", and so on" : "") +
         "; write column name of " + labels_file_ + " as the features have it";
}

std::string difference_of_names(const std::string& a, const std::string& b) {
  const NameParts first = parts_of_name(a), second = parts_of_name(b);
  std::vector<std::string> differences;
  if (first.folder != second.folder) differences.emplace_back("the folder");
  if (first.ending != second.ending)
    differences.push_back("the ending " + (first.ending.empty() || second.ending.empty()
                                               ? first.ending + second.ending
                                               : first.ending + " or " + second.ending));
  if (first.stem != second.stem) differences.emplace_back("upper or lower case");
  std::string text;
  for (std::size_t i = 0; i < differences.size(); ++i)
    text += (i == 0 ? "" : i + 1 < differences.size() ? ", " : " and ") + differences[i];
  return text;
}

std::string columns_found(const std::vector<std::string>& header, const std::string& wanted) {
  constexpr std::size_t shown = 12;
  std::string text = header.size() == 1 ? "it has the column " : "it has the columns ";
  for (std::size_t i = 0; i < std::min(shown, header.size()); ++i) text += (i > 0 ? ", " : "") + header[i];
  if (header.size() > shown) text += " … (" + std::to_string(header.size()) + " in all)";
  auto nearest = wanted == "name" ? column_of_names(header) : std::nullopt;
  for (const std::string& column : header)
    if (!nearest && lower_case(column) == lower_case(wanted)) nearest = column;
  if (!nearest && wanted != "name") nearest = nearest_word(wanted, header);
  return nearest ? text + "; is it " + in_quotes(*nearest) + "?" : text;
}

}  // namespace facelex
