#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/video/source/frame_source.hpp"
#include "facelex/video/track/face_tracker.hpp"

namespace facelex {

/// Options of `facelex extract`.
struct ExtractOptions {
  /// How the CSV is written; both are OpenFace's names, which are ours too.
  enum class Header { plain, spaced };

  FrameSourceOptions source;
  TrackerOptions tracker;
  std::string landmark_model;  ///< a dlib shape_predictor file; empty: the one of Debian's libdlib-data
  int smooth = 0;              ///< frames of the centred smoothing window, odd; 0: no smoothing
  Header header = Header::plain;

  void describe(OptionList& options);
  /// Throws Error (usage): what TrackerOptions::check throws, an even smoothing window or one of 3.
  void check() const;
};

/// The models that all videos share: 65 MB of landmark cascade and the detector. Constant after loading; any
/// number of threads may use one object.
class FaceModels {
 public:
  /// Throws Error (environment) when the landmark model is missing: apt install libdlib-data or
  /// --landmark-model; (data) when it is damaged.
  static FaceModels load(const ExtractOptions& options);

  const LandmarkModel& landmarks() const { return *landmarks_; }
  const FaceDetector& detector() const { return *detector_; }
  /// SHA-256 of the landmark model's file.
  const std::string& digest() const { return landmarks_->digest(); }

 private:
  std::shared_ptr<const LandmarkModel> landmarks_;
  std::shared_ptr<const FaceDetector> detector_;
};

/// Finds, follows and landmarks the faces of a video or image folder and writes a row per frame and face to
/// the CSV `output`: the five frame columns, pose_Tx…pose_Rz, x_0…x_67, y_0…y_67.
///
/// With --faces 1 there is exactly one row per decoded frame. With more there is a row per followed face, or
/// one row without a face_id when there is none; rows are sorted by frame, then face_id. Where success is 0
/// the values are empty. Coordinates are rounded to 1/1000 pixel, translations to 1/100 mm, rotations to
/// 1e-5 rad, time stamps to 1 µs, confidence to 1/1000.
///
/// `overlay` names an MP4 video with landmarks, boxes, confidence and frame numbers drawn over the pictures,
/// made in a second pass over the input. Memory does not grow with the video's length, but for 0.6 KB per
/// face and frame with an overlay and 1.2 KB with --target longest, which chooses at the end.
///
/// The bytes written do not depend on work.threads. A video that breaks off gives its good frames and a
/// result of state partial. Throws Error: input that cannot be opened or written, interrupted.
StageResult extract(const std::filesystem::path& input, const std::filesystem::path& output,
                    const std::optional<std::filesystem::path>& overlay, const FaceModels& models,
                    const ExtractOptions& options, const Work& work);

/// The same from any pictures: `open(with_color)` opens them, for the overlay a second time.
using OpenFrames = std::function<std::unique_ptr<FrameSource>(bool with_color)>;
StageResult extract(const OpenFrames& open, const std::filesystem::path& output,
                    const std::optional<std::filesystem::path>& overlay, const FaceModels& models,
                    const ExtractOptions& options, const Work& work);

}  // namespace facelex
