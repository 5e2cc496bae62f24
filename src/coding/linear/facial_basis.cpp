#include "facelex/coding/linear/facial_basis.hpp"

#include <cmath>
#include <utility>

#include "coding/dfecs/unit_hierarchy.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "sparse_encoding.hpp"

namespace facelex {

namespace {

void check_basis(const LinearModel& model, double alpha, const std::optional<UnitHierarchy>& hierarchy,
                 const std::string& place) {
  model.check(place);
  const char* remedy = "the model is damaged or was not written by facelex";
  if (!(alpha > 0) || !std::isfinite(alpha))
    throw data_error({place, 0, "alpha"}, number_text(alpha) + " is not > 0", remedy);
  if (!model.mean.isZero(0)) throw data_error({place, 0, "mean"}, "is not zero", remedy);
  if (!hierarchy) return;
  hierarchy->check(place, model.atoms.cols());
  const bool parents = hierarchy->level == UnitLevel::parents;
  if (model.units != (parents ? hierarchy->parents : hierarchy->leaves) ||
      model.atoms != (parents ? hierarchy->parent_atoms : hierarchy->leaf_atoms))
    throw data_error({place, 0, "hierarchy"}, "the units are not those of its level", remedy);
}

}  // namespace

FacialBasis::FacialBasis(LinearModel model, double alpha, std::optional<UnitHierarchy> hierarchy,
                         const std::string& place)
    : model_(std::move(model)), alpha_(alpha), hierarchy_(std::move(hierarchy)) {
  check_basis(model_, alpha_, hierarchy_, place);
}

std::unique_ptr<FacialBasis> FacialBasis::from_model(const ModelFile& file) {
  LinearModel model = LinearModel::from_file(file);
  const auto field = file.metadata.find("alpha");
  const bool is_number = field != file.metadata.end() && field->is_number();
  const double alpha = is_number ? field->get<double>() : std::nan("");
  return std::make_unique<FacialBasis>(std::move(model), alpha, read_hierarchy(file), file.source);
}

Json FacialBasis::acting(const EncodeOptions& options) const {
  return resolved_sparse(options, alpha_);
}

std::unique_ptr<Encoder> FacialBasis::prepared(const EncodeOptions& options) const {
  return sparse_encoder(model_, alpha_, false, options.sparse);
}

ModelFile FacialBasis::to_model() const {
  ModelFile file = model_.to_file(model_kind);
  file.metadata["alpha"] = alpha_;
  if (hierarchy_) write_hierarchy(*hierarchy_, file);
  return file;
}

}  // namespace facelex
