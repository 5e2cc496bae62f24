#include "face_neutrals.hpp"

#include <optional>
#include <utility>

#include "face/standardize/row.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"

namespace facelex {
namespace {

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
  faces_.add(frame, registered != nullptr, [&](Face& face) { add_to(face, frame, *registered); });
}

std::string FaceNeutrals::message() const {
  if (!faces_.several() || options_.neutral != Source::estimated) return {};
  std::size_t few = 0;
  faces_.each([&](const Face& face, std::optional<int>) { few += face.rows < enough_rows ? 1 : 0; });
  if (few == 0) return {};
  return std::to_string(few) + " of " + std::to_string(faces_.ids()) + " faces have fewer than " +
         std::to_string(enough_rows) + " frames: their neutral is hardly one";
}

void FaceNeutrals::finish(const std::string& file, LandmarkScheme scheme) {
  if (options_.neutral == Source::file) {
    if (faces_.several())
      throw data_error({file, 0, "face_id"}, "it has several faces, but a neutral file is one subject's",
                       "split the recording or let the neutral be estimated");
    const Neutral neutral = neutral_of_file(options_, scheme);
    faces_.each([&](Face& face, std::optional<int>) { face.neutral = neutral; });
    file_digest_ = sha256_of_file(options_.neutral_file);
    return;
  }
  faces_.each([&](Face& face, std::optional<int> face_id) {
    if (options_.neutral == Source::estimated) face.neutral = face.estimator.estimate();
    if (options_.neutral == Source::frame && !face.neutral)
      throw data_error({file, 0, ""},
                       "frame " + std::to_string(options_.neutral_frame) + ", asked for as the neutral" +
                           (face_id ? " of face " + std::to_string(*face_id) : "") +
                           ", has no landmarks that can be registered",
                       "choose another frame or let the neutral be estimated");
  });
}

const Neutral* FaceNeutrals::of(const Frame& frame) const {
  const Face* face = faces_.of(frame);
  return face && face->neutral ? &*face->neutral : nullptr;
}

Json FaceNeutrals::details() const {
  Json list = Json::array();
  faces_.each([&](const Face& face, std::optional<int> face_id) {
    Json entry = Json::object();
    if (face_id) entry["face_id"] = *face_id;
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
  });
  return list;
}

}  // namespace facelex
