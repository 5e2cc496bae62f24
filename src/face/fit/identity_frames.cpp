#include "identity_frames.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <tuple>
#include <utility>

#include "facelex/face/model/mean_face.hpp"
#include "facelex/face/neutral/neutral.hpp"
#include "facelex/face/pose/head_pose.hpp"
#include "facelex/face/pose/rotation.hpp"

namespace facelex {
namespace {

constexpr double cell_rad = 10 * std::numbers::pi / 180;
/// Beyond this, half of the points are guesses.
constexpr double max_candidate_turn_rad = 50 * std::numbers::pi / 180;

/// A candidate whose head pose is known.
struct Posed {
  const FitCandidate* candidate;
  std::pair<int, int> cell;
  Landmarks68 off_mean;  ///< points minus those of the mean face in that pose, without roll, mm
};

std::optional<Posed> posed(const FitCandidate& candidate) {
  const Landmarks68& points = candidate.view.points;
  const Camera& camera = candidate.view.camera;
  const auto pose = estimate_head_pose(points, camera);
  if (!pose || pose->rotation_rad.head<2>().cwiseAbs().maxCoeff() > max_candidate_turn_rad)
    return std::nullopt;
  Posed result{&candidate,
               {static_cast<int>(std::lround(pose->rotation_rad[1] / cell_rad)),
                static_cast<int>(std::lround(pose->rotation_rad[0] / cell_rad))},
               Landmarks68::Zero()};
  const Eigen::Matrix3d rotation = rotation_from_angles(pose->rotation_rad);
  const double mm_per_px = pose->translation_mm.z() / camera.fx;
  const double c = std::cos(pose->rotation_rad[2]), s = std::sin(pose->rotation_rad[2]);
  for (Eigen::Index i = 0; i < 68; ++i) {
    if (!points.row(i).allFinite()) continue;
    const Eigen::Vector2d off =
        mm_per_px * (points.row(i).transpose() -
                     camera.project(rotation * mean_face_mm().row(i).transpose() + pose->translation_mm));
    result.off_mean.row(i) << c * off.x() + s * off.y(), c * off.y() - s * off.x();
  }
  return result;
}

/// Frames of about the same pose with their squared distance from the median shape of all.
using Cell = std::vector<std::pair<double, const FitCandidate*>>;

/// The fullest first; in each the nearest to the median first.
std::vector<Cell> cells_of(const std::vector<Posed>& list) {
  std::vector<const Landmarks68*> shapes;
  shapes.reserve(list.size());
  for (const Posed& one : list) shapes.push_back(&one.off_mean);
  const Landmarks68 middle = median_shape(shapes);
  std::map<std::pair<int, int>, Cell> by_place;
  for (const Posed& one : list)
    by_place[one.cell].emplace_back((one.off_mean - middle).squaredNorm(), one.candidate);
  std::vector<Cell> cells;
  for (auto& [place, cell] : by_place) {
    std::sort(cell.begin(), cell.end(), [](const auto& a, const auto& b) {
      return std::tuple(a.first, a.second->recording, a.second->frame) <
             std::tuple(b.first, b.second->recording, b.second->frame);
    });
    cells.push_back(std::move(cell));
  }
  std::stable_sort(cells.begin(), cells.end(),
                   [](const Cell& a, const Cell& b) { return a.size() > b.size(); });
  return cells;
}

/// Of one recording: networks give confidences of their own to every video.
void add_posed_and_confident(const std::vector<FitCandidate>& candidates, std::vector<Posed>& list) {
  if (candidates.empty()) return;
  std::vector<double> confidences;
  confidences.reserve(candidates.size());
  for (const FitCandidate& candidate : candidates) confidences.push_back(candidate.confidence);
  const auto middle = confidences.begin() + static_cast<std::ptrdiff_t>((confidences.size() - 1) / 2);
  std::nth_element(confidences.begin(), middle, confidences.end());
  for (const FitCandidate& candidate : candidates) {
    if (candidate.confidence < *middle) continue;
    if (auto one = posed(candidate)) list.push_back(std::move(*one));
  }
}

}  // namespace

std::vector<FitCandidate> identity_candidates(const std::vector<const FitCandidates*>& recordings,
                                              std::size_t count) {
  std::vector<Posed> list;
  for (const FitCandidates* recording : recordings) add_posed_and_confident(recording->kept(), list);
  if (list.empty()) return {};
  const std::vector<Cell> cells = cells_of(list);
  std::vector<FitCandidate> chosen;
  for (std::size_t rank = 0; chosen.size() < std::min(count, list.size()); ++rank)
    for (const Cell& cell : cells)
      if (rank < cell.size() && chosen.size() < count) chosen.push_back(*cell[rank].second);
  std::sort(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) {
    return std::pair(a.recording, a.frame) < std::pair(b.recording, b.frame);
  });
  return chosen;
}

std::vector<FaceView> thinned_views(const std::vector<const FitCandidates*>& recordings, std::size_t count) {
  std::size_t all = 0;
  for (const FitCandidates* recording : recordings) all += recording->kept().size();
  const std::size_t stride = (all + count - 1) / count;
  std::vector<FaceView> views;
  std::size_t at = 0;
  for (const FitCandidates* recording : recordings)
    for (const FitCandidate& candidate : recording->kept())
      if (at++ % stride == 0) views.push_back(candidate.view);
  return views;
}

std::vector<FaceView> views_of(const std::vector<FitCandidate>& candidates) {
  std::vector<FaceView> views;
  views.reserve(candidates.size());
  for (const FitCandidate& candidate : candidates) views.push_back(candidate.view);
  return views;
}

void FitCandidates::add(const Frame& frame, const FaceView& view) {
  if (count_++ % stride_ != 0) return;
  kept_.push_back({frame.number, frame.confidence, 0, view});
  if (kept_.size() == max_frames) thin();
}

void FitCandidates::thin() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < kept_.size(); i += 2) kept_[kept++] = kept_[i];
  kept_.resize(kept);
  stride_ *= 2;
}

}  // namespace facelex
