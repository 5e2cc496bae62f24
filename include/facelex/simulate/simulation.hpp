#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <vector>

#include "facelex/core/work.hpp"
#include "facelex/face/model/morphable_model.hpp"
#include "facelex/face/pose/camera.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/simulate/cohort.hpp"

namespace facelex {

/// One recording of a cohort: a subject's face and what it does. Depends on the cohort and on the item alone.
struct SimulatedSession {
  Camera camera;  ///< openface_camera of the cohort's pictures
  /// α: each coefficient normal with identity_sd of the model's scale, within ±2 SD.
  Eigen::VectorXd identity;
  Eigen::VectorXd times_s;     ///< T: (number − 1) / fps
  Eigen::MatrixXd expression;  ///< T×K: ε
  /// T×6, in the conventions of rotation.hpp: a point p of the face is at R(pitch, yaw, roll)·p + (x, y, z)
  /// mm before the camera.
  Eigen::MatrixXd pose;
  std::vector<bool> visible;  ///< T: whether the face can be found in the frame
  Random look{0};  ///< for what else differs between subjects and no number of the truth holds: tones, hair

  Eigen::Index frames() const { return times_s.size(); }
};
SimulatedSession simulate_session(const MorphableModel& model, const Cohort& cohort, const CohortItem& item);

/// The landmarks of a session as a perfect tracker sees them.
class LandmarkProjector {
 public:
  LandmarkProjector(const MorphableModel& model, const Eigen::VectorXd& identity);

  /// E·ε at the 68 points, mm in the face's axes; zero at points that the model lacks.
  Eigen::Matrix<double, 68, 3> displacement(const Eigen::VectorXd& expression) const;
  /// In pixels; NaN for points that the model lacks. A point of the jaw line (0 … 16) that is turned away
  /// from the camera is where the face ends in the picture: on its MorphableModel::contour, between the
  /// vertices where the surface turns away.
  Landmarks68 project(const Eigen::VectorXd& expression, const Eigen::VectorXd& pose,
                      const Camera& camera) const;

 private:
  using Points = Eigen::Matrix<double, 3, Eigen::Dynamic>;
  std::array<Eigen::Index, 68> row_{};              // among the tracked vertices; −1
  std::array<std::vector<Eigen::Index>, 17> line_;  // of tracked vertices
  Points neutral_, normals_;
  Eigen::MatrixXd modes_;  // 3R×K
};

/// Writes the truth of an item as a recording of kind fit: pose_Tx…pose_Rz, e_<unit> …, dX_0 … dX_67, dY_0 …,
/// dZ_0 …; of a face that lacks landmarks those of the largest LandmarkScheme that it has. Values are rounded to 1/1000 mm, 1e-5 rad and 1e-5 of a coefficient. Every row has success 1, even
/// where the face cannot be found. Throws Error: output that cannot be written, interrupted; usage for a face
/// that has no scheme's landmarks.
StageResult write_simulated_truth(const MorphableModel& model, const Cohort& cohort, const CohortItem& item,
                                  const std::filesystem::path& output, const Work& work);

/// Writes landmarks as facelex extract would: pose_Tx…pose_Rz, x_0…x_67, y_0…y_67 (of the face's points, as in
/// write_simulated_truth), rounded to 1/1000 pixel;
/// rows where the face cannot be found have success 0. The pose is the true one. `noisy`: with the cohort's
/// noise; else the true places, and success in every row.
StageResult write_simulated_landmarks(const MorphableModel& model, const Cohort& cohort,
                                      const CohortItem& item, bool noisy, const std::filesystem::path& output,
                                      const Work& work);

}  // namespace facelex
