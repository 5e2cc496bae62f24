#include "facelex/plot/render/mesh_picture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <opencv2/core.hpp>

#include "facelex/core/error.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/plot/render/eyes.hpp"

namespace facelex {
namespace {

Eigen::VectorXd units(const std::string& begin) {
  const MorphableModel& face = built_in_face();
  Eigen::VectorXd expression = Eigen::VectorXd::Zero(face.expression.size());
  for (std::size_t k = 0; k < face.expression.names.size(); ++k)
    if (face.expression.names[k].starts_with(begin)) expression[static_cast<Eigen::Index>(k)] = 1;
  return expression;
}

MeshView small_view() {
  MeshView view;
  view.width = 120;
  view.height = 150;
  return view;
}

cv::Mat picture_of(const std::string& unit, const MeshView& view = small_view()) {
  const MorphableModel& face = built_in_face();
  return mesh_picture(face, face.shape({}, units(unit)), face.mean, view);
}

/// Pixels that differ by more than 30 in the rectangle.
int changed(const cv::Mat& a, const cv::Mat& b, const cv::Rect& where) {
  cv::Mat difference;
  cv::absdiff(a(where), b(where), difference);
  int count = 0;
  for (auto it = difference.begin<cv::Vec3b>(); it != difference.end<cv::Vec3b>(); ++it)
    count += std::max({(*it)[0], (*it)[1], (*it)[2]}) > 30 ? 1 : 0;
  return count;
}

const cv::Rect eyes_part(0, 30, 120, 50), mouth_part(0, 95, 120, 45);

TEST(MeshPicture, UnitsShowWhereTheyAct) {
  const cv::Mat neutral = picture_of("none");
  EXPECT_GT(changed(neutral, picture_of("AU43"), eyes_part), 60);
  EXPECT_EQ(changed(neutral, picture_of("AU43"), mouth_part), 0);
  EXPECT_GT(changed(neutral, picture_of("AU26"), mouth_part), 60);
  EXPECT_EQ(changed(neutral, picture_of("AU26"), eyes_part), 0);
}

TEST(MeshPicture, TheFaceFillsThePictureInEveryView) {
  for (const double yaw : {0.0, 35.0, -60.0}) {
    MeshView view = small_view();
    view.yaw_deg = yaw;
    const cv::Mat picture = picture_of("none", view);
    const cv::Vec3b ground = picture.at<cv::Vec3b>(0, 0);
    int left = picture.cols, right = 0, top = picture.rows, bottom = 0;
    for (int y = 0; y < picture.rows; ++y)
      for (int x = 0; x < picture.cols; ++x) {
        if (picture.at<cv::Vec3b>(y, x) == ground) continue;
        left = std::min(left, x);
        right = std::max(right, x);
        top = std::min(top, y);
        bottom = std::max(bottom, y);
      }
    EXPECT_GT(left, 0);
    EXPECT_LT(right, picture.cols - 1);
    EXPECT_GT(top, 0);
    EXPECT_LT(bottom, picture.rows - 1);
    EXPECT_GT(std::max((right - left) / 120.0, (bottom - top) / 150.0), 0.8);
  }
}

TEST(MeshPicture, EyesLookWhereTheyAreTurned) {
  const MorphableModel& face = built_in_face();
  const auto eye = Eye::find(face, true);
  ASSERT_TRUE(eye);
  const cv::Mat texture = eye_texture({});
  const Surface straight = eye->surface(face.mean, texture, {0, 0}),
                aside = eye->surface(face.mean, texture, {0.3, 0});
  // The iris lies in the texture's middle, so looking to image-right moves the places in it to the left.
  EXPECT_LT(aside.texture_places(0, 0), straight.texture_places(0, 0) - 10);
  EXPECT_EQ(aside.points, straight.points);
  // The patch lies behind the lids.
  EXPECT_GT(straight.points.col(2).minCoeff(), face.mean(face.landmarks[44], 2) - 0.5);
}

TEST(MeshPicture, ASheetHoldsAllPictures) {
  const cv::Mat red(20, 30, CV_8UC3, cv::Scalar(0, 0, 255)), blue(20, 30, CV_8UC3, cv::Scalar(255, 0, 0));
  const cv::Mat sheet = contact_sheet({{"a", red}, {"b", blue}, {"c", red}}, 2);
  EXPECT_EQ(sheet.cols, 60);
  EXPECT_EQ(sheet.at<cv::Vec3b>(5, 5), cv::Vec3b(0, 0, 255));
  EXPECT_EQ(sheet.at<cv::Vec3b>(5, 35), cv::Vec3b(255, 0, 0));
  EXPECT_EQ(sheet.at<cv::Vec3b>(sheet.rows / 2 + 5, 5), cv::Vec3b(0, 0, 255));
  EXPECT_THROW(contact_sheet({}, 2), Error);
  EXPECT_THROW(contact_sheet({{"a", red}, {"b", cv::Mat(20, 31, CV_8UC3)}}, 2), Error);
  EXPECT_THROW(contact_sheet({{"a", red}}, 0), Error);
}

TEST(MeshPicture, AShapeOfAnotherModelIsRefused) {
  EXPECT_THROW(mesh_picture(built_in_face(), Vertices::Zero(3, 3), built_in_face().mean), Error);
}

}  // namespace
}  // namespace facelex
