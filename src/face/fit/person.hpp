#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "facelex/core/json.hpp"
#include "facelex/core/work.hpp"
#include "facelex/face/fit/face.hpp"
#include "facelex/face/fit/fit.hpp"
#include "facelex/face/model/morphable_model.hpp"
#include "identity_frames.hpp"

namespace facelex {

/// How far a neutral is to be believed. Lists hold at most three units, the largest first.
struct NeutralCredibility {
  struct Unit {
    std::string name;
    double coefficient;
  };
  /// Of the frames looked at, the share that lies near it: root mean square displacement of the points 17 … 67
  /// at most the landmarks' noise.
  double near = 0;
  /// What the resting face has most of, above a tenth of the unit's upper bound: the person's shape, or a movement
  /// that is held. Landmarks of one moment cannot tell.
  std::vector<Unit> mimicked;
  /// Units of which the resting face has much, and from which the face relaxes in some frames: the smaller of
  /// the two. Shape does not relax; so these are held.
  std::vector<Unit> held;
  /// The model's own neutral claims nothing about the frames.
  bool judged = true;

  bool credible() const;
  /// What a user should know; empty when it is credible or not judged.
  std::string message() const;
  /// near, mimicked, held, and credible when it is judged.
  Json json() const;
};

/// One person: the face that all frames are measured from, and how far it is to be believed.
struct Person {
  PersonalFace face;
  Json credibility;
  std::string warning;               ///< NeutralCredibility::message
  std::vector<FitCandidate> frames;  ///< that the identity comes from
};

struct PersonEstimate {
  std::size_t frames = 0;         ///< that a face is estimated from
  bool noise_of_its_own = false;  ///< else the fitter's
  FitOptions::NeutralSource neutral = FitOptions::NeutralSource::estimated;
};

/// The face of one person from candidates of all of their recordings. `rest`: views of the neutral face, for
/// NeutralSource::frame and file.
Person estimated_person(const FaceFitter& fitter, const MorphableModel& model,
                        const std::vector<const FitCandidates*>& recordings,
                        const std::vector<FaceView>& rest, const PersonEstimate& estimate, const Work& work);

/// For the sidecar: coefficients, offsets, resting, noise_mm, neutral, neutral_credibility.
Json person_json(const FaceFitter& fitter, const Person& person);

/// Writes a person's file (atomically; its SHA-256) and reads it back. Reading throws Error (data): not a
/// person's file, or one of another face model.
std::string write_person(const std::filesystem::path& file, const MorphableModel& model,
                         const Person& person);
Person read_person(const std::filesystem::path& file, const FaceFitter& fitter, const MorphableModel& model);

}  // namespace facelex
