#include "facelex/face/fit/face.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

#include "face/fit/descent.hpp"
#include "facelex/core/error.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/model/import/model.hpp"
#include "simulated_recording.hpp"

namespace facelex {
namespace {

using test::simulated_recording;
using test::SimulatedRecording;
using test::Simulation;

constexpr double degree = std::numbers::pi / 180;
constexpr double noise_mm = 1;

double correlation(const Eigen::ArrayXd& a, const Eigen::ArrayXd& b) {
  const Eigen::ArrayXd x = a - a.mean(), y = b - b.mean();
  const double norm = std::sqrt(x.square().sum() * y.square().sum());
  return norm > 0 ? (x * y).sum() / norm : 0;
}

std::vector<FaceView> views_of(const SimulatedRecording& recording, std::size_t step) {
  std::vector<FaceView> views;
  for (std::size_t i = 0; i < recording.frames.size(); i += step)
    views.push_back({recording.frames[i].points, recording.camera});
  return views;
}

PersonalFace person_of(const FaceFitter& fitter, const SimulatedRecording& recording) {
  PersonalFace face = fitter.personal_face(views_of(recording, 12), Work{});
  fitter.centre(face, views_of(recording, 4), Work{});
  return face;
}

/// Errors over recordings of several people.
struct Accuracy {
  std::vector<double> degrees;
  std::array<std::vector<double>, 4> correlations;  ///< brows, nose, eyes, mouth

  void add(const MorphableModel& model, const Simulation& simulation);
  double quantile(double part) {
    std::sort(degrees.begin(), degrees.end());
    return degrees[static_cast<std::size_t>(part * static_cast<double>(degrees.size() - 1))];
  }
  double mean_correlation(std::size_t feature) const {
    const auto& values = correlations[feature];
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
  }
};

std::size_t feature_of(int point) {
  return point < 27 ? 0 : point < 36 ? 1 : point < 48 ? 2 : 3;
}

void Accuracy::add(const MorphableModel& model, const Simulation& simulation) {
  const SimulatedRecording recording = simulated_recording(model, simulation);
  const FaceFitter fitter(model, {noise_mm, 1});
  const PersonalFace face = person_of(fitter, recording);
  const auto rows = static_cast<Eigen::Index>(recording.frames.size());
  const auto columns = static_cast<Eigen::Index>(3 * fitter.points().size());
  Eigen::MatrixXd found(rows, columns), truth(rows, columns);
  for (Eigen::Index i = 0; i < rows; ++i) {
    const auto& frame = recording.frames[static_cast<std::size_t>(i)];
    const auto fit = fitter.fit({frame.points, recording.camera}, face);
    ASSERT_TRUE(fit) << i;
    degrees.push_back(angle_between(fit->rotation, rotation_from_angles(frame.rotation_rad)) / degree);
    const Eigen::MatrixXd moved = fitter.displacement(fit->expression);
    const Eigen::MatrixXd true_moved = fitter.displacement(frame.expression);
    found.row(i) = Eigen::Map<const Eigen::RowVectorXd>(moved.data(), columns);
    truth.row(i) = Eigen::Map<const Eigen::RowVectorXd>(true_moved.data(), columns);
  }
  for (Eigen::Index c = 0; c < columns; ++c) {
    const int point = fitter.points()[static_cast<std::size_t>(c) % fitter.points().size()];
    const double spread = std::sqrt((truth.col(c).array() - truth.col(c).mean()).square().mean());
    // Half of the noise: less does not move.
    if (point > 16 && spread > 0.5)
      correlations[feature_of(point)].push_back(correlation(found.col(c).array(), truth.col(c).array()));
  }
}

TEST(FaceFitter, FindsPoseAndDisplacementOfSimulatedPeople) {
  Accuracy accuracy;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) accuracy.add(built_in_face(), {.seed = seed});
  EXPECT_LT(accuracy.quantile(0.5), 0.7);
  EXPECT_LT(accuracy.quantile(0.95), 1.5);
  EXPECT_GT(accuracy.mean_correlation(0), 0.83) << "brows";
  EXPECT_GT(accuracy.mean_correlation(2), 0.75) << "eyes";
  EXPECT_GT(accuracy.mean_correlation(3), 0.9) << "mouth";
}

TEST(FaceFitter, FindsThemInIctFaceKit) {
  const char* shared = std::getenv("FACELEX_SHARED_DATA");
  if (!shared) GTEST_SKIP() << "FACELEX_SHARED_DATA is not set";
  const MorphableModel model = import_ict(std::string(shared) + "/models/ict_facekit_light.safetensors");
  Accuracy accuracy;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) accuracy.add(model, {.seed = seed});
  EXPECT_LT(accuracy.quantile(0.5), 1);
  EXPECT_LT(accuracy.quantile(0.95), 3);
  EXPECT_GT(accuracy.mean_correlation(0), 0.85) << "brows";
  EXPECT_GT(accuracy.mean_correlation(1), 0.8) << "nose";
  EXPECT_GT(accuracy.mean_correlation(2), 0.75) << "eyes";
  EXPECT_GT(accuracy.mean_correlation(3), 0.88) << "mouth";
}

