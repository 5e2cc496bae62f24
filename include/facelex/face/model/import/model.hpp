#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "facelex/core/options.hpp"
#include "facelex/face/model/morphable_model.hpp"
#include "facelex/io/named_file.hpp"

namespace facelex {

struct ModelImportOptions {
  enum class Type { guess, ict, surrey, bfm, flame, obj };
  enum class Unit { guess, millimetre, centimetre, metre };

  Type type = Type::guess;  ///< layout of the file or folder
  std::string landmarks;    ///< file that says at which vertex each iBUG point lies; replaces the model's own
  std::string expression;   ///< file with the expressions of a model that comes without (surrey, bfm)
  bool allow_missing = false;  ///< ict: take the shapes that are there
  Unit unit = Unit::guess;     ///< obj: of the files; guess: by the size of the mesh
  int identity_modes = 300;    ///< flame: how many of the shape directions are identity, ≥ 0
  std::string name;            ///< of the model, where the layout's own is not wanted
  std::string licence;         ///< of the data, where it is not known from the layout

  void describe(OptionList& options);
  void check() const;
};

/// Reads a morphable model of another program as one of ours: millimetres, x to image-right, y down, z away
/// from the camera. All of them have y up and z towards the viewer, so they are turned by 180° about x.
/// Computes the contour lines (jaw_contour) when the model has points of the jaw. Throws Error (usage) when
/// the layout cannot be guessed, Error (data) that names file and place for what does not fit.
MorphableModel import_model(const std::filesystem::path& path, const ModelImportOptions& options = {});

/// Every file that import_model may read for this path, by its name: the shapes of a folder, what an importer
/// finds beside a file, and what the options name. A folder's other files are not among them.
std::vector<NamedFile> files_of_model(const std::filesystem::path& path,
                                      const ModelImportOptions& options = {});

/// ICT-FaceKit (Li et al., "Learning formation of physically-based face attributes", CVPR 2020): its folder
/// of OBJ files with vertex_indices.json, or the face area packed in one safetensors file (tensors mean P×3,
/// identity K×P×3, expression K×P×3, triangles, landmarks68; centimetres). Coefficients of identity are in
/// standard deviations, of expression blendshape weights 0 … 1; _L is the subject's left.
MorphableModel import_ict(const std::filesystem::path& path, const ModelImportOptions& options = {});

/// Surrey Face Model as eos keeps it (Huber et al., VISAPP 2016): sfm_shape_<n>.bin, or the folder that holds
/// it, in millimetres. Expressions from `options.expression`, else from expression_blendshapes_<n>.bin beside
/// it, landmarks from ibug_to_sfm.txt beside it.
MorphableModel import_surrey(const std::filesystem::path& path, const ModelImportOptions& options = {});

/// Basel Face Models: 2009 (Paysan et al., AVSS 2009; MATLAB v5, µm) and 2017/2019 (Gerig et al., FG 2018;
/// HDF5, mm). Coefficients are in standard deviations. Expressions from the 2017/2019 file itself, or from
/// `options.expression`: Exp_Pca.bin (Guo et al., PAMI 2019, after FaceWarehouse) with std_exp.txt beside it.
/// That has 53215 of the 53490 vertices of the 2009 mesh; BFM_exp_idx.mat beside it says which, and the model
/// is cut to those. Its mean expression is left out, so that ε = 0 is the neutral face. No landmarks.
MorphableModel import_bfm(const std::filesystem::path& path, const ModelImportOptions& options = {});

/// FLAME (Li et al., SIGGRAPH Asia 2017): the pickle that its authors publish, metres. The first
/// `options.identity_modes` of its shape directions are identity, the others expression, in standard
/// deviations. The turning jaw, neck and eyes are not linear modes and are left out. No landmarks.
MorphableModel import_flame(const std::filesystem::path& path, const ModelImportOptions& options = {});

/// A folder of OBJ files of one mesh: one with "neutral" in its name, those named identity… are identity, all
/// others expressions at their full size; landmarks from landmarks.json in it. Or one file: a mean alone.
/// Faces of more than three corners become triangles. What export_obj_set writes is read back.
MorphableModel import_obj(const std::filesystem::path& path, const ModelImportOptions& options = {});
inline constexpr const char* obj_landmarks_name = "landmarks.json";

/// The vertex of each iBUG point, −1 where the file names no signal: a JSON object {"number of the point,
/// from 0": vertex}, or lines "number from 1 = vertex" below [landmark_mappings] as eos has them. Throws
/// Error (data) that names file, line or key: a point that is none of the 68, a vertex beyond `vertices`.
std::array<std::int32_t, 68> read_landmark_vertices(const std::filesystem::path& file, Eigen::Index vertices);

/// MorphableModel::contour for a mesh with points of the jaw: from each the line over the mesh's edges that
/// runs across the jaw line towards the nose, about 25 mm long, its own vertex first, at most ten. Empty
/// where the model lacks the point, or all points of the face by which its middle would be known.
std::array<std::vector<std::int32_t>, 17> jaw_contour(const MorphableModel& model);

}  // namespace facelex
