#include "facelex/plot/render/mesh_picture.hpp"

#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "facelex/core/error.hpp"
#include "facelex/face/model/mesh.hpp"
#include "facelex/face/pose/rotation.hpp"
#include "facelex/plot/render/eyes.hpp"
#include "facelex/plot/render/rasterizer.hpp"

namespace facelex {
namespace {

constexpr double distance_mm = 900;
/// Share of the picture that the mean shape fills at most.
constexpr double filled_share = 0.9;
const Eigen::RowVector3f skin(0.68F, 0.76F, 0.9F);
const cv::Scalar ground(250, 248, 246);
const cv::Scalar mouth_inside(40, 36, 70);

struct Turned {
  Eigen::Matrix3f rotation;
  Eigen::RowVector3f middle;

  void place(Surface& surface) const {
    surface.points = (surface.points.rowwise() - middle) * rotation.transpose();
    surface.points.col(2).array() += float{distance_mm};
    surface.normals = surface.normals * rotation.transpose();
  }
};

/// The camera that sees the turned mean shape as large as fits.
Camera camera_for(const Vertices& mean, const Turned& turned, const MeshView& view) {
  const Vertices points = (mean.rowwise() - turned.middle) * turned.rotation.transpose();
  const Eigen::RowVector3f low = points.colwise().minCoeff(), high = points.colwise().maxCoeff();
  const Eigen::RowVector3d size = (high - low).cast<double>(), middle = (high + low).cast<double>() / 2;
  const double focal = filled_share * distance_mm * std::min(view.width / size.x(), view.height / size.y());
  return {focal, focal, (view.width - 1) / 2.0 - focal * middle.x() / distance_mm,
          (view.height - 1) / 2.0 - focal * middle.y() / distance_mm};
}

/// The opening of the mouth, filled.
Surface mouth_surface(const MorphableModel& model, const Vertices& shape) {
  Surface mouth;
  for (const auto& border : mesh_borders(model.triangles)) {
    if (std::find(border.begin(), border.end(), model.landmarks[62]) == border.end()) continue;
    const auto size = static_cast<Eigen::Index>(border.size());
    mouth.points.resize(size + 1, 3);
    mouth.triangles.resize(size, 3);
    for (Eigen::Index k = 0; k < size; ++k) {
      mouth.points.row(k) = shape.row(border[static_cast<std::size_t>(k)]);
      mouth.triangles.row(k) << static_cast<std::int32_t>(k), static_cast<std::int32_t>((k + 1) % size),
          static_cast<std::int32_t>(size);
    }
    mouth.points.row(size) = mouth.points.topRows(size).colwise().mean();
  }
  mouth.normals = Vertices::Zero(mouth.points.rows(), 3);
  mouth.normals.col(2).setConstant(-1);
  mouth.colors.resize(mouth.points.rows(), 3);
  for (Eigen::Index c = 0; c < 3; ++c)
    mouth.colors.col(c).setConstant(static_cast<float>(mouth_inside[static_cast<int>(c)] / 255));
  mouth.two_sided = true;
  return mouth;
}

void check(const MorphableModel& model, const Vertices& shape) {
  if (shape.rows() != model.vertex_count())
    throw usage_error("a shape of " + std::to_string(shape.rows()) + " points is none of " + model.name +
                      ", which has " + std::to_string(model.vertex_count()));
}

}  // namespace

cv::Mat mesh_picture(const MorphableModel& model, const Vertices& shape, const Vertices& neutral,
                     const MeshView& view) {
  check(model, shape);
  check(model, neutral);
  constexpr double degree = std::numbers::pi / 180;
  Turned turned;
  turned.rotation = rotation_from_angles({view.pitch_deg * degree, view.yaw_deg * degree, 0}).cast<float>();
  turned.middle = (model.mean.colwise().minCoeff() + model.mean.colwise().maxCoeff()) / 2;
  Rasterizer rasterizer(view.width, view.height, camera_for(model.mean, turned, view), view.supersampling);
  rasterizer.clear(cv::Mat(view.height, view.width, CV_8UC3, ground));
  const Light light;
  Surface face{shape, vertex_normals(shape, model.triangles), model.triangles, {}, {}, {}, 0.12F, 14, false};
  face.colors = skin.replicate(shape.rows(), 1);
  std::vector<Surface> surfaces = {face, mouth_surface(model, shape)};
  const cv::Mat texture = eye_texture({});
  for (const bool left : {true, false})
    if (const auto eye = Eye::find(model, left)) surfaces.push_back(eye->surface(neutral, texture, {0, 0}));
  for (Surface& surface : surfaces) {
    turned.place(surface);
    rasterizer.draw(surface, light);
  }
  return rasterizer.picture();
}

cv::Mat contact_sheet(const std::vector<std::pair<std::string, cv::Mat>>& pictures, int columns) {
  if (pictures.empty() || columns < 1) throw usage_error("a contact sheet needs pictures and columns");
  const cv::Size size = pictures.front().second.size();
  for (const auto& [label, picture] : pictures)
    if (picture.type() != CV_8UC3 || picture.size() != size)
      throw usage_error("the picture " + in_quotes(label) + " of a contact sheet has another size or type");
  constexpr int font = cv::FONT_HERSHEY_SIMPLEX;
  constexpr double scale = 0.5;
  constexpr int label_height = 26, baseline = 18;
  const int rows = (static_cast<int>(pictures.size()) + columns - 1) / columns;
  cv::Mat sheet(rows * (size.height + label_height), columns * size.width, CV_8UC3, ground);
  for (int i = 0; i < static_cast<int>(pictures.size()); ++i) {
    const auto& [label, picture] = pictures[static_cast<std::size_t>(i)];
    const cv::Point corner(i % columns * size.width, i / columns * (size.height + label_height));
    picture.copyTo(sheet(cv::Rect(corner, size)));
    const int width = cv::getTextSize(label, font, scale, 1, nullptr).width;
    cv::putText(sheet, label, corner + cv::Point((size.width - width) / 2, size.height + baseline), font,
                scale, cv::Scalar(40, 40, 40), 1, cv::LINE_AA);
  }
  return sheet;
}

}  // namespace facelex
