#include <algorithm>
#include <utility>

#include "feature_dictionary.hpp"

namespace facelex {
namespace {

void append_rows(RowMatrix& rows, const RowMatrix& more) {
  rows.conservativeResize(rows.rows() + more.rows(), Eigen::NoChange);
  rows.bottomRows(more.rows()) = more;
}

/// "MO-3.2" for the second of several leaves of MO-3; an only leaf is called as its parent.
std::vector<Column> named_leaves(const std::vector<Column>& parents,
                                 const std::vector<Eigen::Index>& parent_of) {
  std::vector<Column> leaves;
  for (auto own = parent_of.begin(); own != parent_of.end(); ++own) {
    const auto [first, last] = std::equal_range(parent_of.begin(), parent_of.end(), *own);
    Column leaf = parents[static_cast<std::size_t>(*own)];
    if (last - first > 1) {
      leaf.description += ", atom " + std::to_string(own - first + 1) + " of " + std::to_string(last - first);
      leaf.name += "." + std::to_string(own - first + 1);
    }
    leaves.push_back(std::move(leaf));
  }
  return leaves;
}

/// Returns the names of the feature's leaves.
std::vector<Column> add_to_hierarchy(UnitHierarchy& hierarchy, const std::vector<Column>& parents,
                                     const FeatureUnits& units) {
  const auto parents_before = static_cast<Eigen::Index>(hierarchy.parents.size()),
             leaves_before = static_cast<Eigen::Index>(hierarchy.leaves.size());
  std::vector<Column> leaves = named_leaves(parents, units.parent_of);
  for (const auto parent : units.parent_of) hierarchy.parent_of.push_back(parents_before + parent);
  for (auto merge : units.merges) {
    for (auto* set : {&merge.left, &merge.right})
      for (auto& leaf : *set) leaf += leaves_before;
    hierarchy.merges.push_back(std::move(merge));
  }
  hierarchy.parents.insert(hierarchy.parents.end(), parents.begin(), parents.end());
  hierarchy.leaves.insert(hierarchy.leaves.end(), leaves.begin(), leaves.end());
  append_rows(hierarchy.parent_atoms, units.parents);
  append_rows(hierarchy.leaf_atoms, units.leaves);
  return leaves;
}

}  // namespace

FeatureUnits FeatureDictionary::of_side(const FeatureProblem& problem, std::size_t side) const {
  FeatureUnits units;
  units.parents = problem.spread(parents, side);
  units.leaves = problem.spread(leaves, side);
  units.parent_of = parent_of;
  units.merges = merges;
  units.twin = twin;
  units.summary = summary;
  const RowMatrix own_codes = problem.codes_of_side(codes, side);
  const RowMatrix own_samples = problem.codes_of_side(problem.samples(), side);
  for (Eigen::Index k = 0; k < own_codes.cols(); ++k) {
    units.uses.push_back(use_of_codes(own_codes.col(k)));
    units.uses.back().negated = uses[static_cast<std::size_t>(k)].negated;
  }
  units.squares = own_samples.squaredNorm();
  units.residual = (own_samples - own_codes * (units_are_leaves ? leaves : parents)).squaredNorm();
  return units;
}

Json add_feature_units(LinearModel& model, const FeatureColumns& feature, const FeatureUnits& units,
                       const std::string& unit, std::optional<UnitHierarchy>& hierarchy) {
  const bool leaves_are_units = hierarchy && hierarchy->level == UnitLevel::leaves;
  const RowMatrix& atoms = leaves_are_units ? units.leaves : units.parents;
  const Eigen::Index first = model.atoms.rows();
  add_group(model, feature.name, feature.description, feature.columns, static_cast<int>(units.parents.rows()),
            unit);
  std::vector<Column> parents(model.units.begin() + first, model.units.end());
  if (hierarchy) {
    const std::vector<Column> leaves = add_to_hierarchy(*hierarchy, parents, units);
    if (leaves_are_units) {
      model.groups.back().units = static_cast<Eigen::Index>(leaves.size());
      model.units.resize(static_cast<std::size_t>(first));
      model.units.insert(model.units.end(), leaves.begin(), leaves.end());
      model.atoms.conservativeResize(first + static_cast<Eigen::Index>(leaves.size()), Eigen::NoChange);
    }
  }
  model.atoms.bottomRows(atoms.rows()) = atoms;

  Json summary = {{"name", feature.name}};
  summary.update(units.summary);
  summary["variance_explained"] = 1 - units.residual / units.squares;
  summary["units"] = Json::array();
  for (std::size_t k = 0; k < units.uses.size(); ++k) {
    const auto at = static_cast<std::size_t>(first) + k;
    Json entry = {{"name", model.units[at].name}};
    entry.update(units.uses[k].json());
    entry.update(likeness_of_unit(model, model.groups.back(), static_cast<Eigen::Index>(at)));
    if (!units.twin.empty())
      entry["mirror_image"] = model.units[static_cast<std::size_t>(first + units.twin[k])].name;
    summary["units"].push_back(std::move(entry));
  }
  return summary;
}

}  // namespace facelex
