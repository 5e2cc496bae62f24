#pragma once

#include <filesystem>
#include <vector>

#include "camera.hpp"
#include "facelex/core/work.hpp"
#include "facelex/face/fit/fit.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar.hpp"
#include "landmark_bias.hpp"
#include "person.hpp"
#include "persons.hpp"

namespace facelex {

/// Whether all points of the scheme are there.
bool is_complete(const Landmarks68& points, LandmarkScheme scheme);

/// How the landmarks of a recording are read.
struct RecordedLandmarks {
  LandmarkColumns columns;
  RecordingCamera camera;
  const LandmarkBias* bias =
      nullptr;  ///< of the detector that the sidecar names; null: they are taken as they are

  /// Of a row, without the detector's known errors.
  Landmarks68 of(const Recording& block, Eigen::Index row) const;
};
/// Throws Error (data) when `input` has no landmarks.
RecordedLandmarks recorded_landmarks(const std::filesystem::path& input, const FitOptions& options);

/// Until a person's own noise is known, that of the detector, or else the usual one.
FitPriors priors_of(const FitOptions& options, const LandmarkBias* bias);
PersonEstimate person_estimate(const FitOptions& options, const LandmarkBias* bias);

/// Pass 1 without its end: adds all rows of a recording. Returns their counts.
FrameCounts read_candidates(const std::filesystem::path& input, const RecordedLandmarks& landmarks,
                            FitPersons& persons, const Work& work);

/// Views of FitOptions::neutral_file, a recording of one subject's neutral face. Throws Error (data) when it has
/// none or several faces.
std::vector<FaceView> views_of_neutral(const FitOptions& options, const Work& work);

}  // namespace facelex
