#include "facelex/coding/dfecs/positive_units.hpp"

#include <cmath>
#include <utility>

#include "coding/linear/sparse_encoding.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

constexpr const char* damaged_remedy = "the model is damaged or was not written by facelex";

void require_part(bool holds, const std::string& place, const std::string& field, const std::string& what) {
  if (!holds) throw data_error({place, 0, field}, what, damaged_remedy);
}

/// The parts as a linear model of their own, whose check is the same.
LinearModel as_model(const PartModels& parts, const LinearModel& model) {
  LinearModel local;
  local.input_columns = model.input_columns;
  local.units = parts.units;
  local.groups = parts.groups;
  local.atoms = parts.atoms;
  local.mean = Eigen::VectorXd::Zero(model.mean.size());
  return local;
}

void check_part_models(const PartModels& parts, const LinearModel& model, const std::string& place) {
  as_model(parts, model).check(place + ": parts");
  require_part(parts.alphas.size() == parts.groups.size(), place, "parts", "has a part without alpha");
  for (const double alpha : parts.alphas)
    require_part(alpha > 0 && std::isfinite(alpha), place, "parts",
                 "alpha " + number_text(alpha) + " is not > 0");
  require_part(parts.mixing.rows() == model.atoms.rows() && parts.mixing.cols() == parts.atoms.rows(), place,
               "mixing", "does not have a row for each unit and a column for each unit of the parts");
  require_part(parts.mixing.allFinite() && (parts.mixing.array() >= 0).all(), place, "mixing",
               "holds values that are not ≥ 0");
  require_part((parts.mixing * parts.atoms - model.atoms).norm() <= 1e-9 * model.atoms.norm(), place,
               "mixing", "and the units of the parts do not give the units of the whole face");
}

void check_positive_units(const LinearModel& model, double alpha, const std::optional<PartModels>& parts,
                          const std::string& place) {
  model.check(place);
  require_part(alpha > 0 && std::isfinite(alpha), place, "alpha", number_text(alpha) + " is not > 0");
  for (Eigen::Index k = 0; k < model.atoms.rows(); ++k)
    require_part(!model.atoms.row(k).isZero(0), place, "atoms",
                 "unit " + model.units[static_cast<std::size_t>(k)].name + " moves nothing");
  if (parts) check_part_models(*parts, model, place);
}

PartModels parts_from_file(const ModelFile& file, const LinearModel& model) {
  PartModels parts;
  try {
    for (const Json& item : file.metadata.at("parts")) {
      const auto units = columns_from_json(item.at("units"));
      parts.groups.push_back({item.at("name").get<std::string>(), item.at("description").get<std::string>(),
                              item.at("columns").get<std::vector<Eigen::Index>>(),
                              static_cast<Eigen::Index>(parts.units.size()),
                              static_cast<Eigen::Index>(units.size())});
      parts.alphas.push_back(item.at("alpha").get<double>());
      parts.units.insert(parts.units.end(), units.begin(), units.end());
    }
  } catch (const Json::exception& error) {
    throw data_error({file.source, 0, "parts"}, error.what(), damaged_remedy);
  }
  const auto count = static_cast<Eigen::Index>(parts.units.size());
  parts.atoms = file.matrix("part_atoms", count, model.atoms.cols());
  parts.mixing = file.matrix("mixing", model.atoms.rows(), count);
  return parts;
}

Json parts_json(const PartModels& parts) {
  Json list = Json::array();
  for (std::size_t g = 0; g < parts.groups.size(); ++g) {
    const UnitGroup& group = parts.groups[g];
    const auto first = parts.units.begin() + group.first_unit;
    list.push_back({{"name", group.name},
                    {"description", group.description},
                    {"alpha", parts.alphas[g]},
                    {"units", columns_json({first, first + group.units})},
                    {"columns", group.columns}});
  }
  return list;
}

}  // namespace

PositiveUnits::PositiveUnits(std::string_view kind, LinearModel model, double alpha,
                             std::optional<PartModels> parts, const std::string& place)
    : kind_(kind), model_(std::move(model)), alpha_(alpha), parts_(std::move(parts)) {
  check_positive_units(model_, alpha_, parts_, place.empty() ? kind_ : place);
}

std::unique_ptr<PositiveUnits> PositiveUnits::from_model(const ModelFile& file) {
  LinearModel model = LinearModel::from_file(file);
  const auto field = file.metadata.find("alpha");
  const bool is_number = field != file.metadata.end() && field->is_number();
  const double alpha = is_number ? field->get<double>() : std::nan("");
  std::optional<PartModels> parts;
  if (file.kind == dfecs_kind) parts = parts_from_file(file, model);
  return std::make_unique<PositiveUnits>(file.kind, std::move(model), alpha, std::move(parts), file.source);
}

Json PositiveUnits::acting(const EncodeOptions& options) const {
  return resolved_sparse(options, alpha_);
}

std::unique_ptr<Encoder> PositiveUnits::prepared(const EncodeOptions& options) const {
  return sparse_encoder(model_, alpha_, true, options.sparse);
}

ModelFile PositiveUnits::to_model() const {
  ModelFile file = model_.to_file(kind_);
  file.metadata["alpha"] = alpha_;
  if (parts_) {
    file.metadata["parts"] = parts_json(*parts_);
    file.set("part_atoms", parts_->atoms);
    file.set("mixing", parts_->mixing);
  }
  return file;
}

}  // namespace facelex
