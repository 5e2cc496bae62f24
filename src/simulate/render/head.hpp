#pragma once

#include <vector>

#include "facelex/plot/render/rasterizer.hpp"
#include "skin.hpp"

namespace facelex {

/// What belongs to a head besides the face's own surface, in the axes of the model (mm).

/// Skull, hair and nape: from the face's outline backwards, without a gap. `neutral` is the person's shape.
Surface hair_surface(const MorphableModel& model, const Vertices& neutral, const SubjectLook& look);
/// Both ears.
Surface ears_surface(const MorphableModel& model, const Vertices& neutral, const SubjectLook& look);
/// Long hair behind the neck.
Surface long_hair_surface(const SubjectLook& look);
/// The dark pocket behind the lips, for the present shape; `border`: the mouth's opening.
Surface mouth_surface(const std::vector<std::int32_t>& border, const Vertices& shape);
/// Upper or lower teeth. `neutral` gives their place, `jaw` how far the chin has moved (the lower teeth go
/// with it), `opening_mm` how far the lips are apart, which lets light in.
Surface teeth_surface(const MorphableModel& model, const Vertices& neutral, bool upper,
                      const Eigen::RowVector3f& jaw, float opening_mm);

/// Shoulders in a shirt, in the camera's axes about a place on the shoulders' line below the head.
Surface torso_surface(const SubjectLook& look);
/// A bent tube from the head (its lower end, `top`) to the torso (`bottom`), in the camera's axes.
Surface neck_surface(const SubjectLook& look, const Eigen::RowVector3f& top,
                     const Eigen::RowVector3f& bottom);

}  // namespace facelex
