#include "facelex/evaluate/covariates.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "join.hpp"
#include "names.hpp"
#include "tables.hpp"

namespace facelex {
namespace {

using Eigen::Index;

/// One column of the labels for the rows of the data.
struct CovariateColumn {
  std::string name;
  std::vector<std::string> texts;  ///< N
};

/// Keeps these rows of the data; subjects without a row are no longer named.
void keep_rows(EvaluationData& data, const std::vector<std::size_t>& rows) {
  const EvaluationData all = data;
  std::map<int, int> index;
  for (const auto row : rows) index.emplace(all.subject[row], 0);
  data.subject_names.clear();
  for (auto& [before, now] : index) {
    now = static_cast<int>(data.subject_names.size());
    data.subject_names.push_back(all.subject_names[static_cast<std::size_t>(before)]);
  }
  data.names.clear();
  data.subject.clear();
  data.folds.clear();
  data.lines.clear();
  data.x.resize(static_cast<Index>(rows.size()), all.x.cols());
  data.y.resize(static_cast<Index>(rows.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows[i];
    data.names.push_back(all.names[row]);
    data.subject.push_back(index[all.subject[row]]);
    if (!all.folds.empty()) data.folds.push_back(all.folds[row]);
    if (!all.lines.empty()) data.lines.push_back(all.lines[row]);
    data.x.row(static_cast<Index>(i)) = all.x.row(static_cast<Index>(row));
    data.y(static_cast<Index>(i)) = all.y(static_cast<Index>(row));
  }
}

void require_something_left(const EvaluationData& data, const std::string& file) {
  if (data.rows() == 0)
    throw data_error({file, 0, {}}, "no video has all columns of " + field("adjust"),
                     "complete them, or adjust for fewer");
  for (std::size_t k = 0; k < data.classes.size(); ++k)
    if ((data.y.array() == static_cast<double>(k)).count() == 0)
      throw data_error(
          {file, 0, {}},
          "no video of class " + in_quotes(data.classes[k]) + " has all columns of " + field("adjust"),
          "complete them, or adjust for fewer");
}

bool all_numbers(const std::vector<std::string>& texts) {
  return std::all_of(texts.begin(), texts.end(), [](const std::string& text) {
    const auto number = parse_double(text);
    return number && std::isfinite(*number);
  });
}

/// Appends the columns of numbers that stand for one column of the labels.
void append_covariate(const CovariateColumn& column, bool category, std::vector<Eigen::VectorXd>& values,
                      std::vector<std::string>& names) {
  std::set<std::string> distinct(column.texts.begin(), column.texts.end());
  if (distinct.size() == 1)
    throw option_error("adjust",
                       column.name + " is " + in_quotes(*distinct.begin()) + " for all videos that are used",
                       "leave it out");
  const auto rows = static_cast<Index>(column.texts.size());
  if (!category) {
    Eigen::VectorXd numbers(rows);
    for (Index i = 0; i < rows; ++i) numbers(i) = *parse_double(column.texts[static_cast<std::size_t>(i)]);
    values.push_back(numbers);
    names.push_back(column.name);
    return;
  }
  constexpr std::size_t max_values = 50;
  if (distinct.size() > max_values)
    throw option_error(
        "adjust", column.name + " has " + std::to_string(distinct.size()) + " different texts",
        "if it is meant as a number, all of its values must be numbers; a category has at most 50");
  std::vector<std::string> ordered(distinct.begin(), distinct.end());
  std::sort(ordered.begin(), ordered.end(),
            [](const std::string& a, const std::string& b) { return natural_less(a, b); });
  for (std::size_t v = 1; v < ordered.size(); ++v) {
    Eigen::VectorXd numbers(rows);
    for (Index i = 0; i < rows; ++i)
      numbers(i) = column.texts[static_cast<std::size_t>(i)] == ordered[v] ? 1 : 0;
    values.push_back(numbers);
    names.push_back(std::string(column.name).append("=").append(ordered[v]));
  }
}

}  // namespace

void CovariateOptions::describe(OptionList& options) {
  options.texts("adjust", adjust,
                "Columns of the labels, such as age,sex,site, whose linear influence on the features is "
                "taken out. A column of numbers is taken as a number, any other as a category");
  options.texts("categories", categories,
                "Those columns of " + field("adjust") + " whose numbers are names, such as site 1, 2, 3");
}

void CovariateOptions::check() const {
  check_bounds(*this);
  std::set<std::string> asked;
  for (const auto& name : adjust)
    if (!asked.insert(name).second) throw option_error("adjust", in_quotes(name) + " occurs twice");
  for (const auto& name : categories)
    if (!asked.contains(name))
      throw option_error("categories", in_quotes(name) + " is not among the columns of " + field("adjust"),
                         "name it there too");
}

Covariates read_covariates(const std::filesystem::path& labels, const CovariateOptions& options,
                           EvaluationData& data) {
  options.check();
  Covariates covariates;
  covariates.values.resize(data.rows(), 0);
  if (options.adjust.empty()) return covariates;
  const NamedTexts texts = read_named_texts(labels);
  std::map<std::string, std::size_t> line_of;
  const auto name_at = static_cast<std::size_t>(texts.column("name"));
  for (std::size_t i = 0; i < texts.rows.size(); ++i) line_of[texts.rows[i][name_at]] = i;
  std::vector<std::size_t> at;
  for (const auto& name : options.adjust) {
    if (name == data.label)
      throw option_error("adjust", in_quotes(name) + " is what is looked for",
                         "adjusting for it would take out all there is");
    const int column = texts.column(name);
    if (column < 0)
      throw option_error("adjust", texts.file + " has no column " + in_quotes(name),
                         columns_found(texts.header, name));
    at.push_back(static_cast<std::size_t>(column));
  }
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < data.names.size(); ++i) {
    const auto& fields = texts.rows[line_of.at(data.names[i])];
    const auto lacking = std::find_if(at.begin(), at.end(),
                                      [&](std::size_t column) { return is_missing_value(fields[column]); });
    if (lacking == at.end())
      kept.push_back(i);
    else
      data.videos_left_out.push_back({data.names[i], "no " + texts.header[*lacking] + " in " + texts.file});
  }
  if (kept.size() < data.names.size()) keep_rows(data, kept);
  require_something_left(data, texts.file);
  std::vector<Eigen::VectorXd> values;
  for (const auto column : at) {
    CovariateColumn one{texts.header[column], {}};
    for (const auto& name : data.names) one.texts.push_back(texts.rows[line_of.at(name)][column]);
    const bool named =
        std::find(options.categories.begin(), options.categories.end(), one.name) != options.categories.end();
    append_covariate(one, named || !all_numbers(one.texts), values, covariates.names);
  }
  covariates.values.resize(data.rows(), static_cast<Index>(values.size()));
  for (std::size_t c = 0; c < values.size(); ++c) covariates.values.col(static_cast<Index>(c)) = values[c];
  return covariates;
}

std::map<std::string, std::string> texts_of_videos(const std::filesystem::path& labels,
                                                   const std::string& column) {
  const NamedTexts texts = read_named_texts(labels);
  const int at = texts.column(column);
  if (at < 0)
    throw usage_error(texts.file + " has no column " + in_quotes(column),
                      columns_found(texts.header, column));
  const auto name_at = static_cast<std::size_t>(texts.column("name"));
  std::map<std::string, std::string> of_video;
  for (const auto& row : texts.rows)
    if (!is_missing_value(row[static_cast<std::size_t>(at)]))
      of_video[row[name_at]] = row[static_cast<std::size_t>(at)];
  return of_video;
}

}  // namespace facelex
