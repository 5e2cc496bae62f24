#pragma once

#include <opencv2/core/mat.hpp>
#include <optional>

#include "facelex/plot/render/rasterizer.hpp"

namespace facelex {

/// How eyes look. Colours are blue, green, red, 0 … 255.
struct EyeLook {
  cv::Vec3b iris{70, 95, 120};
  cv::Vec3b sclera{226, 229, 233};
};

/// An eye of a morphable model that has openings for the eyes: what is seen through the opening. It is a
/// slightly vaulted patch a little behind the lids' borders of the neutral face and somewhat larger than the
/// opening, so that closing lids cover it and raised lids show more of it.
class Eye {
 public:
  /// `left`: the subject's left. Nothing when the mesh has no opening about the landmarks of that eye.
  static std::optional<Eye> find(const MorphableModel& model, bool left);

  /// The eye of a person in the axes of the model. `neutral`: the person's shape without expression;
  /// `gaze_rad`: how far the eye is turned from straight on, to image-right and downwards.
  Surface surface(const Vertices& neutral, const cv::Mat& texture, const Eigen::Vector2d& gaze_rad) const;

 private:
  std::vector<std::int32_t> border_;
};

/// The texture for Eye::surface, CV_8UC3: white, iris, pupil and the reflection of a lamp.
cv::Mat eye_texture(const EyeLook& look);

}  // namespace facelex
