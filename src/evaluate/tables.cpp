#include "tables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/tables/csv.hpp"
#include "names.hpp"

namespace facelex {
namespace {

/// The tables of `features` have a column face_id beside the name.
bool is_feature(const std::string& column) {
  return column != "name" && column != "face_id";
}

std::string count_of_fields(std::size_t count, std::size_t expected) {
  return std::to_string(count) + " fields, but the header has " + std::to_string(expected);
}

/// Spreadsheets of languages with a decimal comma write semicolons.
void require_commas(std::string_view header, const Place& place) {
  if (header.find(',') != std::string_view::npos) return;
  for (const auto& [separator, noun] : {std::pair(';', "semicolons"), std::pair('\t', "tabs")})
    if (trimmed(header).find(separator) != std::string_view::npos)
      throw data_error(place, std::string("its columns are separated by ") + noun + ", not by commas",
                       "save it with commas between columns and points in numbers (a spreadsheet offers that "
                       "on export; in R it is write.csv, not write.csv2)");
}

/// Reads the header, with no name twice.
std::vector<std::string> evaluation_header(CsvLines& lines, const std::filesystem::path& file) {
  std::string_view line;
  if (!lines.next(line) || trimmed(line).empty())
    throw data_error({file.string(), 0, {}}, "is empty",
                     "it needs a header with a column 'name', and a line for each video");
  require_commas(line, lines.place());
  auto header = csv_fields(line, lines.place());
  std::set<std::string> seen;
  for (const auto& name : header)
    if (!seen.insert(name).second)
      throw data_error(lines.place(), "column " + in_quotes(name) + " occurs twice");
  if (!seen.contains("name"))
    throw data_error(lines.place(), "has no column 'name'",
                     "call the column with the names of the videos so: they tie the tables together; " +
                         columns_found(header, "name"));
  return header;
}

/// Rows one after another as fields; empty lines are nobody's fault.
template <class Take>
void for_each_named_row(CsvLines& lines, const std::vector<std::string>& header, Take take) {
  const auto name =
      static_cast<std::size_t>(std::find(header.begin(), header.end(), "name") - header.begin());
  std::set<std::string> seen;
  std::string_view line;
  while (lines.next(line)) {
    if (trimmed(line).empty()) continue;
    const auto fields = csv_fields(line, lines.place());
    if (fields.size() != header.size())
      throw data_error(lines.place(), count_of_fields(fields.size(), header.size()),
                       lines.complete() ? "" : "the file was cut; make it again");
    if (fields[name].empty()) throw data_error(lines.place("name"), "a name is missing");
    if (!seen.insert(fields[name]).second)
      throw data_error(lines.place("name"), in_quotes(fields[name]) + " occurs twice",
                       "a name needs one line; of several faces in a video keep one");
    take(fields, fields[name]);
  }
  if (seen.empty()) throw data_error({lines.place().file, 0, {}}, "has a header, but no line of a video");
}

}  // namespace

bool is_missing_value(const std::string& text) {
  return text.empty() || text == "NA" || text == "N/A" || text == "nan" || text == "NaN" || text == "null";
}

int NamedTexts::column(const std::string& name) const {
  const auto found = std::find(header.begin(), header.end(), name);
  return found == header.end() ? -1 : static_cast<int>(found - header.begin());
}

NamedTexts read_named_texts(const std::filesystem::path& file) {
  CsvLines lines(file);
  NamedTexts table;
  table.file = file.string();
  table.header = evaluation_header(lines, file);
  for_each_named_row(lines, table.header, [&](const std::vector<std::string>& fields, const std::string&) {
    table.rows.push_back(fields);
    table.lines.push_back(lines.number());
  });
  return table;
}

FeatureTable read_feature_table(const std::filesystem::path& file) {
  CsvLines lines(file);
  FeatureTable table;
  table.file = file.string();
  const auto header = evaluation_header(lines, file);
  for (const auto& name : header)
    if (is_feature(name)) table.columns.push_back(name);
  if (table.columns.empty()) throw data_error({file.string(), 1, {}}, "has no column of a feature");
  std::vector<double> values;
  for_each_named_row(lines, header, [&](const std::vector<std::string>& fields, const std::string& name) {
    table.row_of.emplace(name, static_cast<Eigen::Index>(table.row_of.size()));
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (!is_feature(header[i])) continue;
      if (is_missing_value(fields[i])) {
        values.push_back(std::numeric_limits<double>::quiet_NaN());
        continue;
      }
      const auto number = parse_double(fields[i]);
      if (!number || !std::isfinite(*number))
        throw data_error(
            lines.place(header[i]), in_quotes(fields[i]) + " is not a finite number",
            "features are numbers; take other columns (subject, group …) out, they belong in the labels");
      values.push_back(*number);
    }
  });
  table.values = Eigen::Map<const RowMatrix>(values.data(), static_cast<Eigen::Index>(table.row_of.size()),
                                             static_cast<Eigen::Index>(table.columns.size()));
  return table;
}

}  // namespace facelex
