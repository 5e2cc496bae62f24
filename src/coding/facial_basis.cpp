#include "facelex/coding/facial_basis.hpp"

#include <cmath>
#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "linear_encoding.hpp"

namespace facelex {

namespace {

void check_parts(const LinearModel& model, double alpha, const std::string& place) {
  model.check(place);
  const char* remedy = "the model is damaged or was not written by facelex";
  if (!(alpha > 0) || !std::isfinite(alpha))
    throw data_error({place, 0, "alpha"}, number_text(alpha) + " is not > 0", remedy);
  if (!model.mean.isZero(0)) throw data_error({place, 0, "mean"}, "is not zero", remedy);
}

}  // namespace

FacialBasis::FacialBasis(LinearModel model, double alpha) : model_(std::move(model)), alpha_(alpha) {
  check_parts(model_, alpha_, "facial basis");
}

std::unique_ptr<CodingSystem> FacialBasis::from_model(const ModelFile& file) {
  LinearModel model = LinearModel::from_file(file);
  const auto alpha = file.metadata.find("alpha");
  const bool is_number = alpha != file.metadata.end() && alpha->is_number();
  check_parts(model, is_number ? alpha->get<double>() : std::nan(""), file.source);
  return std::make_unique<FacialBasis>(std::move(model), alpha->get<double>());
}

Json FacialBasis::resolved(const EncodeOptions& options) const {
  options.check();
  EncodeOptions acting = options;
  if (acting.alpha == 0) acting.alpha = alpha_;
  return options_json(acting);
}

EncodedFrames FacialBasis::encode(const RowMatrix& signals, const EncodeOptions& options,
                                  const Work& work) const {
  options.check();
  LassoOptions lasso;
  lasso.alpha = options.alpha > 0 ? options.alpha : alpha_;
  lasso.solver = options.solver;
  std::vector<SparseCoder> coders;
  for (const auto& group : model_.groups) coders.emplace_back(model_.group_atoms(group), lasso);
  return encode_groups(
      model_, signals,
      [&](std::size_t g, const RowMatrix& samples, RowMatrix& codes) {
        return coders[g].encode(samples, codes);
      },
      work);
}

ModelFile FacialBasis::to_model() const {
  ModelFile file = model_.to_file(model_kind);
  file.metadata["alpha"] = alpha_;
  return file;
}

}  // namespace facelex
