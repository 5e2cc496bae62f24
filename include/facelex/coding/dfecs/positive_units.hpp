#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facelex/coding/coding_system.hpp"
#include "facelex/coding/linear/linear_model.hpp"

namespace facelex {

/// The first level of DFECS (paper 001, 2.3.1): local units of each part of the face, and how the units of
/// the whole face mix them.
struct PartModels {
  std::vector<Column> units;      ///< k: "LB-1" …, in the parts' order
  std::vector<UnitGroup> groups;  ///< the parts that have units; first_unit counts in `units`
  std::vector<double> alphas;     ///< of each group: the penalty that it was learnt with, ½-form, > 0
  RowMatrix atoms;                ///< k×D, U; norms ≤ 1, zero outside the part's columns
  RowMatrix mixing;  ///< q×k, ≥ 0: unit i of the whole face is Σ_j mixing(i, j)·atoms.row(j)
};

/// Units that act one way only: the code of a frame is z = argmin ½‖s·x − m − Wᵀz‖² + α‖z‖₁ with z ≥ 0. Paper
/// 001, equations 3 and 4, which have no ½: their penalty is 2α. Three systems are of this form:
///   "dfecs"      the Full Face Model: W = (UA)ᵀ, each unit scaled to length 1; has its parts
///   "facs"       the comparator of paper 001, 3.1: the action units of the built-in face (facs.hpp)
///   "pca-pairs"  principal components and their negatives, [U −U] (3.2)
class PositiveUnits final : public CodingSystem {
 public:
  static constexpr std::string_view dfecs_kind = "dfecs";
  static constexpr std::string_view facs_kind = "facs";
  static constexpr std::string_view signed_pairs_kind = "pca-pairs";

  /// alpha: the penalty of coding unless EncodeOptions gives one; > 0. Throws Error (data) that names `place`
  /// (a file; else the kind) when parts do not fit: a unit of zeros, mixing that does not give the units.
  PositiveUnits(std::string_view kind, LinearModel model, double alpha,
                std::optional<PartModels> parts = std::nullopt, const std::string& place = {});
  static std::unique_ptr<PositiveUnits> from_model(const ModelFile& file);

  const LinearModel& model() const { return model_; }
  double alpha() const { return alpha_; }
  const std::optional<PartModels>& parts() const { return parts_; }

  std::string_view kind() const override { return kind_; }
  SignalKind input_kind() const override { return model_.input_kind; }
  const std::vector<Column>& input_columns() const override { return model_.input_columns; }
  CodeForm code_form() const override { return CodeForm::sparse; }
  const std::vector<Column>& units() const override { return model_.units; }
  RowMatrix decode(const RowMatrix& codes) const override { return model_.decode(codes); }
  const Json& training() const override { return model_.training; }
  ModelFile to_model() const override;

 private:
  Json acting(const EncodeOptions& options) const override;
  std::unique_ptr<Encoder> prepared(const EncodeOptions& options) const override;

  std::string kind_;
  LinearModel model_;
  double alpha_;
  std::optional<PartModels> parts_;
};

}  // namespace facelex
