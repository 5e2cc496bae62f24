#include "facelex/simulate/render/video.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "facelex/core/error.hpp"
#include "facelex/face/model/mesh.hpp"
#include "facelex/face/pose/rotation.hpp"
#include "facelex/plot/render/eyes.hpp"
#include "facelex/video/video_writer.hpp"
#include "head.hpp"

namespace facelex {
namespace {

/// Where the neck leaves the head, in the model's axes, and how much lower the shoulders are.
const Eigen::Vector3d neck_top(0, 30, 84);
constexpr double shoulders_below_mm = 148;
/// How much of the head's shifts the shoulders go along with.
constexpr double shoulders_follow = 0.6;
/// How far eyes turn to keep looking into the camera.
constexpr double max_gaze_rad = 0.4;

/// A wall with soft light spots.
cv::Mat draw_background(const Cohort& cohort, const SubjectLook& look) {
  Random random(look.grain + 2);
  const cv::Size size(cohort.width, cohort.height);
  cv::Mat wall(size, CV_32FC3, cv::Scalar(look.background));
  const double light_x = random.uniform(), slope = random.uniform(0.1, 0.35);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      const double distance = std::hypot(static_cast<double>(x) / size.width - light_x,
                                         static_cast<double>(y) / size.height - 0.2);
      wall.at<cv::Vec3f>(y, x) *= static_cast<float>(1.08 - slope * distance);
    }
  cv::Mat shapes(size, CV_32FC3, cv::Scalar::all(1));
  for (int i = 0; i < 3; ++i) {
    const cv::Point corner(static_cast<int>(random.uniform(-0.2, 1) * size.width),
                           static_cast<int>(random.uniform(-0.2, 1) * size.height));
    const cv::Size extent(static_cast<int>(random.uniform(0.1, 0.35) * size.width),
                          static_cast<int>(random.uniform(0.2, 0.9) * size.height));
    cv::rectangle(shapes, cv::Rect(corner, extent), cv::Scalar::all(random.uniform(0.82, 1.08)), cv::FILLED);
  }
  cv::GaussianBlur(shapes, shapes, {}, size.width / 60.0);
  cv::Mat picture;
  cv::multiply(wall, shapes, wall);
  wall.convertTo(picture, CV_8UC3);
  return picture;
}

}  // namespace

void require_filmable(const MorphableModel& model) {
  const bool landmarks =
      std::all_of(model.landmarks.begin(), model.landmarks.end(), [](auto v) { return v >= 0; });
  if (!landmarks || opening_about(model, inner_lips).empty() || !Eye::find(model, true) ||
      !Eye::find(model, false))
    throw usage_error(model.name + " cannot be filmed: it lacks landmarks, or openings for eyes and mouth",
                      "use the built-in face, or simulate landmarks only");
}

namespace {

float opening_of(const MorphableModel& model, const Vertices& shape) {
  return (shape.row(model.landmarks[66]) - shape.row(model.landmarks[62])).norm();
}

}  // namespace

/// Everything of a session that stays from frame to frame.
struct SimulatedPictures::Scene {
  const MorphableModel& model;
  SimulatedSession session;
  SubjectLook look;
  SkinPainting painting;
  Vertices neutral;
  std::vector<Surface> head;        ///< what moves with the head alone, in the model's axes
  std::vector<std::int32_t> mouth;  ///< border of its opening
  Surface torso;
  std::array<Eye, 2> eyes;  ///< left, right
  cv::Mat eye_picture, background;
  Rasterizer rasterizer;
  Surface skin;
  Light light;

  Scene(const MorphableModel& face, const Cohort& cohort, const CohortItem& item)
      : model((require_filmable(face), face)),
        session(simulate_session(face, cohort, item)),
        look(draw_look(session.look)),
        painting(face, look),
        neutral(face.shape(session.identity, {})),
        mouth(opening_about(face, inner_lips)),
        torso(torso_surface(look)),
        eyes{*Eye::find(face, true), *Eye::find(face, false)},
        eye_picture(eye_texture({look.iris})),
        background(draw_background(cohort, look)),
        rasterizer(cohort.width, cohort.height, session.camera) {
    head.push_back(hair_surface(model, neutral, look));
    head.push_back(ears_surface(model, neutral, look));
    if (look.long_hair) head.push_back(long_hair_surface(look));
    skin.triangles = model.triangles;
    skin.texture = painting.texture();
    skin.texture_places = painting.places();
    skin.colors = Vertices::Ones(model.vertex_count(), 3);
    skin.specular = 0.1F;
    skin.shininess = 12;
  }

