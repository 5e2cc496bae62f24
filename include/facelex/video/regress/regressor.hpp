#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <opencv2/core/mat.hpp>
#include <span>
#include <string>
#include <vector>

#include "facelex/core/json.hpp"
#include "facelex/core/matrix.hpp"
#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"
#include "facelex/face/model/morphable_model.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/video/source/frame_source.hpp"

namespace facelex {

/// What a network takes and what it returns, from the JSON file beside it (model.onnx → model.json):
///
///   {"crop": "upright", "scale": 1.25, "size": 224, "channels": "rgb", "batch": 1,
///    "mean": [123.675, 116.28, 103.53], "std": [58.395, 57.12, 57.375],
///    "outputs": {"expression": "exp", "pose": "pose"}, "names": ["jawOpen", …]}
struct RegressorDescription {
  /// upright: a square along the picture's edges; level: turned so that the eyes are level.
  enum class Crop { upright, level };
  enum class Channels { rgb, bgr, gray };

  Crop crop = Crop::upright;
  /// Side of the square, in the mean of width and height of the landmarks' bounding box, in whose middle it
  /// stands; > 0.
  double scale = 1.25;
  int size = 224;  ///< pixels of the network's input, each way
  Channels channels = Channels::rgb;
  int batch = 1;  ///< faces at once, ≥ 1; a network exported for one face takes no more
  /// The network sees (pixel − mean)/std, pixels being 0 … 255, channels in the order of `channels`.
  std::vector<double> mean, std;
  /// What each output of the network is: "expression" must be there; anything else becomes columns
  /// <what>_0, <what>_1 … as the network gives them.
  std::vector<std::pair<std::string, std::string>> outputs;  ///< what → name in the network
  std::vector<std::string> names;                            ///< of the expression coefficients; or empty

  void describe(OptionList& options);
  /// Throws Error (usage) that begins with `place` and names the field.
  static RegressorDescription from_json(const Json& object, const std::string& place);
};

/// A network that estimates a face's expression from its picture, in ONNX, run by OpenCV. Any number of
/// threads may use one object; they wait for one another, since OpenCV's networks use all processors by
/// themselves.
class Regressor {
 public:
  /// `description`: empty for model.json beside model.onnx. Throws Error: environment for a file that is
  /// missing; data for what is not an ONNX network, lacks an output, does not take such pictures, or gives
  /// another number of coefficients than `names`.
  static Regressor load(const std::filesystem::path& onnx, const std::filesystem::path& description = {});
  ~Regressor();
  Regressor(Regressor&&) noexcept;
  Regressor& operator=(Regressor&&) noexcept;

  /// The face as the network sees it, size×size CV_8UC3 BGR, black outside of the picture. `bgr`: CV_8UC3;
  /// points in its pixels, pixel (i, j) having its centre at (i, j). Empty when the points are too few (two),
  /// coincide, or lack an eye that Crop::level needs.
  cv::Mat crop(const cv::Mat& bgr, const Landmarks68& points) const;

  /// All outputs of some crops, a row each, in the order of columns(). Does not depend on how faces are
  /// divided into batches.
  RowMatrix run(std::span<const cv::Mat> crops) const;

  /// e_<name or number>, then the others.
  const std::vector<Column>& columns() const;
  /// How many of columns() are expression.
  Eigen::Index expression_size() const;
  const RegressorDescription& description() const;
  /// SHA-256 over network and description.
  const std::string& digest() const;

 private:
  struct Network;
  explicit Regressor(std::unique_ptr<Network> network);

  std::unique_ptr<Network> network_;
};

/// Writes the expression of every row of `landmarks` (what extract wrote of this video) as `regressor` sees
/// it: a recording of kind expression with the rows of `landmarks`, columns pose_* copied where landmarks has
/// them, then those of the regressor. With a `model` whose expression basis is what the network tells, the
/// coefficients have its names, and dX_<n>, dY_<n>, dZ_<n> (E·ε at its landmarks, mm) follow: kind fit.
/// Rows without success, without a usable crop or without a picture stay without values.
///
/// Pictures are read once in order, rows in blocks: memory does not grow with the length. Details: network,
/// size, rows_without_values. A video that breaks off gives state partial. Throws Error (data): landmarks of
/// a longer video, a model with another number of coefficients; and what open_frames and RecordingReader
/// throw.
StageResult regress_video(const std::filesystem::path& video, const std::filesystem::path& landmarks,
                          const std::filesystem::path& output, const Regressor& regressor,
                          const MorphableModel* model, const FrameSourceOptions& source, TableFormat format,
                          const Work& work);

}  // namespace facelex
