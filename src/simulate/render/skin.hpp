#pragma once

#include <opencv2/core/mat.hpp>
#include <vector>

#include "facelex/core/random.hpp"
#include "facelex/face/model/morphable_model.hpp"
#include "facelex/plot/render/rasterizer.hpp"

namespace facelex {

/// The tones of a subject. Colours are blue, green, red, 0 … 255.
struct SubjectLook {
  cv::Vec3f skin, lips, hair, iris, shirt, background;
  bool long_hair = false;
  double hair_mm = 10;      ///< how far the hair stands off the head
  double fringe_mm = 6;     ///< how far it comes down from the border of the face
  double brow_mm = 7;       ///< width of the brows
  double stubble = 0;       ///< 0 … 1
  std::uint64_t grain = 0;  ///< seed of freckles, strands and other small things
};
SubjectLook draw_look(Random& random);

/// The skin of a face as a texture over its surface unrolled about the head's axis: skin, lips, nostrils,
/// brows, lashes and the hair's border. Painted on the mean face, so that it moves with identity and
/// expression.
class SkinPainting {
 public:
  SkinPainting(const MorphableModel& model, const SubjectLook& look);

  const cv::Mat& texture() const { return texture_; }  ///< CV_8UC3
  const TexturePlaces& places() const { return places_; }

 private:
  using Line = std::vector<cv::Point2f>;

  cv::Point2f place(std::int32_t vertex) const { return {places_(vertex, 0), places_(vertex, 1)}; }
  Line landmarks(const std::vector<int>& points) const;
  void unroll();
  void shade(const cv::Point2f& middle, double width_mm, double height_mm, const cv::Vec3f& factor);
  void paint_skin();
  void paint_lips();
  void paint_nose();
  void paint_eyes();
  void paint_brow(const std::vector<int>& points);
  void paint_hair_border();
  void mix(const cv::Mat& share, const cv::Vec3f& color);

  const MorphableModel& model_;
  const SubjectLook& look_;
  Random random_;
  cv::Mat colors_;  // CV_32FC3
  cv::Mat texture_;
  TexturePlaces places_;
  std::vector<std::int32_t> outline_;
};

}  // namespace facelex
