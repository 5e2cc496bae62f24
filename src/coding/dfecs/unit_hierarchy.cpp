#include "unit_hierarchy.hpp"

#include <algorithm>
#include <string>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

void require_tree(bool holds, const std::string& place, const std::string& what) {
  if (!holds)
    throw data_error({place, 0, "hierarchy"}, what, "the model is damaged or was not written by facelex");
}

void check_leaves(const std::vector<Eigen::Index>& set, std::size_t leaves, const std::string& place) {
  require_tree(!set.empty(), place, "a merge has no leaves");
  for (const auto leaf : set)
    require_tree(leaf >= 0 && leaf < static_cast<Eigen::Index>(leaves), place,
                 "a merge has the leaf " + std::to_string(leaf) + " of " + std::to_string(leaves));
}

}  // namespace

void UnitHierarchy::check(const std::string& place, Eigen::Index columns) const {
  require_tree(merge_above > 0 && merge_above <= 1, place,
               "merge_above: " + number_text(merge_above) + " is not > 0 and ≤ 1");
  const auto fits = [&](const RowMatrix& atoms, const std::vector<Column>& units) {
    return atoms.rows() == static_cast<Eigen::Index>(units.size()) && atoms.cols() == columns &&
           atoms.allFinite();
  };
  require_tree(fits(parent_atoms, parents) && fits(leaf_atoms, leaves), place,
               "its atoms are not as many as its units, or not finite");
  require_tree(parent_of.size() == leaves.size(), place, "not every leaf has a parent");
  Eigen::Index last = -1;
  for (const auto parent : parent_of) {
    require_tree(parent == last || parent == last + 1, place,
                 "its leaves are not in the order of their parents");
    last = parent;
  }
  require_tree(last + 1 == static_cast<Eigen::Index>(parents.size()), place, "a parent has no leaf");
  for (const auto& merge : merges) {
    check_leaves(merge.left, leaves.size(), place);
    check_leaves(merge.right, leaves.size(), place);
  }
}

void write_hierarchy(const UnitHierarchy& hierarchy, ModelFile& file) {
  Json merges = Json::array();
  for (const auto& merge : hierarchy.merges)
    merges.push_back({{"left", merge.left}, {"right", merge.right}, {"likeness", merge.likeness}});
  file.metadata["hierarchy"] = {{"merge_above", hierarchy.merge_above},
                                {"level", hierarchy.level == UnitLevel::parents ? "parents" : "leaves"},
                                {"parents", columns_json(hierarchy.parents)},
                                {"leaves", columns_json(hierarchy.leaves)},
                                {"parent_of", hierarchy.parent_of},
                                {"merges", std::move(merges)}};
  file.set("parent_atoms", hierarchy.parent_atoms);
  file.set("leaf_atoms", hierarchy.leaf_atoms);
}

std::optional<UnitHierarchy> read_hierarchy(const ModelFile& file) {
  const auto found = file.metadata.find("hierarchy");
  if (found == file.metadata.end()) return std::nullopt;
  UnitHierarchy hierarchy;
  try {
    hierarchy.merge_above = found->at("merge_above").get<double>();
    const auto level = found->at("level").get<std::string>();
    require_tree(level == "parents" || level == "leaves", file.source,
                 "level " + in_quotes(level) + " is neither parents nor leaves");
    hierarchy.level = level == "parents" ? UnitLevel::parents : UnitLevel::leaves;
    hierarchy.parents = columns_from_json(found->at("parents"));
    hierarchy.leaves = columns_from_json(found->at("leaves"));
    hierarchy.parent_of = found->at("parent_of").get<std::vector<Eigen::Index>>();
    for (const Json& merge : found->at("merges"))
      hierarchy.merges.push_back({merge.at("left").get<std::vector<Eigen::Index>>(),
                                  merge.at("right").get<std::vector<Eigen::Index>>(),
                                  merge.at("likeness").get<double>()});
  } catch (const Json::exception& error) {
    throw data_error({file.source, 0, "hierarchy"}, error.what(),
                     "the model is damaged or was not written by facelex");
  }
  hierarchy.parent_atoms = file.matrix("parent_atoms", static_cast<Eigen::Index>(hierarchy.parents.size()));
  hierarchy.leaf_atoms = file.matrix("leaf_atoms", static_cast<Eigen::Index>(hierarchy.leaves.size()));
  return hierarchy;
}

}  // namespace facelex
