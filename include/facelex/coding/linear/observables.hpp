#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "facelex/coding/coding_system.hpp"
#include "facelex/coding/linear/linear_model.hpp"

namespace facelex {

/// Movements that anyone can check with a ruler on the face (face/fit/observables.hpp), as `facelex fit` measures them
/// for each frame. The comparator that needs no learning and no action units: z = R·x, signed and exact, of one frame
/// alone. Other systems that are sums of signals are made alike (merged_units).
class Observables final : public CodingSystem {
 public:
  static constexpr std::string_view model_kind = "observables";

  /// In what the codes are counted.
  enum class Measure {
    e_intensities,  ///< 1: what the leading action unit of each moves on the built-in face at its E intensity
    millimetres
  };

  /// Of the observables that fits hold.
  explicit Observables(Measure measure);
  /// Other sums of signals, z = R·x with R = (WWᵀ)⁻¹W of the model's atoms W. Throws Error (data) with `place` where
  /// two measure one thing or the parts do not fit.
  Observables(LinearModel model, const std::string& place);
  /// Throws Error (data) for parts that do not fit.
  static std::unique_ptr<Observables> from_model(const ModelFile& file);

  std::string_view kind() const override { return model_kind; }
  SignalKind input_kind() const override { return model_.input_kind; }
  const std::vector<Column>& input_columns() const override { return model_.input_columns; }
  CodeForm code_form() const override { return CodeForm::projections; }
  const std::vector<Column>& units() const override { return model_.units; }
  /// The smallest signals that measure so: Rᵀ(RRᵀ)⁻¹z.
  RowMatrix decode(const RowMatrix& codes) const override { return model_.decode(codes); }
  const Json& training() const override { return model_.training; }
  ModelFile to_model() const override { return model_.to_file(model_kind); }

 private:
  Json acting(const EncodeOptions& options) const override;
  std::unique_ptr<Encoder> prepared(const EncodeOptions& options) const override;

  LinearModel model_;    ///< atoms: Rᵀ(RRᵀ)⁻¹, transposed
  RowMatrix measuring_;  ///< K×D, R
};

}  // namespace facelex
