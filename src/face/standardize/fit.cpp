#include "fit.hpp"

#include <algorithm>
#include <limits>

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/face/pose/rotation.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"
#include "facelex/face/schemes/signal_columns.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

constexpr const char* remedy = "make it with facelex fit from the same landmarks";

/// Of the ends of the path, the longest that lies below the folder.
fs::path fit_of(const fs::path& folder, const fs::path& landmarks) {
  const fs::path whole = fs::absolute(landmarks).lexically_normal().relative_path().replace_extension(".csv");
  for (auto first = whole.begin(); first != whole.end(); ++first) {
    fs::path end;
    for (auto part = first; part != whole.end(); ++part) end /= *part;
    if (std::error_code ignored; fs::is_regular_file(folder / end, ignored)) return folder / end;
  }
  throw data_error({landmarks.string(), 0, ""}, "there is no fit of it in " + path_in_quotes(folder.string()),
                   remedy);
}

}  // namespace

FittedViews::FittedViews(const fs::path& folder, const fs::path& landmarks, LandmarkScheme scheme)
    : file_(fit_of(folder, landmarks)), reader_(file_) {
  read_sidecar_of(landmarks);
  find_columns(scheme);
}

void FittedViews::read_sidecar_of(const fs::path& landmarks) {
  const auto sidecar = read_sidecar(file_);
  if (!sidecar)
    throw data_error({file_.string(), 0, ""}, "has no sidecar that tells camera and identity", remedy);
  if (sidecar->input_digest != sha256_of_file(landmarks))
    throw data_error({file_.string(), 0, ""}, "is not the fit of " + path_in_quotes(landmarks.string()),
                     remedy);
  try {
    const Json& details = sidecar->result.details;
    points_ = details.at("points").get<std::vector<int>>();
    const Json& camera = details.at("camera");
    if (camera.at("model") == "perspective")
      camera_ = Camera{camera.at("fx"), camera.at("fy"), camera.at("cx"), camera.at("cy")};
    for (const Json& one : details.at("identity")) {
      const auto neutral = one.at("neutral").get<std::vector<double>>();
      if (neutral.size() != 3 * points_.size())
        throw data_error({sidecar_path(file_).string(), 0, "neutral"},
                         "has " + std::to_string(neutral.size()) + " numbers for " +
                             std::to_string(points_.size()) + " points",
                         remedy);
      Person person;
      if (one.contains("face_id")) person.face_id = one["face_id"].get<int>();
      person.neutral = Eigen::Map<const Shape>(neutral.data(), static_cast<Eigen::Index>(points_.size()), 3);
      persons_.push_back(std::move(person));
    }
    details_ = {{"fit", file_.filename().string()},
                {"sha256", sha256_of_file(file_)},
                {"model", details.at("model")}};
  } catch (const Json::exception& error) {
    throw data_error({sidecar_path(file_).string(), 0, ""},
                     std::string("is not that of a fit: ") + error.what(), remedy);
  }
}

void FittedViews::find_columns(LandmarkScheme scheme) {
  const Recording& header = reader_.header();
  const auto column = [&](const std::string& name) {
    const Eigen::Index found = header.column(name);
    if (found < 0) throw data_error({file_.string(), 0, name}, "there is no such column", remedy);
    return found;
  };
  for (const Column& pose : fitted_pose_columns(!camera_)) pose_.push_back(column(pose.name));
  for (const int point : ibug_numbers(scheme))
    if (std::find(points_.begin(), points_.end(), point) == points_.end())
      throw data_error({file_.string(), 0, ""}, "its model has no point " + std::to_string(point),
                       "fit a model with all points of the landmarks");
  for (const Column& moved : displacement_columns(points_)) displacement_.push_back(column(moved.name));
}

bool FittedViews::find(const Frame& frame) {
  for (;;) {
    if (row_ >= 0 && row_ < block_.rows()) {
      const Frame& here = block_.frames[static_cast<std::size_t>(row_)];
      if (here.number == frame.number && here.face_id == frame.face_id) return here.success;
      if (here.number > frame.number) break;
    }
    if (++row_ >= block_.rows()) {
      if (!reader_.read(block_)) break;
      row_ = 0;
    }
  }
  throw data_error({file_.string(), 0, ""}, "has no row of frame " + std::to_string(frame.number), remedy);
}

const FittedViews::Person& FittedViews::person_of(const Frame& frame) const {
  for (const Person& person : persons_)
    if (!person.face_id || *person.face_id == frame.face_id) return person;
  throw data_error({sidecar_path(file_).string(), 0, "identity"},
                   "has no face " + std::to_string(frame.face_id), remedy);
}

Eigen::Vector2d FittedViews::seen(const Eigen::Vector3d& posed, double& mm_per_px) const {
  if (!camera_) return posed.head<2>() / mm_per_px;
  mm_per_px = posed.z() / camera_->fx;
  return camera_->project(posed);
}

bool FittedViews::frontal(const Frame& frame, const Landmarks68& points, Landmarks68& view) {
  if (!find(frame)) return false;
  const auto value = [&](Eigen::Index column) { return block_.values(row_, column); };
  const Shape& neutral = person_of(frame).neutral;
  const Eigen::Index n = neutral.rows();
  Eigen::Vector3d place(value(pose_[0]), value(pose_[1]), value(pose_[2]));
  double mm_per_px = 1;
  if (!camera_) {
    mm_per_px = 1 / place.z();
    place.z() = 0;
  }
  const Eigen::Matrix3d rotation = rotation_from_angles({value(pose_[3]), value(pose_[4]), value(pose_[5])});
  view.setConstant(std::numeric_limits<double>::quiet_NaN());
  for (Eigen::Index i = 0; i < n; ++i) {
    Eigen::Vector3d shape = neutral.row(i).transpose();
    for (Eigen::Index axis = 0; axis < 3; ++axis)
      shape[axis] += value(displacement_[static_cast<std::size_t>(axis * n + i)]);
    const int point = points_[static_cast<std::size_t>(i)];
    if (point >= jaw_points) {
      const Eigen::Vector2d expected = seen(rotation * shape + place, mm_per_px);
      const Eigen::Vector2d over = (points.row(point).transpose() - expected) * mm_per_px;
      shape += rotation.topRows<2>().transpose() * over;
    }
    view.row(point) = shape.head<2>().transpose();
  }
  return true;
}

}  // namespace facelex
