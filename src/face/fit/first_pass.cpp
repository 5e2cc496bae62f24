#include "first_pass.hpp"

#include "facelex/core/error.hpp"
#include "facelex/io/recording_file.hpp"

namespace facelex {
namespace {

constexpr std::size_t max_rest_views = 192;

/// The table of the detector that the sidecar names, or null.
const LandmarkBias* bias_of(const std::filesystem::path& input, const FitOptions& options) {
  if (options.bias == FitOptions::Bias::none) return nullptr;
  const auto sidecar = read_sidecar(input);
  if (!sidecar) return nullptr;
  const LandmarkBias& table = LandmarkBias::of_dlib_cascade();
  const Json& details = sidecar->result.details;
  const bool is_its = details.contains("landmark_model_digest") &&
                      details["landmark_model_digest"] == table.landmark_model_digest();
  return is_its ? &table : nullptr;
}

}  // namespace

Landmarks68 RecordedLandmarks::of(const Recording& block, Eigen::Index row) const {
  const Landmarks68 points = landmarks_of_row(columns, block.values, row);
  if (!bias || !block.frames[static_cast<std::size_t>(row)].success) return points;
  return bias->corrected(points, camera.of(points));
}

RecordedLandmarks recorded_landmarks(const std::filesystem::path& input, const FitOptions& options) {
  return {find_landmark_columns(RecordingReader(input).header().columns, input.string()),
          recording_camera(input, options), bias_of(input, options)};
}

bool is_complete(const Landmarks68& points, LandmarkScheme scheme) {
  for (const int point : ibug_numbers(scheme))
    if (!points.row(point).allFinite()) return false;
  return true;
}

FitPriors priors_of(const FitOptions& options, const LandmarkBias* bias) {
  FitPriors priors;
  if (bias) priors.noise_mm = bias->noise_mm();
  if (options.noise > 0) priors.noise_mm = options.noise;
  priors.regularization = options.regularization;
  priors.offset_mm = options.offsets;
  return priors;
}

PersonEstimate person_estimate(const FitOptions& options, const LandmarkBias* bias) {
  return {static_cast<std::size_t>(options.identity_frames), options.noise == 0 && !bias, options.neutral};
}

FrameCounts read_candidates(const std::filesystem::path& input, const RecordedLandmarks& landmarks,
                            FitPersons& persons, const Work& work) {
  RecordingReader reader(input);
  Recording block;
  FrameCounter counter;
  while (reader.read(block)) {
    work.check_stop();
    counter.add(block.frames);
    for (Eigen::Index row = 0; row < block.rows(); ++row) {
      const Frame& frame = block.frames[static_cast<std::size_t>(row)];
      const Landmarks68 points = landmarks.of(block, row);
      if (!frame.success || !is_complete(points, landmarks.columns.scheme)) {
        persons.add(frame, nullptr);
        continue;
      }
      const FaceView view{points, landmarks.camera.of(points)};
      persons.add(frame, &view);
    }
  }
  return counter.counts();
}

std::vector<FaceView> views_of_neutral(const FitOptions& options, const Work& work) {
  const std::string& file = options.neutral_file;
  FitPersons persons;
  read_candidates(file, recorded_landmarks(file, options), persons, work);
  std::vector<FaceView> views = thinned_views({&persons.candidates(file)}, max_rest_views);
  if (views.empty())
    throw data_error({file, 0, ""}, "none of its rows has a face",
                     "give a recording of the subject's neutral face, or a person's file");
  return views;
}

}  // namespace facelex
