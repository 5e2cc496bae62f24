#pragma once

#include <vector>

#include "facelex/dfe/network.hpp"
#include "facelex/dfe/train/options.hpp"
#include "facelex/face/model/morphable_model.hpp"

namespace facelex {

/// Vertices of a face, at most `count`, spread evenly over the part that the expressions `columns` move:
/// the vertex that moves most, then each time the one farthest from those chosen (Gonzalez 1985; the lowest
/// number of equals). Their mean is near that over the area of the skin, where all vertices would count lips
/// and lids, whose meshes are dense, many times. Vertices that move less than a hundredth of the one that
/// moves most are left out: the back of a head would only dilute the mean. Throws as ExpressionFace does.
std::vector<Eigen::Index> displacement_points(const MorphableModel& face, const std::vector<Column>& columns,
                                              int count);

/// B of sparsity_on displacement, 3V×D, rows x₀ y₀ z₀ x₁ … of 256 displacement_points: B·y is how far, in mm,
/// a network's output y moves them; `scale` (1×D) are the inputs' sd where it learns standardised ones, so y
/// is then counted from the mean frame, as ‖y‖₁ is. 256 points cost 80 kFLOP a frame at D = 53 forward and as
/// much backward, 0.2 % of the transformer's step. Throws Error (usage) when columns are not expressions of
/// the face.
FloatRowMatrix displacement_of_outputs(const MorphableModel& face, const std::vector<Column>& columns,
                                       const FloatRowMatrix& scale);
/// The face of options.face.
MorphableModel displacement_face(const DfeOptions& options);

/// Sum over the rows of `output` (N×D) of the mean over points of ‖B_v y‖₂, and added to `gradient` (N×D)
/// `weight` times its derivative B_vᵀ B_v y / ‖B_v y‖₂ / V, 0 where a point rests.
double displacement_sparsity(const FloatRowMatrix& displacement, const FloatRowMatrix& output, float weight,
                             FloatRowMatrix* gradient);

}  // namespace facelex
