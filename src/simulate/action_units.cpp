#include "facelex/simulate/action_units.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "facelex/core/embed.hpp"
#include "facelex/core/json_parse.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/schemes/blendshape_name.hpp"

FACELEX_EMBED(facelex_blendshape_units, FACELEX_DATA "/blendshape_units.json");

namespace facelex {
namespace {

/// A unit as what it has of each of the model's modes.
struct UnitRecipe {
  std::string name, description;
  std::vector<std::pair<Eigen::Index, double>> parts;
};

const Json& unit_table() {
  static const Json table = parse_json(std::string(
      reinterpret_cast<const char*>(facelex_blendshape_units_begin),
      static_cast<std::size_t>(facelex_blendshape_units_end - facelex_blendshape_units_begin)))["units"];
  return table;
}

std::vector<UnitRecipe> recipes_for(const std::vector<std::string>& names) {
  std::map<std::string, Eigen::Index> mode_of;
  for (std::size_t k = 0; k < names.size(); ++k)
    mode_of.emplace(blendshape_key(names[k]), static_cast<Eigen::Index>(k));
  std::vector<UnitRecipe> recipes;
  for (const auto& [unit, shapes] : unit_table().items()) {
    UnitRecipe recipe{unit, "", {}};
    for (const auto& [shape, share] : shapes.items()) {
      const auto found = mode_of.find(blendshape_key(shape));
      if (found == mode_of.end()) break;
      recipe.parts.emplace_back(found->second, share.get<double>());
      recipe.description += (recipe.description.empty() ? "" : " + ") + share.dump() + " " +
                            names[static_cast<std::size_t>(found->second)];
    }
    const bool has_all = recipe.parts.size() == shapes.size();
    if (has_all && !mode_of.contains(blendshape_key(unit))) recipes.push_back(std::move(recipe));
  }
  return recipes;
}

Eigen::VectorXd extended(const Eigen::VectorXd& values, Eigen::Index more, double value) {
  Eigen::VectorXd result(values.size() + more);
  result << values, Eigen::VectorXd::Constant(more, value);
  return result;
}

}  // namespace

MorphableModel placed_like_built_in(MorphableModel model) {
  Eigen::RowVector3f shift(0, 0, 0);
  for (const std::size_t corner : {36, 39, 42, 45}) {
    if (model.landmarks[corner] < 0) return model;
    shift += (built_in_face().mean.row(built_in_face().landmarks[corner]) -
              model.mean.row(model.landmarks[corner])) /
             4;
  }
  model.mean.rowwise() += shift;
  return model;
}

MorphableModel with_action_units(MorphableModel model) {
  ShapeBasis& basis = model.expression;
  const std::vector<UnitRecipe> recipes = recipes_for(basis.names);
  const Eigen::Index own = basis.size(), more = static_cast<Eigen::Index>(recipes.size());
  if (more == 0) return model;
  basis.modes.conservativeResize(Eigen::NoChange, own + more);
  if (!basis.descriptions.empty()) basis.descriptions.resize(static_cast<std::size_t>(own));
  for (Eigen::Index k = 0; k < more; ++k) {
    const UnitRecipe& recipe = recipes[static_cast<std::size_t>(k)];
    auto mode = basis.modes.col(own + k);
    mode.setZero();
    for (const auto& [from, share] : recipe.parts) mode += static_cast<float>(share) * basis.modes.col(from);
    basis.names.push_back(recipe.name);
    if (!basis.descriptions.empty()) basis.descriptions.push_back(recipe.description);
  }
  basis.scale = extended(basis.scale, more, 1);
  basis.lower = extended(basis.lower, more, 0);
  basis.upper = extended(basis.upper, more, 1);
  return model;
}

}  // namespace facelex
