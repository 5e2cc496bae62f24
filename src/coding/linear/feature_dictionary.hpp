#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coding/unit_statistics.hpp"
#include "facelex/coding/learn.hpp"
#include "facelex/coding/linear/facial_basis.hpp"
#include "feature_problem.hpp"
#include "merge_atoms.hpp"

namespace facelex {

/// The units that were learnt for one feature, over all columns of the data.
struct FeatureUnits {
  RowMatrix parents;  ///< P×D, by decreasing mean |z|
  RowMatrix leaves;   ///< L×D: the learnt atoms, in the order of their parents; the same when none merged
  std::vector<Eigen::Index> parent_of;  ///< L
  std::vector<UnitHierarchy::Merge> merges;
  std::vector<UnitUse> uses;         ///< of the units, parents or leaves
  std::vector<Eigen::Index> twin;    ///< of the units, as in AtomConstraints; empty: not mirrored
  double squares = 0, residual = 0;  ///< Σ‖s·x‖², Σ‖s·x − x̂‖² over frames
  Json summary;                      ///< objective, iterations, converged …
};

/// The dictionary of a FeatureProblem.
struct FeatureDictionary {
  RowMatrix parents, leaves;  ///< over the problem's columns; canonical
  std::vector<Eigen::Index> parent_of;
  std::vector<UnitHierarchy::Merge> merges;
  RowMatrix codes;  ///< of the units; exact
  std::vector<UnitUse> uses;
  std::vector<Eigen::Index> twin;
  bool units_are_leaves = false;
  int iterations = 0;
  Json summary;
  std::vector<Message> warnings;

  FeatureUnits of_side(const FeatureProblem& problem, std::size_t side) const;
};

DictionaryOptions dictionary_options(const FacialBasisOptions& options);

/// Learns the atoms of a problem, from start_atoms (K×d) if given, merges near-duplicates if options say so,
/// and brings the units into canonical order.
FeatureDictionary learn_feature(const FeatureProblem& problem, const FacialBasisOptions& options,
                                const std::optional<RowMatrix>& start_atoms, const Work& work);

/// Appends a feature's units to the model as a group, and to the hierarchy if there is one. Returns the
/// group's summary.
Json add_feature_units(LinearModel& model, const FeatureColumns& feature, const FeatureUnits& units,
                       const std::string& unit, std::optional<UnitHierarchy>& hierarchy);

}  // namespace facelex
