// How frames speak together for an expression: evidence, decoding, and their mean over time.
#include <gtest/gtest.h>

#include <cmath>

#include "face/fit/persons.hpp"
#include "facelex/core/random.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/fit/fit.hpp"
#include "facelex/face/pose/rotation.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"
#include "facelex/io/recording_file.hpp"
#include "simulated_recording.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

using test::simulated_recording;

Eigen::Index mode_of(const MorphableModel& model, const std::string& name) {
  const auto& names = model.expression.names;
  return std::find(names.begin(), names.end(), name) - names.begin();
}

/// A frontal frame of the mean face with this expression.
FaceView view_of(const FaceFitter& fitter, const MorphableModel& model, const Eigen::VectorXd& expression,
                 double noise_px = 0, Random* random = nullptr) {
  FaceView view{Landmarks68::Constant(std::nan("")), openface_camera(1280, 720)};
  const Vertices shape = model.shape({}, expression);
  for (const int point : fitter.points()) {
    const Eigen::Vector3d at =
        shape.row(model.landmarks[static_cast<std::size_t>(point)]).transpose().cast<double>();
    view.points.row(point) =
        view.camera.project(rotation_from_angles({0.05, 0.1, 0}) * at + Eigen::Vector3d(10, 5, 600))
            .transpose();
    if (random) view.points.row(point) += noise_px * Eigen::RowVector2d(random->normal(), random->normal());
  }
  return view;
}

TEST(Decoder, IsTheMinimumOfWhatItsHeaderSays) {
  const MorphableModel& model = built_in_face();
  const FaceFitter fitter(model, {1, 1});
  PersonalFace face = fitter.mean_face();
  const Eigen::Index modes = model.expression.size();
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Random random(seed);
    face.noise_mm = random.uniform(0.5, 2);
    const double variance = random.uniform(0.2, 1);
    Eigen::MatrixXd root(modes, 30);
    for (double& value : root.reshaped()) value = 2 * random.normal();
    ExpressionEvidence evidence{root * root.transpose(), Eigen::VectorXd(modes)};
    for (double& value : evidence.right_side) value = 40 * random.normal();
    const Eigen::VectorXd found = fitter.decoded(evidence, variance, face);
    // The gradient, with the prior written out pair by pair.
    const double noise2 = face.noise_mm * face.noise_mm * variance, rho = 0.85;
    Eigen::VectorXd gradient = evidence.matrix * found - evidence.right_side;
    for (Eigen::Index k = 0; k < modes; ++k) {
      gradient[k] += 0.5 * std::sqrt(noise2) * std::sqrt(evidence.matrix(k, k));
      std::string twin = model.expression.names[static_cast<std::size_t>(k)];
      const double scale = model.expression.scale[k];
      Eigen::Index other = modes;
      if (twin.ends_with("_L") || twin.ends_with("_R")) {
        twin.back() = twin.back() == 'L' ? 'R' : 'L';
        other = mode_of(model, twin);
      }
      gradient[k] += other == modes
                         ? noise2 * found[k] / (scale * scale)
                         : noise2 * (found[k] - rho * found[other]) / (scale * scale * (1 - rho * rho));
    }
    for (Eigen::Index k = 0; k < modes; ++k) {
      ASSERT_GE(found[k], model.expression.lower[k]) << seed;
      ASSERT_LE(found[k], model.expression.upper[k]) << seed;
      const bool low = found[k] == model.expression.lower[k], high = found[k] == model.expression.upper[k];
      EXPECT_TRUE(low || gradient[k] < 1e-6) << seed << " " << k << " " << gradient[k];
      EXPECT_TRUE(high || gradient[k] > -1e-6) << seed << " " << k << " " << gradient[k];
    }
  }
}

