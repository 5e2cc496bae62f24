#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "facelex/core/json.hpp"
#include "facelex/core/matrix.hpp"
#include "facelex/io/models/model_file.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// A facial feature of a linear coding system (or, of a global one, the whole face): some of the input
/// columns, and the units that move them and no others.
struct UnitGroup {
  std::string name;         ///< "LB"; "PC" for the whole face
  std::string description;  ///< "left brow"
  /// Positions among the input columns, ascending; no two groups share one.
  std::vector<Eigen::Index> columns;
  Eigen::Index first_unit = 0;  ///< its units are first_unit … first_unit + units − 1
  Eigen::Index units = 0;       ///< ≥ 1

  bool operator==(const UnitGroup&) const = default;
};

/// What facial basis, PCA and local PCA have in common: s·x ≈ m + Wᵀz, a row of W per unit, zero outside the
/// columns of its group (the mask of paper 000, section III-C).
struct LinearModel {
  SignalKind input_kind = SignalKind::other;
  std::vector<Column> input_columns;  ///< D
  double scale = 1;                   ///< s > 0, applied to signals before coding
  std::vector<Column> units;          ///< K, in the groups' order
  std::vector<UnitGroup> groups;
  RowMatrix atoms;                 ///< K×D, W; in scaled units per unit of code
  Eigen::VectorXd mean;            ///< D, m; in scaled units
  Json options = Json::object();   ///< of learning, as resolved
  Json training = Json::object();  ///< what learning reported

  /// Throws Error (data) with `place` when the parts do not fit one another.
  void check(const std::string& place) const;

  /// A group's atoms, units×columns.
  RowMatrix group_atoms(const UnitGroup& group) const;
  /// A group's scaled, centred columns of T×D signals: s·x − m.
  RowMatrix group_samples(const UnitGroup& group, const Eigen::Ref<const RowMatrix>& signals) const;
  /// T×D signals (m + Wᵀz) / s of T×K codes.
  RowMatrix decode(const RowMatrix& codes) const;

  /// Format version 1: tensors "atoms" and "mean"; the rest in the metadata.
  ModelFile to_file(std::string_view kind) const;
  /// What the file says; whether its parts fit is for check(). Throws Error (data) that names the file and
  /// the field or tensor that is missing or of another size.
  static LinearModel from_file(const ModelFile& file);
};

}  // namespace facelex
