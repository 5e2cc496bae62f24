#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "facelex/core/json.hpp"
#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"
#include "facelex/face/model/morphable_model.hpp"
#include "facelex/face/pose/registration.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"
#include "facelex/io/models/model_file.hpp"

namespace facelex {

/// Removal of head pose from landmarks by a linear map (Vonikakis & Winkler, Identity-invariant facial
/// landmark frontalization for facial expression analysis, ICIP 2020; paper 001, section 2.1): landmarks are
/// brought to a standard place, size and tilt, and a map learnt from pairs of posed and frontal views of the
/// same faces gives the frontal ones. x and y have maps of their own: the cross terms of the published
/// weights are zero, as they must be for training pairs that are mirrored.
///
/// Unlike the published weights, ours aim at the person's own frontal face with its expression, not at a mean
/// face into which the parts are moved.
class Frontalization {
 public:
  /// The frontal coordinates of a scheme's n points from the posed ones and 1.
  struct Maps {
    Eigen::MatrixXd x, y;  ///< n×(n+1)
  };

  /// In the order of all_landmark_schemes.
  Frontalization(std::array<Maps, 4> maps, Json training);

  /// The frontal view of one frame, in the standard place: centred, root mean square distance from the centre
  /// 1 (before the map), eyes level. Points that the scheme lacks are NaN. May be done in place. `incomplete`
  /// when a point of the scheme is missing or infinite, `degenerate` when all points or the two eyes
  /// coincide.
  RegistrationOutcome apply(const Landmarks68& points, LandmarkScheme scheme, Landmarks68& frontal) const;

  const Maps& maps(LandmarkScheme scheme) const;
  /// The model that it was learnt from, the options, and how well it does: for the model file.
  const Json& training() const { return training_; }

 private:
  std::array<Maps, 4> maps_;
  Json training_;
};

/// The standard place of apply(), for the points of the scheme; the others are NaN.
RegistrationOutcome standard_place(const Landmarks68& points, LandmarkScheme scheme, Landmarks68& placed);

/// How the faces and views are drawn that a frontalisation is learnt from or judged on.
struct FrontalizationOptions {
  int views = 20000;         ///< pairs of views; each is learnt from twice, once mirrored
  double yaw = 40;           ///< degrees, uniform in ±yaw
  double pitch = 25;         ///< degrees, uniform in ±pitch
  double roll = 20;          ///< degrees, uniform in ±roll
  double nearest = 400;      ///< mm, of the camera from the face; distances are uniform in their logarithm
  double farthest = 2000;    ///< mm
  double expression = 0.15;  ///< share of the expression units that a face shows, each uniform in its bounds
  /// Expected error of posed landmarks in x and y, in the face's RMS radius (about 60 mm); keeps the map from
  /// building on differences that trackers do not see.
  double noise = 0.02;
  long long seed = 1;

  void describe(OptionList& options);
  void check() const;
};

/// Faces of a morphable model drawn at random, and what a camera sees of them.
class FaceViews {
 public:
  /// Throws Error (data) unless the model has all 68 landmarks; usage for bad options.
  FaceViews(const MorphableModel& model, const FrontalizationOptions& options);

  struct View {
    Landmarks68 posed;             ///< through a pinhole camera before the turned head, focal length 1
    Landmarks68 frontal;           ///< the same person and expression from the front, orthographic, mm
    Landmarks68 neutral;           ///< the same person without expression from the front, orthographic, mm
    Eigen::Vector3d rotation_rad;  ///< rotation.hpp
  };
  /// Identity coefficients are normal with the model's scales, within its bounds. A jaw point is where its
  /// contour line ends for the viewer, as trackers of 68 points put it. Depends on options, model and index
  /// alone.
  View view(std::uint64_t index) const;

 private:
  Landmarks68 project(const Eigen::Matrix<double, Eigen::Dynamic, 3>& points, const Eigen::Matrix3d& rotation,
                      double distance) const;

  LandmarkRows rows_;
  std::array<std::vector<Eigen::Index>, 68> rows_of_point_;
  ShapeBasis identity_, expression_;  ///< without modes: scales and bounds
  FrontalizationOptions options_;
};

/// Learns the maps of every scheme: min Σ‖W·[p; 1] − q‖² + noise²·n‖W without its last column‖² over the
/// standard places p of n posed and q of frontal views, the expectation of least squares under landmark
/// noise; by QR, then the minimum-norm solution of a complete orthogonal decomposition, since without noise
/// the centred design is rank-deficient. The numbers are rounded to multiples of 2⁻¹⁶, far below any
/// landmark's error, so that the bytes are the same on every processor.
///
/// Throws as FaceViews does, and Error (interrupted).
Frontalization learn_frontalization(const MorphableModel& model, const FrontalizationOptions& options,
                                    const Work& work);

inline constexpr const char* frontalization_kind = "frontalization";

ModelFile frontalization_to_file(const Frontalization& frontalization);
/// Throws Error (data) for another kind of model and for maps of wrong sizes or numbers that are not finite.
Frontalization frontalization_from_file(const ModelFile& file);

/// A map as it is used, with the SHA-256 of its file for sidecars.
struct LoadedFrontalization {
  Frontalization frontalization;
  std::string name;  ///< "built-in", or the file's name without its folder
  std::string digest;
};
/// The map that facelex ships, data/frontalization.safetensors, read once from the program itself; learnt
/// from the built-in face by `facelex learn frontalization`.
const LoadedFrontalization& built_in_frontalization();
/// Throws as frontalization_from_file.
LoadedFrontalization load_frontalization(const std::filesystem::path& file);

}  // namespace facelex
