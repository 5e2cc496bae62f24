#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "facelex/core/json.hpp"
#include "facelex/face/pose/camera.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"
#include "facelex/io/recording_file.hpp"

namespace facelex {

/// The recording of kind fit that belongs to a recording of landmarks, and the frontal views that it gives.
/// Rows are asked for in the order of the file.
class FittedViews {
 public:
  /// Looks below `folder` for the longest end of the path `landmarks` that is there, as .csv. Throws Error
  /// (data): no such file, no sidecar, or a fit of other landmarks, without displacement, of a model that
  /// lacks points of the scheme.
  FittedViews(const std::filesystem::path& folder, const std::filesystem::path& landmarks,
              LandmarkScheme scheme);

  /// The person's own neutral face with this frame's expression from the front, orthographic, mm; to it is
  /// added what the fit leaves over of each landmark in the picture, turned back with the head. Not so on the
  /// jaw line, which is an outline: it slides over the cheeks of a turned head. False where the fit has no
  /// values.
  bool frontal(const Frame& frame, const Landmarks68& points, Landmarks68& view);

  /// {"fit", "sha256", "model"}
  const Json& details() const { return details_; }

 private:
  using Shape = Eigen::Matrix<double, Eigen::Dynamic, 3>;

  struct Person {
    std::optional<int> face_id;
    Shape neutral;  ///< mm, a row for each of points_
  };

  bool find(const Frame& frame);
  const Person& person_of(const Frame& frame) const;
  void find_columns(LandmarkScheme scheme);
  void read_sidecar_of(const std::filesystem::path& landmarks);
  /// Where a point at `posed` mm is seen, and the mm that a pixel is there.
  Eigen::Vector2d seen(const Eigen::Vector3d& posed, double& mm_per_px) const;

  std::filesystem::path file_;
  RecordingReader reader_;
  Recording block_;
  Eigen::Index row_ = -1;
  std::vector<int> points_;                 ///< iBUG numbers of the fit, ascending
  std::vector<Eigen::Index> pose_;          ///< columns of fitted_pose_columns
  std::vector<Eigen::Index> displacement_;  ///< all X, all Y, all Z
  std::optional<Camera> camera_;            ///< nothing: scaled orthographic
  std::vector<Person> persons_;
  Json details_;
};

}  // namespace facelex
