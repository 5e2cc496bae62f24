#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "facelex/coding/coding_system.hpp"
#include "facelex/coding/linear/linear_model.hpp"

namespace facelex {

/// The comparators of paper 000, section IV-B: principal components of all columns together ("pca") or of
/// each facial feature on its own ("local-pca"). The code of a frame is z = W(s·x − m), W orthonormal.
class PcaSystem final : public CodingSystem {
 public:
  static constexpr std::string_view global_kind = "pca";
  static constexpr std::string_view local_kind = "local-pca";

  /// kind: global_kind or local_kind. Throws Error (data) that names `place` (a file; else the kind) when the
  /// model's parts do not fit or its atoms are not orthonormal.
  PcaSystem(LinearModel model, std::string_view kind, const std::string& place = {});
  static std::unique_ptr<PcaSystem> from_model(const ModelFile& file);

  const LinearModel& model() const { return model_; }

  std::string_view kind() const override { return kind_; }
  SignalKind input_kind() const override { return model_.input_kind; }
  const std::vector<Column>& input_columns() const override { return model_.input_columns; }
  CodeForm code_form() const override { return CodeForm::projections; }
  const std::vector<Column>& units() const override { return model_.units; }
  RowMatrix decode(const RowMatrix& codes) const override { return model_.decode(codes); }
  const Json& training() const override { return model_.training; }
  ModelFile to_model() const override { return model_.to_file(kind_); }

 private:
  Json acting(const EncodeOptions& options) const override;
  std::unique_ptr<Encoder> prepared(const EncodeOptions& options) const override;

  LinearModel model_;
  std::string kind_;
};

}  // namespace facelex