  struct Pose {
    Eigen::Matrix3d rotation;
    Eigen::Vector3d translation;
  };

  void draw_on_head(Surface surface, const Pose& pose) {
    const Eigen::Matrix3f turn = pose.rotation.transpose().cast<float>();
    surface.points = (surface.points * turn).rowwise() + pose.translation.transpose().cast<float>();
    surface.normals = surface.normals * turn;
    rasterizer.draw(surface, light);
  }

  void draw_face(const Eigen::VectorXd& expression, const Pose& pose);

  Eigen::RowVector3f shoulders(const Pose& pose) const {
    // About the place at which the head is without any motion.
    const Eigen::RowVector3d mean = session.pose.leftCols<3>().colwise().mean();
    const Eigen::RowVector3d place = mean + shoulders_follow * (pose.translation.transpose() - mean);
    return (place + neck_top.transpose() + Eigen::RowVector3d(0, shoulders_below_mm - neck_top.y(), 8))
        .cast<float>();
  }

  cv::Mat picture(Eigen::Index t) {
    if (!session.visible[static_cast<std::size_t>(t)]) return background.clone();
    rasterizer.clear(background);
    const Eigen::VectorXd values = session.pose.row(t);
    const Pose pose{rotation_from_angles(values.tail<3>()), values.head<3>()};
    // The nearest first: what is hidden needs no colours.
    draw_face(session.expression.row(t), pose);
    for (const Surface& part : head) draw_on_head(part, pose);
    const Eigen::RowVector3f bottom = shoulders(pose);
    const Eigen::RowVector3f top = (pose.rotation * neck_top + pose.translation).transpose().cast<float>();
    rasterizer.draw(neck_surface(look, top, bottom), light);
    Surface body = torso;
    body.points.rowwise() += bottom;
    rasterizer.draw(body, light);
    return rasterizer.picture();
  }
};

void SimulatedPictures::Scene::draw_face(const Eigen::VectorXd& expression, const Pose& pose) {
  const Vertices shape = model.shape(session.identity, expression);
  skin.points = shape;
  skin.normals = vertex_normals(shape, model.triangles);
  draw_on_head(skin, pose);
  // Where the camera is, as seen from the head.
  const Eigen::Vector3d camera = -(pose.rotation.transpose() * pose.translation);
  const Eigen::Vector2d gaze(
      std::clamp(std::atan2(camera.x(), -camera.z()), -max_gaze_rad, max_gaze_rad),
      std::clamp(std::atan2(camera.y(), -camera.z()), -max_gaze_rad / 2, max_gaze_rad / 2));
  for (const Eye& eye : eyes) draw_on_head(eye.surface(neutral, eye_picture, gaze), pose);
  const float opening = opening_of(model, shape);
  const Eigen::RowVector3f jaw = shape.row(model.landmarks[8]) - neutral.row(model.landmarks[8]);
  draw_on_head(mouth_surface(mouth, shape), pose);
  for (const bool upper : {true, false})
    draw_on_head(teeth_surface(model, neutral, upper, jaw, opening), pose);
}

SimulatedPictures::SimulatedPictures(const MorphableModel& model, const Cohort& cohort,
                                     const CohortItem& item)
    : scene_(std::make_unique<Scene>(model, cohort, item)) {}
SimulatedPictures::~SimulatedPictures() = default;
SimulatedPictures::SimulatedPictures(SimulatedPictures&&) noexcept = default;

const SimulatedSession& SimulatedPictures::session() const {
  return scene_->session;
}
cv::Mat SimulatedPictures::picture(Eigen::Index t) {
  return scene_->picture(t);
}

StageResult write_simulated_video(const MorphableModel& model, const Cohort& cohort, const CohortItem& item,
                                  const std::filesystem::path& output, const Work& work) {
  SimulatedPictures pictures(model, cohort, item);
  const SimulatedSession& session = pictures.session();
  VideoWriter writer(output);
  StageResult result;
  for (Eigen::Index t = 0; t < session.frames(); ++t) {
    work.check_stop();
    writer.add(pictures.picture(t), session.times_s[t]);
    result.counts.with_face += session.visible[static_cast<std::size_t>(t)] ? 1 : 0;
    work.report(t + 1, session.frames());
  }
  result.counts.rows = result.counts.frames = session.frames();
  result.details["width"] = cohort.width;
  result.details["height"] = cohort.height;
  result.details["frame_rate"] = cohort.fps;
  result.output_digest = writer.finish();
  return result;
}

}  // namespace facelex