// Without noise and from the person's true neutral, nothing but the prior keeps the truth from being found.
TEST(FaceFitter, IsExactWithoutNoiseAndPrior) {
  const MorphableModel& model = built_in_face();
  const FaceFitter fitter(model, {1, 1e-9});
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const SimulatedRecording recording =
        simulated_recording(model, {.seed = seed, .frames = 40, .noise = 0, .with_identity = false});
    const auto& frame = recording.frames.back();
    const auto fit = fitter.fit({frame.points, recording.camera}, fitter.mean_face());
    ASSERT_TRUE(fit);
    EXPECT_LT(angle_between(fit->rotation, rotation_from_angles(frame.rotation_rad)), 0.05 * degree) << seed;
    EXPECT_LT((fit->translation_mm - frame.translation_mm).norm(), 0.5) << seed;
    EXPECT_LT(fit->reprojection_error_px, 0.02) << seed;
    EXPECT_LT((fitter.displacement(fit->expression) - fitter.displacement(frame.expression)).norm(), 1)
        << seed;
  }
}

TEST(FaceFitter, KeepsTheBounds) {
  const MorphableModel& model = built_in_face();
  const FaceFitter fitter(model, {noise_mm, 0.01});
  const SimulatedRecording recording = simulated_recording(model, {.seed = 4, .frames = 60, .noise = 0.03});
  int at_lower = 0, above = 0;
  for (const auto& frame : recording.frames) {
    const auto fit = fitter.fit({frame.points, recording.camera}, fitter.mean_face());
    ASSERT_TRUE(fit);
    EXPECT_TRUE((fit->expression.array() >= model.expression.lower.array()).all());
    EXPECT_TRUE((fit->expression.array() <= model.expression.upper.array()).all());
    at_lower += static_cast<int>((fit->expression.array() == model.expression.lower.array()).count());
    above += static_cast<int>((fit->expression.array() > 0.1).count());
  }
  EXPECT_GT(at_lower, 0);
  EXPECT_GT(above, 0);
}

// The analytic derivatives against differences.
TEST(FitProblem, DerivativesAreThoseOfTheResiduals) {
  const MorphableModel& model = built_in_face();
  const FaceFitter fitter(model, {1e6, 1});  // so wide a loss that all weights are constant
  const SimulatedRecording recording = simulated_recording(model, {.seed = 9, .frames = 30});
  const FaceView view{recording.frames.back().points, recording.camera};
  FitProblem problem(fitter, view, 1e6);
  const PersonalFace face = fitter.mean_face();
  ViewState state;
  ASSERT_TRUE(problem.start(face, state));
  const Eigen::Index unknowns = pose_size + model.expression.size();
  Eigen::MatrixXd derivatives(unknowns, 2 * problem.given()), unused = derivatives;
  Eigen::VectorXd residuals(2 * problem.given()), forward = residuals, backward = residuals;
  Eigen::Matrix3Xd by_place(3, 2 * problem.given()), none(3, 0);
  problem.linearise(face, state, derivatives, residuals, by_place);
  constexpr double step = 1e-5;
  for (Eigen::Index k = 0; k < unknowns; ++k) {
    problem.linearise(face, moved(state, step * Eigen::VectorXd::Unit(unknowns, k)), unused, forward, none);
    problem.linearise(face, moved(state, -step * Eigen::VectorXd::Unit(unknowns, k)), unused, backward, none);
    const Eigen::VectorXd difference = (backward - forward) / (2 * step);
    EXPECT_LT((difference - derivatives.row(k).transpose()).norm(), 1e-4 * (1 + difference.norm())) << k;
  }
  for (Eigen::Index axis = 0; axis < 3; ++axis) {
    PersonalFace ahead = face, behind = face;
    ahead.neutral.col(axis).array() += step;
    behind.neutral.col(axis).array() -= step;
    problem.linearise(ahead, state, unused, forward, none);
    problem.linearise(behind, state, unused, backward, none);
    const Eigen::VectorXd difference = (backward - forward) / (2 * step);
    EXPECT_LT((difference - by_place.row(axis).transpose()).norm(), 1e-4 * (1 + difference.norm())) << axis;
  }
}

TEST(FaceFitter, ARestingFaceThatIsNoIdentityModeIsNoExpression) {
  const MorphableModel& model = built_in_face();
  const FaceFitter fitter(model, {noise_mm, 1});
  SimulatedRecording recording =
      simulated_recording(model, {.seed = 2, .frames = 200, .resting_unit = "AU12_L", .resting = 0.4});
  const PersonalFace face = person_of(fitter, recording);
  std::vector<double> smiles;
  const auto unit = std::find(model.expression.names.begin(), model.expression.names.end(), "AU12_L") -
                    model.expression.names.begin();
  for (const auto& frame : recording.frames) {
    const auto fit = fitter.fit({frame.points, recording.camera}, face);
    ASSERT_TRUE(fit);
    smiles.push_back(fit->expression[unit]);
  }
  std::nth_element(smiles.begin(), smiles.begin() + 100, smiles.end());
  EXPECT_LT(smiles[100], 0.05);
  const auto without = fitter.fit({recording.frames[0].points, recording.camera}, fitter.mean_face());
  ASSERT_TRUE(without);
  EXPECT_GT(without->expression[unit], 0.2) << "the person's own face is what takes it away";
}

