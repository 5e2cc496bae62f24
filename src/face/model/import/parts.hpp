#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <string>
#include <vector>

#include "facelex/core/error.hpp"
#include "facelex/face/model/morphable_model.hpp"
#include "facelex/io/models/safetensors.hpp"

namespace facelex {

inline constexpr float mm_per_cm = 10, mm_per_m = 1000;

/// Names by which the parts of a model are known, in its folder or beside its file.
inline constexpr const char* ict_indices_name = "vertex_indices.json";
inline constexpr const char* surrey_shape_begin = "sfm_shape_";
inline constexpr const char* surrey_expression_begin = "expression_blendshapes_";
inline constexpr const char* surrey_landmarks_name = "ibug_to_sfm.txt";
inline constexpr const char* bfm_deviations_name = "std_exp.txt";
inline constexpr const char* bfm_kept_name = "BFM_exp_idx.mat";

/// An Error (data) about a file of another program.
inline Error bad_import(const std::filesystem::path& file, const Message& what, const Message& remedy = {}) {
  return data_error({file.string(), 0, {}}, what, remedy);
}

/// Whether the file is named .obj, in capitals or not.
bool is_obj(const std::filesystem::path& file);

/// The bytes of a regular file. Throws Error (data) that names it.
std::string file_bytes(const std::filesystem::path& file);

/// Points [x₀ y₀ z₀ x₁ …] with y up and z towards the viewer, in other units, to ours.
void to_camera_axes(Eigen::Ref<Eigen::VectorXf> points, float mm_per_unit);
/// The same for every column.
void to_camera_axes(Eigen::MatrixXf& modes, float mm_per_unit);

/// P×3 numbers one after the other as the points of a mesh.
Vertices vertices_of(const Eigen::VectorXf& flat);

/// Modes of a principal component analysis in units of its standard deviations, named by their numbers.
ShapeBasis statistical_basis(Eigen::MatrixXf modes);
/// Blendshapes: weights from 0 to 1.
ShapeBasis blendshape_basis(Eigen::MatrixXf modes, std::vector<std::string> names);

/// A tensor of f32 or i32 with this many dimensions. Throws Error (data) that names file and tensor.
const Tensor& tensor_for_import(const Safetensors& content, const std::string& name, Tensor::Type type,
                                std::size_t dimensions, const std::filesystem::path& file);

}  // namespace facelex
