#pragma once

#include <filesystem>
#include <memory>
#include <opencv2/core/mat.hpp>

#include "facelex/core/work.hpp"
#include "facelex/simulate/simulation.hpp"

namespace facelex {

/// Throws Error (usage) for a face that no pictures can be made of: it lacks landmarks, or openings for eyes and
/// mouth.
void require_filmable(const MorphableModel& model);

/// Pictures of a simulated recording: the subject's head and shoulders before a background, with skin, hair
/// and eyes of its own. For models with openings for eyes and mouth, as the built-in face has.
class SimulatedPictures {
 public:
  /// `model` must outlive the object. Throws Error (usage) when it lacks landmarks or those openings.
  SimulatedPictures(const MorphableModel& model, const Cohort& cohort, const CohortItem& item);
  ~SimulatedPictures();
  SimulatedPictures(SimulatedPictures&&) noexcept;

  const SimulatedSession& session() const;
  /// Frame t (0-based), CV_8UC3 BGR of the cohort's size; the background alone where the face is not visible.
  cv::Mat picture(Eigen::Index t);

 private:
  struct Scene;
  std::unique_ptr<Scene> scene_;
};

/// Writes the pictures of an item as an MP4 video. The result's kind is `other` without columns; its counts
/// say in how many frames there is a face. Throws Error: what SimulatedPictures and VideoWriter throw,
/// interrupted.
StageResult write_simulated_video(const MorphableModel& model, const Cohort& cohort, const CohortItem& item,
                                  const std::filesystem::path& output, const Work& work);

}  // namespace facelex