TEST(FaceFitter, ADistantCameraSeesTheSameExpression) {
  const MorphableModel& model = built_in_face();
  const FaceFitter fitter(model, {noise_mm, 1});
  // Four metres away: perspective hardly shows.
  SimulatedRecording recording =
      simulated_recording(model, {.seed = 6, .frames = 30, .noise = 0, .distance_mm = 4000});
  const FaceView near{recording.frames[20].points, recording.camera};
  const FaceView distant{near.points, distant_camera(near.points)};
  const auto a = fitter.fit(near, fitter.mean_face());
  const auto b = fitter.fit(distant, fitter.mean_face());
  ASSERT_TRUE(a && b);
  EXPECT_LT((fitter.displacement(a->expression) - fitter.displacement(b->expression)).cwiseAbs().maxCoeff(),
            1);
  EXPECT_NEAR(recording.camera.fx / a->translation_mm.z(), distant.camera.fx / b->translation_mm.z(),
              0.03 * recording.camera.fx / a->translation_mm.z());
}

TEST(FaceFitter, JawPointsSlideOverTheCheek) {
  const MorphableModel& model = built_in_face();
  if (model.contour[0].size() < 2) GTEST_SKIP() << "the model has no contours";
  MorphableModel bare = model;
  for (auto& line : bare.contour) line.clear();
  const FaceFitter fitter(model, {noise_mm, 1}), without(bare, {noise_mm, 1});
  double sliding = 0, fixed = 0;
  const SimulatedRecording recording = simulated_recording(
      model, {.seed = 3, .frames = 60, .noise = 0, .max_yaw = 0.9, .with_identity = false});
  for (const auto& frame : recording.frames) {
    const FaceView view{frame.points, recording.camera};
    const Eigen::Matrix3d truth = rotation_from_angles(frame.rotation_rad);
    const auto a = fitter.fit(view, fitter.mean_face()), b = without.fit(view, without.mean_face());
    ASSERT_TRUE(a && b);
    sliding += angle_between(a->rotation, truth);
    fixed += angle_between(b->rotation, truth);
  }
  EXPECT_LT(sliding, 0.8 * fixed);
}

TEST(FaceFitter, BearsAFewWrongPoints) {
  const MorphableModel& model = built_in_face();
  const FaceFitter fitter(model, {noise_mm, 1});
  const SimulatedRecording recording =
      simulated_recording(model, {.seed = 5, .frames = 50, .with_identity = false});
  for (const auto& frame : recording.frames) {
    Landmarks68 points = frame.points;
    for (const int wrong : {3, 19, 45})
      points.row(wrong) += Eigen::RowVector2d(0.7, -0.5) * frame.eye_distance_px;
    const auto fit = fitter.fit({points, recording.camera}, fitter.mean_face());
    ASSERT_TRUE(fit);
    EXPECT_LT(angle_between(fit->rotation, rotation_from_angles(frame.rotation_rad)), 3 * degree);
  }
}

TEST(FaceFitter, NothingFromTooLittleAndTheMeanFaceFromNothing) {
  const FaceFitter fitter(built_in_face(), {noise_mm, 1});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const FaceView none{Landmarks68::Constant(nan), openface_camera(640, 480)};
  const FaceView one_place{Landmarks68::Constant(100), openface_camera(640, 480)};
  EXPECT_FALSE(fitter.fit(none, fitter.mean_face()));
  EXPECT_FALSE(fitter.fit(one_place, fitter.mean_face()));
  PersonalFace face = fitter.personal_face({none, one_place}, Work{});
  fitter.centre(face, {none}, Work{});
  EXPECT_EQ(face.neutral, fitter.mean_face().neutral);
}

TEST(FaceFitter, ThreadsDoNotChangeTheFace) {
  const FaceFitter fitter(built_in_face(), {noise_mm, 1});
  const auto views = views_of(simulated_recording(built_in_face(), {.seed = 7, .frames = 60}), 5);
  Work three;
  three.threads = 3;
  EXPECT_EQ(fitter.personal_face(views, Work{}).neutral, fitter.personal_face(views, three).neutral);
}

TEST(FaceFitter, RefusesAMeshWithoutLandmarks) {
  MorphableModel model = built_in_face();
  model.landmarks.fill(-1);
  EXPECT_THROW(FaceFitter(model, FitPriors{}), Error);
}

}  // namespace
}  // namespace facelex
