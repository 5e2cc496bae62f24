#include "join.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <set>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {

std::string count_text(std::size_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string few_names(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 5; ++i) text += (i ? ", " : "") + names[i];
  return text + (names.size() > 5 ? " …" : "");
}

void take_features(const std::vector<FeatureTable>& tables, const EvaluationDataOptions& options,
                   EvaluationData& data) {
  std::map<std::string, std::string> file_of;
  Eigen::Index width = 0;
  for (const auto& table : tables)
    for (const auto& column : table.columns) {
      const auto [other, is_new] = file_of.emplace(column, table.file);
      if (!is_new)
        throw data_error({table.file, 1, column}, "a column of this name is in " + other->second + " too",
                         "rename one, or give the tables one at a time");
      ++width;
    }
  const auto rows = static_cast<Eigen::Index>(data.names.size());
  data.x.resize(rows, width);
  Eigen::Index used = 0;
  std::vector<std::string> with_gaps;
  std::set<Eigen::Index> rows_with_gaps;
  Eigen::VectorXd column(rows);
  for (const auto& table : tables)
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      double low = std::numeric_limits<double>::infinity(), high = -low;
      bool gap = false;
      for (Eigen::Index i = 0; i < rows; ++i) {
        column(i) = table.values(table.row_of.at(data.names[static_cast<std::size_t>(i)]),
                                 static_cast<Eigen::Index>(c));
        if (std::isnan(column(i))) {
          gap = true;
          if (options.missing == MissingFeatures::refuse) rows_with_gaps.insert(i);
        } else {
          low = std::min(low, column(i));
          high = std::max(high, column(i));
        }
      }
      const auto& name = table.columns[c];
      if (low > high) {
        data.features_left_out.push_back({name, "has no value in any video"});
      } else if (gap && options.missing == MissingFeatures::leave_out) {
        data.features_left_out.push_back({name, "has missing values"});
      } else if (low == high) {
        data.features_left_out.push_back({name, "is the same in all videos", number_text(low)});
      } else {
        if (gap) with_gaps.push_back(name);
        data.x.col(used++) = column;
        data.features.push_back(name);
      }
    }
  data.x.conservativeResize(Eigen::NoChange, used);
  if (!with_gaps.empty() && options.missing == MissingFeatures::refuse)
    throw data_error({tables.front().file, 0, {}},
                     count_text(with_gaps.size(), "feature") + " (" + few_names(with_gaps) + ") " +
                         (with_gaps.size() == 1 ? "lacks" : "lack") + " values in some of " +
                         count_text(rows_with_gaps.size(), "video") + ", for example " +
                         data.names[static_cast<std::size_t>(*rows_with_gaps.begin())],
                     "give " + field("missing") + " impute (the mean of the training videos stands in) or " +
                         field("missing") + " leave-out (without these features)");
  if (used == 0)
    throw data_error({tables.front().file, 0, {}}, "no feature varies between the videos",
                     data.features_left_out.empty()
                         ? ""
                         : data.features_left_out.front().name + " " + data.features_left_out.front().text());
  if (!with_gaps.empty() && options.missing == MissingFeatures::impute)
    data.warnings.push_back(count_text(with_gaps.size(), "feature") + " (" + few_names(with_gaps) +
                            ") with missing values: the mean of the training videos stands in");
}

void warn_of_copies(EvaluationData& data) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(data.rows()));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<Eigen::Index>(i);
  const auto bytes = static_cast<std::size_t>(data.x.cols()) * sizeof(double);
  const auto compared = [&](Eigen::Index a, Eigen::Index b) {  // as bytes: missing values have no order
    return std::memcmp(data.x.row(a).data(), data.x.row(b).data(), bytes);
  };
  const auto less = [&](Eigen::Index a, Eigen::Index b) { return compared(a, b) < 0; };
  std::stable_sort(order.begin(), order.end(), less);
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto a = static_cast<std::size_t>(order[i - 1]), b = static_cast<std::size_t>(order[i]);
    if (compared(order[i - 1], order[i]) == 0 && data.subject[a] != data.subject[b])
      data.warnings.push_back(
          data.names[a] + " and " + data.names[b] +
          " of different subjects have the same features: is it one video under two names?");
  }
}

}  // namespace facelex
