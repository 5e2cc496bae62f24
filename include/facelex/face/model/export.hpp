#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "facelex/core/json.hpp"
#include "facelex/face/model/morphable_model.hpp"

namespace facelex {

/// The coefficients "name=value" of a basis by its names, zero for all others. Throws Error (usage) that
/// begins with `option`: no such name (with the nearest), a value that is not a finite number.
Eigen::VectorXd coefficients_of(const ShapeBasis& basis, const std::vector<std::string>& settings,
                                const std::string& option);

/// Writes a mesh in mm with y up and z towards the viewer, as viewers of meshes have it: Wavefront OBJ with
/// the shortest decimals that read back to the same numbers, or binary little-endian PLY, by the name's end
/// (.obj, .ply). Throws Error (usage) for another name.
void write_mesh(const std::filesystem::path& file, const Vertices& vertices, const Triangles& triangles);

/// Whether the file begins as write_mesh's meshes do.
bool is_own_mesh(const std::filesystem::path& file);

/// Writes neutral.obj, an OBJ for each expression at coefficient 1, identity<name>.obj for each identity mode
/// at coefficient 1, and landmarks.json into a folder: what import_obj reads back. Throws Error (data) when
/// the name of a mode cannot be a file name.
void export_obj_set(const std::filesystem::path& folder, const MorphableModel& model);

/// The files of export_obj_set in that folder that stand there and that it did not write: a mesh of another
/// program, other landmarks. Throws what export_obj_set throws for names.
std::vector<std::filesystem::path> others_in_obj_set(const std::filesystem::path& folder,
                                                     const MorphableModel& model);

/// What a model holds, for people and programs: name, licence, source, unit, vertices, triangles, the
/// landmarks that it has, on how many jaw points the outline may slide, and of each mode its name, scale,
/// bounds and rms_mm, the root mean square displacement of the vertices in mm at a coefficient of one scale.
Json morphable_model_summary(const MorphableModel& model);

}  // namespace facelex
