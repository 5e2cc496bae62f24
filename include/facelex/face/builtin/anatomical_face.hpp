#pragma once

#include <string>

#include "facelex/core/json.hpp"
#include "facelex/face/model/morphable_model.hpp"

namespace facelex {

/// The face that facelex ships, data/anatomical_face.safetensors, read once from the program itself: a
/// morphable model whose expression modes are the pure action units of FACS, left and right apart where the
/// muscle is paired (AU01_L … AU43_R; 1.0 is the E intensity), and whose identity modes are anthropometric
/// distances (1.0 is a standard deviation). Left and right are the subject's.
const MorphableModel& built_in_face();

/// Makes that model from its table (data/anatomical_face.json), which a person can read and correct.
///
/// The table names points of the left half of the face with their places in mm, curves through them (lids,
/// lips, jaw line …), holes (eyes, mouth), and for each action unit and each identity mode how far named
/// points move. The left half is unrolled (angle about the head's axis × height, the lips apart),
/// triangulated with the named points and curves among the vertices, and mirrored, so that the mesh is
/// symmetric to the last bit. Mean and modes are the smoothest fields over the mesh (least bending energy
/// ∫(Δu)²) that have the given values at the given points; those of action units also die out with the
/// distance, and are zero at each landmark that the unit does not move. The same bytes on every run.
///
/// Throws Error (data) naming `file` and the place in the table: a missing field, an unknown point, a point
/// with fewer or more than three numbers, a curve of one point, a landmark given twice or not at all.
MorphableModel build_anatomical_face(const Json& table, const std::string& file);

/// The name of the right-hand twin of a unit of the left ("AU12_L" → "AU12_R"), and the reverse; the name
/// itself for units of the midline.
std::string mirrored_unit(const std::string& name);

}  // namespace facelex
