#include "facelex/coding/linear/pca_system.hpp"

#include <utility>
#include <vector>

#include "facelex/core/error.hpp"
#include "linear_encoding.hpp"

namespace facelex {

namespace {

void check_parts(const LinearModel& model, const std::string& place) {
  model.check(place);
  const auto size = model.atoms.rows();
  if (!(model.atoms * model.atoms.transpose()).isApprox(Eigen::MatrixXd::Identity(size, size), 1e-8))
    throw data_error({place, 0, "atoms"}, "are not orthonormal",
                     "the model is damaged or was not written by facelex");
}

}  // namespace

PcaSystem::PcaSystem(LinearModel model, std::string_view kind, const std::string& place)
    : model_(std::move(model)), kind_(kind) {
  check_parts(model_, place.empty() ? kind_ : place);
}

std::unique_ptr<PcaSystem> PcaSystem::from_model(const ModelFile& file) {
  return std::make_unique<PcaSystem>(LinearModel::from_file(file), file.kind, file.source);
}

Json PcaSystem::acting(const EncodeOptions&) const {
  return Json::object();
}

std::unique_ptr<Encoder> PcaSystem::prepared(const EncodeOptions&) const {
  std::vector<Eigen::MatrixXd> projections;
  for (const auto& group : model_.groups) projections.emplace_back(model_.group_atoms(group));
  return projection_encoder(model_, std::move(projections));
}

}  // namespace facelex
