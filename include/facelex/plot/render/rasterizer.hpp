#pragma once

#include <Eigen/Core>
#include <opencv2/core/mat.hpp>

#include "facelex/face/model/morphable_model.hpp"
#include "facelex/face/pose/camera.hpp"

namespace facelex {

/// A place in a texture for each vertex: x and y in its pixels, pixel (i, j) having its centre at (i, j).
using TexturePlaces = Eigen::Matrix<float, Eigen::Dynamic, 2, Eigen::RowMajor>;

/// A mesh as it is drawn: in the camera's axes (x right, y down, z away) and in mm.
struct Surface {
  Vertices points;      ///< P×3
  Vertices normals;     ///< P×3, unit length, outwards
  Triangles triangles;  ///< anticlockwise as seen from outside
  Vertices colors;      ///< P×3: blue, green, red, 0 … 1: what the surface reflects of white light
  cv::Mat texture;      ///< CV_8UC3, by which the colours are multiplied (255 is 1); or empty
  TexturePlaces texture_places;  ///< P×2 when there is a texture
  float specular = 0;            ///< strength of the highlight, 0 … 1
  float shininess = 16;          ///< its narrowness: the exponent of Blinn and Phong
  bool two_sided = false;        ///< seen from behind too, with its normals turned; else not drawn there
};

/// White light: from everywhere, from a lamp and, weaker and without highlights, from another one.
struct Light {
  float ambient = 0.38F;
  Eigen::Vector3f key{-0.45F, -0.55F, -0.7F};  ///< direction to the lamp, of any length
  float key_strength = 0.6F;
  Eigen::Vector3f fill{0.8F, -0.1F, -0.6F};
  float fill_strength = 0.22F;
};

/// Draws triangle meshes as a pinhole camera sees them. Each sample of the picture takes the nearest surface
/// at its middle; colours, light and texture places go over a triangle in perspective. The light is computed
/// at the vertices (Lambert, with the highlight of Blinn and Phong). A triangle with a vertex nearer than
/// 1 mm to the camera's plane is left out.
class Rasterizer {
 public:
  /// `samples` × `samples` per pixel: 1 … 4. Throws Error (usage) for other numbers or an empty picture.
  Rasterizer(int width, int height, const Camera& camera, int samples = 2);

  /// Begins a picture: `background` is CV_8UC3 of the picture's size, else Error (usage).
  void clear(const cv::Mat& background);
  /// Throws Error (usage) when the surface's matrices disagree in their sizes.
  void draw(const Surface& surface, const Light& light);

  /// CV_8UC3, BGR: the mean of each pixel's samples.
  cv::Mat picture() const;
  /// CV_32FC1: distance z in mm of each pixel's nearest sample; infinite where nothing was drawn.
  cv::Mat depth() const;

 private:
  struct Corner;
  void draw_triangle(const Corner& a, const Corner& b, const Corner& c, const Surface& surface);

  int samples_;
  Camera camera_;     ///< in samples
  cv::Mat colors_;    ///< CV_8UC3, a sample each
  cv::Mat nearness_;  ///< CV_32FC1: 1/z; 0: nothing
};

}  // namespace facelex