TEST(Decoder, EvidenceOfAFrameWithoutNoiseLeadsToItsExpression) {
  const MorphableModel& model = built_in_face();
  const FaceFitter fitter(model, {1, 1e-9});
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Random random(seed);
    Eigen::VectorXd expression = Eigen::VectorXd::Zero(model.expression.size());
    for (const char* unit : {"AU12_L", "AU12_R", "AU01_L", "AU01_R", "AU27"})
      expression[mode_of(model, unit)] = random.uniform(0.1, 0.9);
    ExpressionEvidence evidence;
    const auto fit = fitter.fit(view_of(fitter, model, expression), fitter.mean_face(), &evidence);
    ASSERT_TRUE(fit);
    const Eigen::VectorXd decoded = fitter.decoded(evidence, 1, fitter.mean_face());
    EXPECT_LT((fitter.displacement(decoded) - fitter.displacement(expression)).norm(), 1.5) << seed;
    const auto posed = fitter.posed(view_of(fitter, model, expression), fitter.mean_face(), *fit, expression);
    ASSERT_TRUE(posed);
    // Jaw points slide to where the face ends; these were seen at their own vertices.
    EXPECT_LT(posed->reprojection_error_px, 0.05) << seed;
    EXPECT_LT(angle_between(posed->rotation, rotation_from_angles({0.05, 0.1, 0})), 2e-3) << seed;
  }
}

// What one frame of 68 landmarks can tell of one unit with the usual noise: it answers more than any other does.
TEST(Decoder, NamesTheUnitThatMoves) {
  const MorphableModel& model = built_in_face();
  const FaceFitter fitter(model, {1, 1});
  for (const char* name : {"AU01_L", "AU02_R", "AU04_L", "AU05_L", "AU09_L", "AU12_L", "AU12_R", "AU15_R",
                           "AU17", "AU22", "AU25", "AU27", "AU43_L"}) {
    const Eigen::Index unit = mode_of(model, name);
    ASSERT_LT(unit, model.expression.size()) << name;
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(model.expression.size());
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Random random(seed);
      Eigen::VectorXd expression = Eigen::VectorXd::Zero(model.expression.size());
      expression[unit] = 0.8;
      ExpressionEvidence evidence;
      // .9 mm at 600 mm.
      const double noise_px = 0.9 * openface_camera(1280, 720).fx / 600;
      ASSERT_TRUE(
          fitter.fit(view_of(fitter, model, expression, noise_px, &random), fitter.mean_face(), &evidence));
      sum += fitter.decoded(evidence, 1, fitter.mean_face());
    }
    Eigen::Index most = 0;
    sum.maxCoeff(&most);
    EXPECT_EQ(model.expression.names[static_cast<std::size_t>(most)], name);
    EXPECT_GT(sum[unit] / 20, 0.15) << name;
    std::string twin = name;
    if (twin.ends_with("_L") || twin.ends_with("_R")) {
      twin.back() = twin.back() == 'L' ? 'R' : 'L';
      EXPECT_LT(sum[mode_of(model, twin)] / 20, 0.15) << name;
    }
  }
}

class PooledFrames : public ::testing::Test {
 protected:
  static constexpr const char* size = "1280x720";

  Recording recording_of(std::uint64_t seed, int frames) {
    const auto simulated = simulated_recording(built_in_face(), {.seed = seed, .frames = frames});
    camera_ = simulated.camera;
    Recording recording;
    for (const char axis : {'x', 'y'})
      for (int i = 0; i < 68; ++i)
        recording.columns.push_back({std::string(1, axis) + "_" + std::to_string(i), "", "px"});
    recording.values.resize(frames, 136);
    for (int i = 0; i < frames; ++i) {
      const auto& points = simulated.frames[static_cast<std::size_t>(i)].points;
      recording.frames.push_back({i + 1, 0, 0.04 * (i + 1), 0.9, true});
      recording.values.row(i) = Eigen::Map<const Eigen::RowVectorXd>(points.data(), 136);
    }
    return recording;
  }

