#include "facelex/coding/linear/linear_model.hpp"

#include <algorithm>
#include <cmath>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

SignalKind input_kind_from(const std::string& name, const std::string& place) {
  try {
    return kind_from_name(name);
  } catch (const Error& error) {
    throw data_error({place, 0, "input_kind"}, error.what());
  }
}

bool names_differ(const std::vector<Column>& columns) {
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const auto& column : columns) names.push_back(column.name);
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) == names.end() &&
         (names.empty() || !names.front().empty());
}

void demand(bool holds, const std::string& place, const std::string& what) {
  if (!holds) throw data_error({place, 0, {}}, what, "the model is damaged or was not written by facelex");
}

void check_groups(const LinearModel& model, const std::string& place) {
  const auto width = static_cast<Eigen::Index>(model.input_columns.size());
  std::vector<bool> taken(model.input_columns.size());
  Eigen::Index next_unit = 0;
  for (const auto& group : model.groups) {
    const std::string name = "group " + in_quotes(group.name);
    demand(group.units >= 1 && group.first_unit == next_unit && group.units <= model.atoms.rows() - next_unit,
           place, name + ": its units do not follow those of the group before");
    next_unit += group.units;
    demand(!group.columns.empty(), place, name + " has no columns");
    std::vector<bool> own(model.input_columns.size());
    for (const auto column : group.columns) {
      demand(column >= 0 && column < width, place,
             name + ": column " + std::to_string(column) + " is not 0 … " + std::to_string(width - 1));
      const auto at = static_cast<std::size_t>(column);
      demand(!taken[at], place, name + ": column " + std::to_string(column) + " is in two groups");
      taken[at] = own[at] = true;
    }
    for (Eigen::Index k = 0; k < group.units; ++k)
      for (Eigen::Index d = 0; d < width; ++d)
        demand(own[static_cast<std::size_t>(d)] || model.atoms(group.first_unit + k, d) == 0, place,
               name + ": unit " + std::to_string(k + 1) + " moves columns outside its group");
  }
  demand(next_unit == model.atoms.rows(), place, "units without a group");
}

}  // namespace

void LinearModel::check(const std::string& place) const {
  const auto width = static_cast<Eigen::Index>(input_columns.size());
  demand(width >= 1 && names_differ(input_columns), place, "input columns must have different names");
  demand(!units.empty() && names_differ(units), place, "units must have different names");
  demand(scale > 0 && std::isfinite(scale), place, "scale: " + number_text(scale) + " is not > 0");
  demand(atoms.rows() == static_cast<Eigen::Index>(units.size()) && atoms.cols() == width, place,
         "atoms are " + std::to_string(atoms.rows()) + "×" + std::to_string(atoms.cols()) + ", expected " +
             std::to_string(units.size()) + " units × " + std::to_string(width) + " input columns");
  demand(mean.size() == width, place, "the mean has " + std::to_string(mean.size()) + " values");
  demand(atoms.allFinite() && mean.allFinite(), place, "atoms or mean hold values that are not finite");
  check_groups(*this, place);
}

RowMatrix LinearModel::group_atoms(const UnitGroup& group) const {
  return atoms.middleRows(group.first_unit, group.units)(Eigen::all, group.columns);
}

RowMatrix LinearModel::group_samples(const UnitGroup& group,
                                     const Eigen::Ref<const RowMatrix>& signals) const {
  RowMatrix samples(signals.rows(), static_cast<Eigen::Index>(group.columns.size()));
  for (Eigen::Index t = 0; t < samples.rows(); ++t)
    for (Eigen::Index i = 0; i < samples.cols(); ++i) {
      const Eigen::Index d = group.columns[static_cast<std::size_t>(i)];
      samples(t, i) = signals(t, d) * scale - mean[d];
    }
  return samples;
}

RowMatrix LinearModel::decode(const RowMatrix& codes) const {
  if (codes.cols() != atoms.rows())
    throw data_error({}, "codes have " + std::to_string(codes.cols()) + " columns, the model " +
                             std::to_string(atoms.rows()) + " units");
  RowMatrix signals(codes.rows(), atoms.cols());
  for (Eigen::Index t = 0; t < codes.rows(); ++t) {
    auto x = signals.row(t);
    x = mean.transpose();
    for (Eigen::Index k = 0; k < codes.cols(); ++k)
      if (codes(t, k) != 0) x += codes(t, k) * atoms.row(k);
    x /= scale;
  }
  return signals;
}

ModelFile LinearModel::to_file(std::string_view kind) const {
  ModelFile file;
  file.kind = kind;
  file.set("atoms", atoms);
  file.set("mean", mean);
  Json groups_json = Json::array();
  for (const auto& group : groups)
    groups_json.push_back({{"name", group.name},
                           {"description", group.description},
                           {"units", group.units},
                           {"columns", group.columns}});
  file.metadata = {{"input_kind", kind_name(input_kind)},
                   {"input_columns", columns_json(input_columns)},
                   {"scale", scale},
                   {"units", columns_json(units)},
                   {"groups", groups_json},
                   {"options", options},
                   {"training", training}};
  return file;
}

LinearModel LinearModel::from_file(const ModelFile& file) {
  LinearModel model;
  try {
    const Json& data = file.metadata;
    model.input_kind = input_kind_from(data.at("input_kind").get<std::string>(), file.source);
    model.input_columns = columns_from_json(data.at("input_columns"));
    model.scale = data.at("scale").get<double>();
    model.units = columns_from_json(data.at("units"));
    for (const auto& item : data.at("groups")) {
      UnitGroup group{item.at("name").get<std::string>(), item.at("description").get<std::string>(),
                      item.at("columns").get<std::vector<Eigen::Index>>(), 0,
                      item.at("units").get<Eigen::Index>()};
      demand(group.units >= 1 && group.units <= static_cast<Eigen::Index>(model.units.size()), file.source,
             "group " + in_quotes(group.name) + " has an impossible number of units");
      if (!model.groups.empty())
        group.first_unit = model.groups.back().first_unit + model.groups.back().units;
      model.groups.push_back(std::move(group));
    }
    model.options = data.at("options");
    model.training = data.at("training");
  } catch (const Json::exception& error) {
    throw data_error({file.source, 0, "metadata"}, error.what(),
                     "the model is damaged or was not written by facelex");
  }
  model.atoms = file.matrix("atoms", static_cast<Eigen::Index>(model.units.size()),
                            static_cast<Eigen::Index>(model.input_columns.size()));
  model.mean = file.vector("mean", static_cast<Eigen::Index>(model.input_columns.size()));
  return model;
}

}  // namespace facelex
