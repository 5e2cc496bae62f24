#pragma once

#include <string_view>
#include <vector>

#include "facelex/coding/coding_system.hpp"
#include "facelex/coding/linear_model.hpp"

namespace facelex {

/// Facial Basis (paper 000): a sparse dictionary of each facial feature. The code of a frame is, for each
/// feature on its own, argmin ½‖s·x − Wᵀz‖² + α‖z‖₁ (equation 4 with λ = 2α, W given), signed.
class FacialBasis final : public CodingSystem {
 public:
  static constexpr std::string_view model_kind = "facial-basis";

  /// alpha: the penalty that the atoms were learnt with, in the unit of the codes; > 0. Throws Error (data)
  /// when the model's parts do not fit or its mean is not zero.
  FacialBasis(LinearModel model, double alpha);
  static std::unique_ptr<CodingSystem> from_model(const ModelFile& file);

  const LinearModel& model() const { return model_; }
  double alpha() const { return alpha_; }

  std::string_view kind() const override { return model_kind; }
  SignalKind input_kind() const override { return model_.input_kind; }
  const std::vector<Column>& input_columns() const override { return model_.input_columns; }
  SignalKind code_kind() const override { return SignalKind::coefficients; }
  const std::vector<Column>& units() const override { return model_.units; }
  Json resolved(const EncodeOptions& options) const override;
  EncodedFrames encode(const RowMatrix& signals, const EncodeOptions& options = {},
                       const Work& work = {}) const override;
  RowMatrix decode(const RowMatrix& codes) const override { return model_.decode(codes); }
  const Json& training() const override { return model_.training; }
  ModelFile to_model() const override;

 private:
  LinearModel model_;
  double alpha_;
};

}  // namespace facelex
