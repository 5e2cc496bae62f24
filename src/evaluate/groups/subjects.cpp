#include <cmath>
#include <limits>

#include "facelex/core/error.hpp"
#include "facelex/evaluate/groups/groups.hpp"

namespace facelex {

using Eigen::Index;

SubjectTable subject_table(const EvaluationData& data, const Covariates& covariates) {
  const auto subjects = static_cast<Index>(data.subject_names.size());
  SubjectTable table;
  table.subjects = data.subject_names;
  table.videos.assign(data.subject_names.size(), 0);
  table.features = data.features;
  table.classes = data.classes;
  table.label = data.label;
  table.covariates = covariates.names;
  table.x = RowMatrix::Zero(subjects, data.x.cols());
  table.y = Eigen::VectorXd::Zero(subjects);
  table.z = RowMatrix::Zero(subjects, covariates.values.cols());
  RowMatrix values = RowMatrix::Zero(subjects, data.x.cols());
  for (Index row = 0; row < data.rows(); ++row) {
    const auto i = static_cast<std::size_t>(row);
    const Index s = data.subject[i];
    const int before = table.videos[static_cast<std::size_t>(s)]++;
    if (data.classifies() && before > 0 && table.y(s) != data.y(row))
      throw data_error(
          {data.labels_file, data.lines.empty() ? 0 : data.lines[i], data.label},
          "subject " + in_quotes(table.subjects[static_cast<std::size_t>(s)]) + " is in two groups",
          "groups are of people; compare videos of the same people by their difference");
    table.y(s) = data.classifies() ? data.y(row) : table.y(s) + data.y(row);
    table.z.row(s) += covariates.values.row(row);
    for (Index f = 0; f < data.x.cols(); ++f)
      if (!std::isnan(data.x(row, f))) {
        table.x(s, f) += data.x(row, f);
        values(s, f) += 1;
      }
  }
  for (Index s = 0; s < subjects; ++s) {
    const double videos = table.videos[static_cast<std::size_t>(s)];
    if (!data.classifies()) table.y(s) /= videos;
    table.z.row(s) /= videos;
    for (Index f = 0; f < data.x.cols(); ++f)
      table.x(s, f) =
          values(s, f) > 0 ? table.x(s, f) / values(s, f) : std::numeric_limits<double>::quiet_NaN();
  }
  return table;
}

std::string feature_family(const std::string& feature) {
  return feature.substr(0, feature.find(' '));
}

}  // namespace facelex
