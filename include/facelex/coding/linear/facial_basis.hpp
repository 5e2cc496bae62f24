#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facelex/coding/coding_system.hpp"
#include "facelex/coding/linear/linear_model.hpp"

namespace facelex {

/// Which level of a hierarchy the units of a model are.
enum class UnitLevel {
  parents,  ///< what near-duplicate atoms were merged into
  leaves    ///< the atoms as they were learnt
};

/// A hierarchy of units: learnt atoms (leaves) of which near-duplicates became one (paper 000, Limitations).
struct UnitHierarchy {
  /// Two sets of leaves that became one.
  struct Merge {
    std::vector<Eigen::Index> left, right;  ///< leaves, ascending
    double likeness = 0;  ///< the smallest |cos| between a leaf of one and a leaf of the other
  };

  double merge_above = 1;  ///< leaves of one parent have |cos| ≥ this
  UnitLevel level = UnitLevel::parents;
  std::vector<Column> parents;          ///< P: "MO-3"
  std::vector<Column> leaves;           ///< L: "MO-3.1", "MO-3.2"; a parent's only leaf has its name
  std::vector<Eigen::Index> parent_of;  ///< L, ascending
  RowMatrix parent_atoms;               ///< P×D: the first principal direction of what its leaves do
  RowMatrix leaf_atoms;                 ///< L×D, in the parent's polarity
  std::vector<Merge> merges;            ///< the tree from its leaves; within a group by decreasing likeness

  /// Throws Error (data) with `place` when sizes do not fit D columns, or a leaf has no parent.
  void check(const std::string& place, Eigen::Index columns) const;
};

/// Facial Basis (paper 000): a sparse dictionary of each facial feature. The code of a frame is, for each
/// feature on its own, argmin ½‖s·x − Wᵀz‖² + α‖z‖₁ (equation 4 with λ = 2α, W given), signed.
class FacialBasis final : public CodingSystem {
 public:
  static constexpr std::string_view model_kind = "facial-basis";

  /// alpha: the penalty that the atoms were learnt with, in the unit of the codes; > 0. Throws Error (data)
  /// that names `place` when the model's parts do not fit, its mean is not zero, or the units are not those
  /// of the hierarchy's level.
  FacialBasis(LinearModel model, double alpha, std::optional<UnitHierarchy> hierarchy = std::nullopt,
              const std::string& place = "facial basis");
  static std::unique_ptr<FacialBasis> from_model(const ModelFile& file);

  const LinearModel& model() const { return model_; }
  double alpha() const { return alpha_; }
  /// Nothing when no atoms were merged.
  const std::optional<UnitHierarchy>& hierarchy() const { return hierarchy_; }

  std::string_view kind() const override { return model_kind; }
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

  LinearModel model_;
  double alpha_;
  std::optional<UnitHierarchy> hierarchy_;
};

}  // namespace facelex
