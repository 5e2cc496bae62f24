#pragma once

#include <filesystem>
#include <memory>
#include <opencv2/core/mat.hpp>
#include <span>
#include <string>

#include "facelex/face/schemes/landmark_scheme.hpp"

namespace facelex {

/// A square around a face, as dlib's frontal detector draws it (brows to chin): in pixels, where pixel (i, j)
/// has its centre at (i, j).
struct FaceBox {
  double center_x = 0, center_y = 0;
  double size = 0;  ///< side

  bool operator==(const FaceBox&) const = default;
};

/// Intersection over union, 0 … 1.
double overlap(const FaceBox& a, const FaceBox& b);

/// The cascade of regression forests of Kazemi & Sullivan 2014 ("One millisecond face alignment with an
/// ensemble of regression trees"), read from dlib's shape_predictor files and evaluated by code of our own.
///
/// With nearest sampling the points are dlib's, to the last bit of the arithmetic. Leaves stay floats for
/// that: 16-bit ones change the points by half a pixel (the cascade amplifies the smallest differences) and
/// are no faster with one start. Immutable after loading: any number of threads may use one object.
class LandmarkModel {
 public:
  /// Where a pixel is read.
  enum class Sampling {
    nearest,  ///< the pixel whose centre is nearest, as dlib does
    bilinear  ///< between the four around, in steps of 1/32 pixel: what makes small faces' points sub-pixel
  };

  /// Throws Error: environment when the file is missing or cannot be opened, data when it is no
  /// shape_predictor with 68 points, is cut off, or holds impossible values.
  static LandmarkModel load(const std::filesystem::path& file);
  /// From the bytes of such a file; `name` is for messages.
  static LandmarkModel parse(std::span<const unsigned char> bytes, const std::string& name);

  ~LandmarkModel();
  LandmarkModel(LandmarkModel&&) noexcept;
  LandmarkModel& operator=(LandmarkModel&&) noexcept;

  /// The landmarks that the cascade finds from each start box, in pixels of `gray` (CV_8UC1).
  /// Requires landmarks.size() == starts.size(), boxes of positive size. A box may reach beyond the picture:
  /// what lies outside is black, as for dlib.
  void locate(const cv::Mat& gray, std::span<const FaceBox> starts, std::span<Landmarks68> landmarks,
              Sampling sampling = Sampling::bilinear) const;

  /// The shape from which the cascade starts, in the unit square of the box.
  const Landmarks68& mean_shape() const;
  /// SHA-256 of the file.
  const std::string& digest() const;

 private:
  struct Forest;
  explicit LandmarkModel(std::unique_ptr<Forest> forest);

  std::unique_ptr<const Forest> forest_;
};

}  // namespace facelex
