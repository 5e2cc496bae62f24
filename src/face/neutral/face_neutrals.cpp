#include "face_neutrals.hpp"

#include <algorithm>

#include "face/standardize/row.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"

namespace facelex {
namespace {

/// Shapes that the faces of a file keep together, so that memory does not grow with their number.
constexpr std::size_t most_kept = 4 * NeutralEstimator::most_frames;
/// A face with fewer rows (a second of video) shows hardly its neutral.
constexpr std::int64_t enough_rows = 25;

using Source = StandardizeOptions::NeutralSource;

/// The registered rows of a neutral file, or their median.
Neutral neutral_of_file(const StandardizeOptions& options, LandmarkScheme scheme) {
  const std::string& file = options.neutral_file;
  const Recording recording = read_recording(file);
  const LandmarkColumns columns = find_landmark_columns(recording.columns, file);
  if (columns.scheme != scheme)
    throw data_error({file, 0, ""},
                     "it has " + std::to_string(point_count(columns.scheme)) +
                         " points, but the recording has " + std::to_string(point_count(scheme)),
                     "a neutral file needs the recording's landmark scheme");
  if (recording.faces().size() > 1)
    throw data_error({file, 0, "face_id"}, "it has several faces", "a neutral file shows one subject");
  RowStandardizer standardizer(file, options, columns);
  std::vector<Landmarks68> shapes;
  for (Eigen::Index row = 0; row < recording.rows(); ++row) {
    Landmarks68 registered;
    if (recording.frames[static_cast<std::size_t>(row)].success &&
        standardizer(recording, row, registered) == RowOutcome::ok)
      shapes.push_back(registered);
  }
  if (shapes.empty())
    throw data_error({file, 0, ""}, "none of its rows has a face that can be registered",
                     "give a recording of the subject's neutral face");
  std::vector<const Landmarks68*> pointers;
  pointers.reserve(shapes.size());
  for (const auto& shape : shapes) pointers.push_back(&shape);
  return {median_shape(pointers), 0};
}

}  // namespace

void FaceNeutrals::add_to(Face& face, const Frame& frame, const Landmarks68& registered) const {
  ++face.rows;
  switch (options_.neutral) {
    case Source::estimated:
      face.estimator.add(frame, registered);
      break;
    case Source::first:
      if (!face.neutral) face.neutral = Neutral{registered, frame.number};
      break;
    case Source::frame:
      if (frame.number == options_.neutral_frame) face.neutral = Neutral{registered, frame.number};
      break;
    case Source::file:
      break;
  }
}

void FaceNeutrals::add(const Frame& frame, const Landmarks68* registered) {
  // The reader refuses numbers that go back, so a repeated one follows its like.
  if (last_number_ == frame.number) several_faces_ = true;
  last_number_ = frame.number;
  if (registered && !several_faces_) add_to(whole_, frame, *registered);
  if (frame.face_id < 0) return;
  const auto [face, is_new] = by_id_.try_emplace(frame.face_id);
  if (is_new) order_.push_back(frame.face_id);
  if (!registered) return;
  kept_by_id_ -= face->second.estimator.kept();
  add_to(face->second, frame, *registered);
  kept_by_id_ += face->second.estimator.kept();
  bound_memory();
}

/// Thins the faces with the most shapes. When every face is down to one there is nothing left to give.
void FaceNeutrals::bound_memory() {
  while (kept_by_id_ > most_kept) {
    std::size_t most = 0;
    for (const auto& [id, face] : by_id_) most = std::max(most, face.estimator.kept());
    if (most < 2) return;
    for (auto& [id, face] : by_id_) {
      if (face.estimator.kept() < most) continue;
      face.estimator.thin();
      kept_by_id_ -= most - face.estimator.kept();
    }
  }
}

std::string FaceNeutrals::message() const {
  if (!several_faces_ || options_.neutral != Source::estimated) return {};
  const auto few = std::count_if(by_id_.begin(), by_id_.end(),
                                 [](const auto& one) { return one.second.rows < enough_rows; });
  if (few == 0) return {};
  return std::to_string(few) + " of " + std::to_string(by_id_.size()) + " faces have fewer than " +
         std::to_string(enough_rows) + " frames: their neutral is hardly one";
}

void FaceNeutrals::finish(const std::string& file, LandmarkScheme scheme) {
  if (options_.neutral == Source::file) {
    if (several_faces_)
      throw data_error({file, 0, "face_id"}, "it has several faces, but a neutral file is one subject's",
                       "split the recording or let the neutral be estimated");
    whole_.neutral = neutral_of_file(options_, scheme);
    file_digest_ = sha256_of_file(options_.neutral_file);
    return;
  }
  const auto conclude = [&](Face& face, const std::string& whose) {
    if (options_.neutral == Source::estimated) face.neutral = face.estimator.estimate();
    if (options_.neutral == Source::frame && !face.neutral)
      throw data_error({file, 0, ""},
                       "frame " + std::to_string(options_.neutral_frame) + ", asked for as the neutral" +
                           whose + ", has no landmarks that can be registered",
                       "choose another frame or let the neutral be estimated");
  };
  if (!several_faces_) return conclude(whole_, "");
  for (auto& [id, face] : by_id_) conclude(face, " of face " + std::to_string(id));
}

const Neutral* FaceNeutrals::of(const Frame& frame) const {
  const Face* face = &whole_;
  if (several_faces_) {
    const auto found = by_id_.find(frame.face_id);
    if (found == by_id_.end()) return nullptr;
    face = &found->second;
  }
  return face->neutral ? &*face->neutral : nullptr;
}

Json FaceNeutrals::details() const {
  Json list = Json::array();
  const auto add_entry = [&](const Face& face, Json entry) {
    entry["rows"] = face.rows;
    if (!face.neutral) {
      entry["frame"] = nullptr;
    } else {
      if (options_.neutral == Source::file) {
        entry["file"] = std::filesystem::path(options_.neutral_file).filename().string();
        entry["file_sha256"] = file_digest_;
      } else {
        entry["frame"] = face.neutral->frame;
      }
      const Landmarks68& landmarks = face.neutral->landmarks;
      entry["landmarks"] = std::vector<double>(landmarks.data(), landmarks.data() + landmarks.size());
    }
    list.push_back(std::move(entry));
  };
  if (!several_faces_) {
    add_entry(whole_, Json::object());
  } else {
    for (const int id : order_) add_entry(by_id_.at(id), Json{{"face_id", id}});
  }
  return list;
}

}  // namespace facelex
