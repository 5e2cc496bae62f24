#pragma once

#include "facelex/face/model/morphable_model.hpp"

namespace facelex {

/// The model with further expression modes after its own: action units of FACS as sums of its blendshapes, by
/// data/blendshape_units.json, which is part of the program. A unit is added when the model has all its
/// blendshapes (blendshape_key) and no mode of that name. Its bounds are 0 and 1, 1 is the E intensity. A
/// model without blendshapes of ARKit's names comes back as it is.
MorphableModel with_action_units(MorphableModel model);

/// The model moved so that the middle of its eyes' corners lies where that of built_in_face does: the rest of a
/// simulated person (hair, ears, neck) is built about that face, and poses speak of the same point of the head.
/// A model that lacks these points comes back as it is.
MorphableModel placed_like_built_in(MorphableModel model);

}  // namespace facelex
