#pragma once

#include <opencv2/core/mat.hpp>
#include <string>
#include <utility>
#include <vector>

#include "facelex/face/model/morphable_model.hpp"

namespace facelex {

/// How a shape is pictured.
struct MeshView {
  int width = 300;        ///< pixels
  int height = 380;       ///< pixels
  double yaw_deg = 0;     ///< turn of the face as in rotation.hpp: > 0 turns the nose to image-left
  double pitch_deg = 0;   ///< > 0 looks down
  int supersampling = 3;  ///< samples per pixel in each direction, 1 … 4
};

/// A picture (CV_8UC3 BGR) of a shape of the model (P×3, as MorphableModel::shape gives it) in a neutral skin
/// tone on a light ground, with eyes where the mesh has openings for them and the inside of the mouth dark.
/// The view is made for the model's mean, so that pictures of several shapes compare. `neutral` is the same
/// person's shape without expression, to which the eyes belong. Throws Error (usage) when a shape has another
/// number of points than the model, or the size cannot be drawn.
cv::Mat mesh_picture(const MorphableModel& model, const Vertices& shape, const Vertices& neutral,
                     const MeshView& view = {});

/// Pictures of one size side by side, `columns` in a row, each with its label below. Throws Error (usage) for
/// no pictures, no columns, or pictures that are not CV_8UC3 of one size.
cv::Mat contact_sheet(const std::vector<std::pair<std::string, cv::Mat>>& pictures, int columns);

}  // namespace facelex
