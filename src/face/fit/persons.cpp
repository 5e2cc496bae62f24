#include "persons.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "facelex/face/model/mean_face.hpp"
#include "facelex/face/neutral/neutral.hpp"
#include "facelex/face/pose/head_pose.hpp"
#include "facelex/face/pose/rotation.hpp"

namespace facelex {
namespace {

/// Frames whose median expression is the resting one.
constexpr std::size_t centring_frames = 192;
/// What is left after the fit shows the errors that scatter, not those that neighbours share and that come and go
/// with the pose: they become expression. Below the usual noise, that can only be said by who knows the landmarks.
constexpr double min_noise_mm = FitPriors().noise_mm, max_noise_mm = 3;
constexpr double cell_rad = 10 * std::numbers::pi / 180;
/// Beyond this, half of the points are guesses.
constexpr double max_candidate_turn_rad = 50 * std::numbers::pi / 180;

/// A candidate whose head pose is known.
struct Posed {
  const FitCandidate* candidate;
  std::pair<int, int> cell;
  Landmarks68 off_mean;  ///< points minus those of the mean face in that pose, without roll, mm
};

std::optional<Posed> posed(const FitCandidate& candidate, const Camera& camera) {
  const auto pose = estimate_head_pose(candidate.points, camera);
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
    if (!candidate.points.row(i).allFinite()) continue;
    const Eigen::Vector2d off =
        mm_per_px * (candidate.points.row(i).transpose() -
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
      return std::pair(a.first, a.second->frame) < std::pair(b.first, b.second->frame);
    });
    cells.push_back(std::move(cell));
  }
  std::stable_sort(cells.begin(), cells.end(),
                   [](const Cell& a, const Cell& b) { return a.size() > b.size(); });
  return cells;
}

std::vector<Posed> posed_and_confident(const std::vector<FitCandidate>& candidates,
                                       const FitPersons::CameraOf& camera) {
  std::vector<double> confidences;
  confidences.reserve(candidates.size());
  for (const FitCandidate& candidate : candidates) confidences.push_back(candidate.confidence);
  const auto middle = confidences.begin() + static_cast<std::ptrdiff_t>((confidences.size() - 1) / 2);
  std::nth_element(confidences.begin(), middle, confidences.end());
  std::vector<Posed> list;
  for (const FitCandidate& candidate : candidates) {
    if (candidate.confidence < *middle) continue;
    if (auto one = posed(candidate, camera(candidate.points))) list.push_back(std::move(*one));
  }
  return list;
}

/// Of the candidates, at most `count` in various poses and near the neutral, in the order of time.
std::vector<FitCandidate> identity_candidates(const std::vector<FitCandidate>& candidates,
                                              const FitPersons::CameraOf& camera, std::size_t count) {
  if (candidates.empty()) return {};
  const std::vector<Posed> list = posed_and_confident(candidates, camera);
  if (list.empty()) return {};
  const std::vector<Cell> cells = cells_of(list);
  std::vector<FitCandidate> chosen;
  for (std::size_t rank = 0; chosen.size() < std::min(count, list.size()); ++rank)
    for (const Cell& cell : cells)
      if (rank < cell.size() && chosen.size() < count) chosen.push_back(*cell[rank].second);
  std::sort(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) { return a.frame < b.frame; });
  return chosen;
}

std::vector<FaceView> views_of(const std::vector<FitCandidate>& candidates,
                               const FitPersons::CameraOf& camera) {
  std::vector<FaceView> views;
  views.reserve(candidates.size());
  for (const FitCandidate& candidate : candidates)
    views.push_back({candidate.points, camera(candidate.points)});
  return views;
}

/// Every n-th, so that at most `count` are left.
std::vector<FitCandidate> thinned(const std::vector<FitCandidate>& candidates, std::size_t count) {
  const std::size_t stride = (candidates.size() + count - 1) / count;
  std::vector<FitCandidate> list;
  for (std::size_t i = 0; i < candidates.size(); i += stride) list.push_back(candidates[i]);
  return list;
}

}  // namespace

void FitCandidates::add(const Frame& frame, const Landmarks68& points) {
  if (count_++ % stride_ != 0) return;
  kept_.push_back({frame.number, frame.confidence, points});
  if (kept_.size() == max_frames) thin();
}

void FitCandidates::thin() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < kept_.size(); i += 2) kept_[kept++] = kept_[i];
  kept_.resize(kept);
  stride_ *= 2;
}

void FitPersons::add(const Frame& frame, const Landmarks68* points) {
  persons_.add(frame, points != nullptr, [&](Person& person) { person.candidates.add(frame, *points); });
}

void FitPersons::finish(const FaceFitter& fitter, const CameraOf& camera, const Estimate& estimate,
                        const Work& work) {
  persons_.each([&](Person& person, std::optional<int>) {
    const auto& kept = person.candidates.kept();
    const std::vector<FitCandidate> chosen = identity_candidates(kept, camera, estimate.frames);
    person.face = fitter.personal_face(views_of(chosen, camera), work);
    if (!kept.empty()) {
      const double noise =
          fitter.centre(*person.face, views_of(thinned(kept, centring_frames), camera), work);
      if (estimate.noise_of_its_own && noise > 0)
        person.face->noise_mm = std::clamp(noise, min_noise_mm, max_noise_mm);
    }
    const Eigen::MatrixXd neutral = fitter.neutral(*person.face);
    person.neutral.assign(neutral.data(), neutral.data() + neutral.size());
    for (const FitCandidate& candidate : chosen) person.frames.push_back(candidate.frame);
    person.candidates = {};
  });
}

const PersonalFace* FitPersons::of(const Frame& frame) const {
  const Person* person = persons_.of(frame);
  return person && person->face ? &*person->face : nullptr;
}

Json FitPersons::details() const {
  const auto list = [](const Eigen::VectorXd& values) {
    return std::vector<double>(values.data(), values.data() + values.size());
  };
  Json persons = Json::array();
  persons_.each([&](const Person& person, std::optional<int> face_id) {
    Json entry = Json::object();
    if (face_id) entry["face_id"] = *face_id;
    entry["coefficients"] = list(person.face->identity);
    entry["offsets"] = list(person.face->offsets.reshaped());
    entry["resting"] = list(person.face->resting);
    entry["noise_mm"] = person.face->noise_mm;
    entry["neutral"] = person.neutral;
    entry["frames"] = person.frames;
    persons.push_back(std::move(entry));
  });
  return persons;
}

}  // namespace facelex