  Recording fitted(const Recording& recording, const FitOptions& options) {
    RecordingWriter writer(folder_ / "in.csv", recording.columns, TableFormat::csv);
    writer.write(recording);
    writer.finish();
    last_ = fit(folder_ / "in.csv", folder_ / "out.csv", built_in_face(), options, TableFormat::csv, Work{});
    return read_recording(folder_ / "out.csv");
  }

  static FitOptions options(double smooth = 0.12) {
    FitOptions options;
    options.image_size = size;
    options.smooth = smooth;
    return options;
  }

  test::TemporaryFolder folder_;
  Camera camera_;
  StageResult last_;
};

// The same, a frame at a time over the whole recording; more rows than are fitted at once.
TEST_F(PooledFrames, AreTheWeightedMeanOfAllThatIsNear) {
  Recording recording = recording_of(3, 300);
  for (const std::size_t lost : {4u, 100u, 101u, 102u, 255u}) recording.frames[lost].success = false;
  for (std::size_t i = 200; i < 300; ++i) recording.frames[i].timestamp = 8.04 + 0.017 * double(i - 200);
  const Recording found = fitted(recording, options());

  const MorphableModel& model = built_in_face();
  const FaceFitter fitter(model, {});
  FitPersons persons;
  const LandmarkColumns columns = find_landmark_columns(recording.columns, "test");
  std::vector<Landmarks68> points;
  for (Eigen::Index row = 0; row < recording.rows(); ++row) {
    points.push_back(landmarks_of_row(columns, recording.values, row));
    const Frame& frame = recording.frames[static_cast<std::size_t>(row)];
    const FaceView view{points.back(), camera_};
    persons.add(frame, frame.success ? &view : nullptr);
  }
  persons.finish(fitter, model, {}, {96, true}, "test", Work{});

  std::vector<ExpressionEvidence> evidence(points.size());
  std::vector<std::optional<FaceFit>> fits(points.size());
  for (std::size_t i = 0; i < points.size(); ++i)
    if (recording.frames[i].success)
      fits[i] = fitter.fit({points[i], camera_}, *persons.of(recording.frames[i]), &evidence[i]);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!fits[i]) continue;
    const PersonalFace& face = *persons.of(recording.frames[i]);
    ExpressionEvidence mean{0 * evidence[i].matrix, 0 * evidence[i].right_side};
    double sum = 0, squares = 0;
    for (std::size_t j = 0; j < points.size(); ++j) {
      const double apart = std::abs(recording.frames[i].timestamp - recording.frames[j].timestamp);
      if (!fits[j] || apart >= 0.12) continue;
      const double w = 1 - apart / 0.12;
      mean.matrix += w * evidence[j].matrix;
      mean.right_side += w * evidence[j].right_side;
      sum += w;
      squares += w * w;
    }
    mean.matrix /= sum;
    mean.right_side /= sum;
    const auto posed =
        fitter.posed({points[i], camera_}, face, *fits[i], fitter.decoded(mean, squares / (sum * sum), face));
    ASSERT_TRUE(posed);
    const auto row = static_cast<Eigen::Index>(i);
    ASSERT_LT(
        (found.values.row(row).segment(7, model.expression.size()).transpose() - posed->expression).norm(),
        1e-6)
        << i;
    ASSERT_NEAR(found.values(row, 6), posed->reprojection_error_px, 1e-6) << i;
  }
}

TEST_F(PooledFrames, OfOtherTimesAreAlone) {
  Recording apart = recording_of(4, 40);
  const RowMatrix alone = fitted(apart, options(0)).values;
  EXPECT_NE(fitted(apart, options()).values, alone);
  for (Frame& frame : apart.frames) frame.timestamp *= 4;  // .16 s from one to the next
  EXPECT_EQ(fitted(apart, options()).values, alone);
  EXPECT_EQ(last_.message.find("time stamp"), std::string::npos);
  for (Frame& frame : apart.frames) frame.timestamp = std::nan("");
  EXPECT_EQ(fitted(apart, options()).values, alone);
  EXPECT_NE(last_.message.find("time stamp"), std::string::npos) << "it is said";
}

}  // namespace
}  // namespace facelex
