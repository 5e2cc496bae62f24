// People whose faces the fitted model cannot say: what the model lacks must not come and go as the head turns.
#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <cstdlib>

#include "face/fit/head_share.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/fit/face.hpp"
#include "facelex/face/model/import/model.hpp"
#include "simulated_recording.hpp"

namespace facelex {
namespace {

using test::simulated_recording;
using test::SimulatedRecording;

constexpr double usual_noise_mm = 0.9;

/// The built-in face with a bump of another shape at each landmark, wider and narrower than FaceFitter's own
/// kernel: a person whom no identity mode describes.
MorphableModel reshaped(std::uint64_t seed) {
  MorphableModel model = built_in_face();
  Random random(seed);
  const Vertices mean = model.mean;
  for (const std::int32_t landmark : model.landmarks) {
    const double reach = random.uniform(8, 25);
    const Eigen::RowVector3f by =
        0.9F * Eigen::RowVector3f(static_cast<float>(random.normal()), static_cast<float>(random.normal()),
                                  static_cast<float>(random.normal()));
    for (Eigen::Index i = 0; i < mean.rows(); ++i) {
      const double distance = (mean.row(i) - mean.row(landmark)).norm() / reach;
      model.mean.row(i) += static_cast<float>(std::exp(-distance * distance / 2)) * by;
    }
  }
  return model;
}

std::vector<FaceView> views_at(const SimulatedRecording& recording, std::size_t every) {
  std::vector<FaceView> views;
  for (std::size_t i = 0; i < recording.frames.size(); i += every)
    views.push_back({recording.frames[i].points, recording.camera});
  return views;
}

struct Silence {
  double related = 0;  ///< share of coefficients of which more than a quarter of the variance is the head's
  double active = 0;   ///< share of frames with a coefficient above 0.2
};

Silence silence(const FaceFitter& fitter, const SimulatedRecording& recording) {
  PersonalFace face = fitter.personal_face(views_at(recording, 3), Work{});
  fitter.centre(face, views_at(recording, 2), Work{});
  HeadShare head;
  Silence result;
  for (const auto& frame : recording.frames) {
    const auto fit = fitter.fit({frame.points, recording.camera}, face);
    if (!fit) continue;
    head.add(frame.rotation_rad, fit->expression.transpose());
    result.active += fit->expression.maxCoeff() > 0.2;
  }
  const Eigen::VectorXd shares = head.shares();
  result.related = (shares.array() > 0.25).cast<double>().mean();
  result.active /= static_cast<double>(recording.frames.size());
  return result;
}

/// Mean over people of `model` who keep still while their head turns.
template <class Model>
Silence mean_silence(const FitPriors& priors, std::uint64_t people, const Model& model_of) {
  Silence mean;
  for (std::uint64_t seed = 1; seed <= people; ++seed) {
    const FaceFitter fitter(built_in_face(), priors);
    const Silence one =
        silence(fitter, simulated_recording(model_of(seed), {.seed = seed, .frames = 250, .activity = 0}));
    mean.related += one.related / static_cast<double>(people);
    mean.active += one.active / static_cast<double>(people);
  }
  return mean;
}

TEST(OtherPeople, AStillFaceOfAnotherShapeThatTurnsIsSilent) {
  const Silence with = mean_silence({usual_noise_mm, 1}, 6, reshaped),
                without = mean_silence({usual_noise_mm, 1, 0}, 6, reshaped);
  EXPECT_LT(with.related, 0.05) << "without offsets " << without.related;
  EXPECT_LT(with.active, 0.03) << "without offsets " << without.active;
  EXPECT_GT(without.related, 2 * with.related) << "the test no longer shows what offsets are for";
}

TEST(OtherPeople, AStillPersonOfIctFaceKitThatTurnsIsSilent) {
  const char* shared = std::getenv("FACELEX_SHARED_DATA");
  if (!shared) GTEST_SKIP() << "FACELEX_SHARED_DATA is not set";
  const MorphableModel ict = import_ict(std::string(shared) + "/models/ict_facekit_light.safetensors");
  const Silence with = mean_silence({usual_noise_mm, 1}, 6, [&](std::uint64_t) { return ict; });
  EXPECT_LT(with.related, 0.05);
  EXPECT_LT(with.active, 0.02);
}

/// Root mean square distance of the neutral's points from the person's true ones, mm, after the similarity that
/// fits best.
double shape_error(const FaceFitter& fitter, const PersonalFace& face, const MorphableModel& model,
                   const Eigen::VectorXd& identity) {
  const Vertices truth = model.shape(identity, {});
  const Eigen::Matrix3Xd found = fitter.neutral(face).transpose();
  Eigen::Matrix3Xd expected(3, found.cols());
  for (std::size_t i = 0; i < fitter.points().size(); ++i)
    expected.col(static_cast<Eigen::Index>(i)) =
        truth.row(model.landmarks[static_cast<std::size_t>(fitter.points()[i])]).transpose().cast<double>();
  const Eigen::Matrix4d map = Eigen::umeyama(found, expected, true);
  const Eigen::Matrix3Xd moved = (map.topLeftCorner<3, 3>() * found).colwise() + map.col(3).head<3>();
  return std::sqrt((moved - expected).colwise().squaredNorm().mean());
}

TEST(OtherPeople, OffsetsBringTheNeutralToThePerson) {
  double other_with = 0, other_without = 0, own_with = 0, own_without = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    for (const bool own : {true, false}) {
      const MorphableModel model = own ? built_in_face() : reshaped(seed);
      const SimulatedRecording recording =
          simulated_recording(model, {.seed = seed, .frames = 200, .activity = 0});
      for (const bool with : {true, false}) {
        const FaceFitter fitter(built_in_face(), {usual_noise_mm, 1, with ? 1.4 : 0});
        const PersonalFace face = fitter.personal_face(views_at(recording, 2), Work{});
        EXPECT_EQ(face.offsets.norm() > 0, with);
        EXPECT_LT(face.offsets.bottomRows(51).colwise().mean().norm(), 1e-3) << "as a whole they do not move";
        (own    ? with ? own_with : own_without
         : with ? other_with
                : other_without) += shape_error(fitter, face, model, recording.identity) / 5;
      }
    }
  }
  EXPECT_LT(other_with, 0.7 * other_without) << other_without;
  EXPECT_LT(own_with, 1.1 * own_without) << own_without;
}

TEST(OtherPeople, TheNoiseIsFound) {
  for (const double noise : {0.005, 0.01, 0.02}) {
    const SimulatedRecording recording =
        simulated_recording(reshaped(3), {.seed = 3, .frames = 250, .noise = noise, .activity = 0.05});
    const FaceFitter fitter(built_in_face(), {1, 1});
    PersonalFace face = fitter.personal_face(views_at(recording, 3), Work{});
    const double found = fitter.centre(face, views_at(recording, 2), Work{});
    // What pose and expression take up of the errors is missing.
    EXPECT_NEAR(found / (noise * 89), 0.9, 0.15) << noise;
  }
}

TEST(HeadShare, IsTheRegressionsRSquared) {
  Random random(1);
  HeadShare head;
  constexpr Eigen::Index frames = 400;
  Eigen::MatrixXd angles(frames, 3), signals(frames, 4);
  for (Eigen::Index i = 0; i < frames; ++i) {
    for (Eigen::Index k = 0; k < 3; ++k) angles(i, k) = 0.2 * random.normal() + 1;
    signals.row(i) << 7, 3 * angles(i, 1) - angles(i, 0), random.normal(),
        1e6 + angles(i, 2) + 0.2 * random.normal();
    head.add(angles.row(i).transpose(), signals.row(i));
  }
  const Eigen::VectorXd shares = head.shares();
  EXPECT_EQ(shares[0], 0) << "does not move";
  EXPECT_NEAR(shares[1], 1, 1e-9);
  EXPECT_LT(shares[2], 0.03);
  Eigen::MatrixXd design(frames, 4);
  design << Eigen::VectorXd::Ones(frames), angles;
  const Eigen::VectorXd y = signals.col(3).array() - 1e6;
  const Eigen::VectorXd rest = y - design * design.colPivHouseholderQr().solve(y);
  EXPECT_NEAR(shares[3], 1 - rest.squaredNorm() / (y.array() - y.mean()).matrix().squaredNorm(), 1e-9);
  EXPECT_EQ(HeadShare().shares().size(), 0);
}

}  // namespace
}  // namespace facelex
