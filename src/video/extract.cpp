#include "facelex/video/extract.hpp"

#include <algorithm>
#include <cmath>
#include <future>
#include <limits>
#include <map>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

#include "facelex/core/error.hpp"
#include "facelex/face/schemes/signal_columns.hpp"
#include "facelex/video/overlay.hpp"
#include "facelex/video/video_writer.hpp"
#include "landmark_table.hpp"
#include "video/track/smoothing.hpp"

namespace facelex {
namespace {

constexpr const char* debian_model = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";

/// Frame rate of an overlay whose pictures have no time stamps.
constexpr double overlay_rate = 25;

/// The decoder's threads wait for one another's pictures, so more of them than processors keep those busy;
/// how much they work is bounded by the tracker, for which they wait in turn.
int decoding_threads(int threads) {
  return threads == 1 ? 1 : threads + std::min(threads, 4);
}

/// What the overlay shows of one face, as small as can be: it is kept for the whole video.
struct OverlayNote {
  int face_id;
  bool success;
  float confidence;
  FaceBox box;
  Eigen::Matrix<float, 68, 2> points;
};
using OverlayNotes = std::vector<std::vector<OverlayNote>>;  // by frame, in order

void note(OverlayNotes& notes, const FrameRows& frame) {
  std::vector<OverlayNote> faces;
  for (const FaceRow& row : frame.faces)
    faces.push_back(
        {row.face_id, row.success, static_cast<float>(row.confidence), row.box, row.landmarks.cast<float>()});
  notes.push_back(std::move(faces));
}

/// The picture as large as fits into `size`, in the middle of black: a video has one size.
cv::Mat letterboxed(const cv::Mat& picture, const cv::Size& size) {
  const double scale = std::min(static_cast<double>(size.width) / picture.cols,
                                static_cast<double>(size.height) / picture.rows);
  const auto scaled = [scale](int side, int max_side) {
    return std::clamp(static_cast<int>(std::lround(scale * side)), 1, max_side);
  };
  const int width = scaled(picture.cols, size.width), height = scaled(picture.rows, size.height);
  cv::Mat box(size, CV_8UC3, cv::Scalar::all(0));
  cv::Mat inside = box(cv::Rect((size.width - width) / 2, (size.height - height) / 2, width, height));
  cv::resize(picture, inside, inside.size(), 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  return box;
}

void write_overlay(FrameSource& source, const OverlayNotes& notes, const std::filesystem::path& file,
                   const Work& work) {
  VideoWriterOptions options;
  options.default_rate = source.info().frame_rate > 0 ? source.info().frame_rate : overlay_rate;
  VideoWriter writer(file, options);
  VideoFrame frame;
  std::vector<OverlayFace> faces;
  const cv::Size size(source.info().width, source.info().height);
  for (std::size_t i = 0; i < notes.size() && source.next(frame); ++i) {
    work.check_stop();
    if (frame.color.empty()) frame.color = cv::Mat(size, CV_8UC3, cv::Scalar::all(0));
    faces.clear();
    for (const OverlayNote& one : notes[i])
      faces.push_back({one.face_id, one.success, one.confidence, one.box, one.points.cast<double>()});
    draw_overlay(frame.color, frame.number, frame.timestamp, faces);
    const bool shown_later = frame.timestamp >= 0;
    if (frame.color.size() != size) frame.color = letterboxed(frame.color, size);
    writer.add(frame.color, shown_later ? frame.timestamp : std::numeric_limits<double>::quiet_NaN());
  }
  writer.finish();
}

/// Leaves of each frame the one face that was seen best in most frames of the whole video.
class LongestTrack {
 public:
  void add(FrameRows&& frame) {
    for (const FaceRow& row : frame.faces) good_frames_[row.face_id] += row.success ? 1 : 0;
    frames_.push_back(std::move(frame));
  }
  void pass_on(const std::function<void(FrameRows&&)>& use) {
    const auto longest = std::max_element(good_frames_.begin(), good_frames_.end(),
                                          [](const auto& a, const auto& b) { return a.second < b.second; });
    for (FrameRows& frame : frames_) {
      std::erase_if(frame.faces, [&](const FaceRow& row) { return row.face_id != longest->first; });
      use(std::move(frame));
    }
  }

 private:
  std::map<int, std::int64_t> good_frames_;
  std::vector<FrameRows> frames_;
};

FrameRows rows_of(const VideoFrame& frame, const std::vector<TrackedFace>& faces) {
  FrameRows rows;
  rows.number = frame.number;
  rows.timestamp = frame.timestamp;
  rows.width = frame.gray.cols;
  rows.height = frame.gray.rows;
  for (const TrackedFace& face : faces)
    rows.faces.push_back({face.face_id, face.box, face.confidence, face.success, face.landmarks});
  return rows;
}

Json details_of(const FrameSource& source, const FaceModels& models, const ExtractOptions& options,
                int tracks) {
  const VideoInfo& info = source.info();
  Json details = Json::object();
  details["width"] = info.width;
  details["height"] = info.height;
  details["rotation"] = info.rotation;
  details["mirrored"] = info.mirrored;
  details["codec"] = info.codec;
  details["frame_rate"] = info.frame_rate;
  details["variable_frame_rate"] = source.variable_frame_rate();
  details["start_boxes"] = options.tracker.starts();
  details["tracks"] = tracks;
  details["landmark_model_digest"] = models.digest();
  return details;
}

}  // namespace

void ExtractOptions::describe(OptionList& options) {
  tracker.describe(options);
  source.describe(options);
  options
      .text("landmark-model", landmark_model,
            "dlib shape_predictor file with 68 landmarks; default: that of Debian's libdlib-data")
      .integer("smooth", smooth, Bounds::between(0, 301),
               "Frames of a centred smoothing window (Savitzky-Golay, no lag), odd; 0: none")
      .choice("openface-header", header, {{"plain", Header::plain}, {"spaced", Header::spaced}},
              "Separator of the CSV: a comma, or comma and space as OpenFace 2 writes it");
}

void ExtractOptions::check() const {
  check_bounds(*this);
  tracker.check();
  if (smooth != 0 && (smooth % 2 == 0 || smooth < 5))
    throw usage_error(field("smooth") + " " + std::to_string(smooth) + " is not an odd number ≥ 5",
                      "a parabola through 3 frames changes nothing; 0 turns smoothing off");
}

FaceModels FaceModels::load(const ExtractOptions& options) {
  FaceModels models;
  // Both take 0.2 s, most of it for unpacking.
  auto detector = std::async(std::launch::async, [] { return std::make_shared<const FaceDetector>(); });
  models.landmarks_ = std::make_shared<const LandmarkModel>(
      LandmarkModel::load(options.landmark_model.empty() ? debian_model : options.landmark_model));
  models.detector_ = detector.get();
  return models;
}

StageResult extract(const OpenFrames& open, const std::filesystem::path& output,
                    const std::optional<std::filesystem::path>& overlay, const FaceModels& models,
                    const ExtractOptions& options, const Work& work) {
  options.check();
  const std::unique_ptr<FrameSource> source = open(false);
  const TableFormat format =
      options.header == ExtractOptions::Header::spaced ? TableFormat::openface_spaced : TableFormat::csv;
  LandmarkTable table(output, format);
  FaceTracker tracker(models.landmarks(), models.detector(), options.tracker, work.threads);

  OverlayNotes notes;
  const auto write = [&](FrameRows&& rows) {
    table.write(rows);
    if (overlay) note(notes, rows);
  };
  ShapeSmoother smoother(options.smooth, write);
  LongestTrack longest;
  const bool choose_longest = options.tracker.target == TrackerOptions::Target::longest;

  std::vector<std::string> files;
  VideoFrame frame;
  std::int64_t frames = 0;
  bool timed = false;
  while (source->next(frame)) {
    timed = timed || std::isfinite(frame.timestamp);
    work.check_stop();
    FrameRows rows = rows_of(frame, tracker.next(frame.gray));
    if (choose_longest)
      longest.add(std::move(rows));
    else
      smoother.add(std::move(rows));
    if (!frame.file.empty()) files.push_back(frame.file);
    work.report(++frames, source->info().frames);
  }
  if (choose_longest) longest.pass_on([&](FrameRows&& rows) { smoother.add(std::move(rows)); });
  smoother.finish();

  StageResult result;
  result.kind = SignalKind::landmarks;
  result.columns = landmark_columns();
  result.details = details_of(*source, models, options, tracker.tracks());
  if (!files.empty()) result.details["files"] = files;
  if (const std::string broken = source->broken(); !broken.empty()) {
    result.partial = true;
    result.message = broken;
  }
  // Images have no time stamps unless --fps gives them: nothing to be told.
  if (frames > 0 && !timed && files.empty())
    result.message += (result.message.empty() ? "" : "; ") +
                      std::string("the container has no time stamps: timestamp is empty");
  if (overlay) write_overlay(*open(true), notes, *overlay, work);
  result.output_digest = table.finish();
  result.counts = table.counts();
  return result;
}

StageResult extract(const std::filesystem::path& input, const std::filesystem::path& output,
                    const std::optional<std::filesystem::path>& overlay, const FaceModels& models,
                    const ExtractOptions& options, const Work& work) {
  const auto open = [&](bool with_color) {
    return open_frames(input, options.source, decoding_threads(work.threads), with_color);
  };
  return extract(open, output, overlay, models, options, work);
}

}  // namespace facelex
