#include <gtest/gtest.h>

#include <Eigen/QR>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/model/import/model.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/tables/npy.hpp"
#include "frontalization_fixture.hpp"

// Beside the weights that Vonikakis and Winkler published. The tables printed are those of
// docs/benchmarks/2026-11-21-epyc-2core/frontalization.md.
namespace facelex {
namespace {

using namespace test;
namespace fs = std::filesystem;

class FrontalizationShared : public testing::Test {
 protected:
  void SetUp() override {
    const char* shared = std::getenv("FACELEX_SHARED_DATA");
    if (!shared) GTEST_SKIP() << "FACELEX_SHARED_DATA is not set";
    shared_ = shared;
    weights_ = read_npy(shared_ / "frontalization" / "frontalization_weights.npy");
    ASSERT_EQ(weights_.rows(), 137);
    ASSERT_EQ(weights_.cols(), 136);
  }

  /// [x₀…x₆₇, y₀…y₆₇, 1]·W of landmarks in the standard place.
  Turning published() const {
    return [this](const Landmarks68& points) {
      Landmarks68 placed, frontal;
      standard_place(points, LandmarkScheme::points_68, placed);
      Eigen::RowVectorXd row(137);
      row << Eigen::Map<const Eigen::RowVectorXd>(placed.data(), 136), 1;
      Eigen::Map<Eigen::RowVectorXd>(frontal.data(), 136) = row * weights_;
      return frontal;
    };
  }
  static Turning ours() { return turning(built_in_frontalization().frontalization); }
  static Turning none() {
    return [](const Landmarks68& points) { return points; };
  }

  fs::path shared_;
  RowMatrix weights_;
};

TEST_F(FrontalizationShared, PublishedWeightsKeepXAndYApart) {
  EXPECT_LT(weights_.block(0, 68, 68, 68).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_LT(weights_.block(68, 0, 68, 68).cwiseAbs().maxCoeff(), 1e-12);
}

TEST_F(FrontalizationShared, HeldOutViewsAreNearerThanWithThePublishedWeights) {
  FrontalizationOptions others;
  others.seed = 777;
  for (const auto& [name, model] :
       {std::pair<const char*, MorphableModel>{"built-in face, other people", built_in_face()},
        {"ICT-FaceKit", import_ict(shared_ / "models" / "ict_facekit_light.safetensors")}}) {
    const FaceViews faces(model, others);
    for (const double noise : {0.0, 0.01, 0.02}) {
      const MotionError raw = motion_error(faces, none(), noise, 1000),
                        theirs = motion_error(faces, published(), noise, 1000),
                        own = motion_error(faces, ours(), noise, 1000);
      std::printf(
          "%-28s noise %.2f  error none %.2f published %.2f ours %.2f"
          "  correlation none %.2f published %.2f ours %.2f\n",
          name, noise, raw.relative, theirs.relative, own.relative, raw.correlation, theirs.correlation,
          own.correlation);
      EXPECT_LT(own.relative, 0.8 * theirs.relative) << name << " " << noise;
      EXPECT_GT(own.correlation, theirs.correlation) << name << " " << noise;
      EXPECT_LT(theirs.relative, raw.relative);
    }
  }
}

/// Registered landmarks about their clip's mean, beside py-feat's yaw, pitch and roll about theirs.
struct NewsClips {
  Eigen::MatrixXd motion = Eigen::MatrixXd(0, 136), angles = Eigen::MatrixXd(0, 3);

  void add(const fs::path& file, const Turning& turn) {
    const Recording clip = read_recording(file);
    const LandmarkColumns columns = find_landmark_columns(clip.columns, file.string());
    Eigen::MatrixXd moved(clip.rows(), 136), turned(clip.rows(), 3);
    for (Eigen::Index row = 0; row < clip.rows(); ++row) {
      Landmarks68 registered;
      ASSERT_EQ(register_landmarks(turn(landmarks_of_row(columns, clip.values, row)),
                                   LandmarkScheme::points_68, registered),
                RegistrationOutcome::ok);
      moved.row(row) = Eigen::Map<const Eigen::RowVectorXd>(registered.data(), 136);
      Eigen::Index k = 0;
      for (const char* angle : {"Yaw", "Pitch", "Roll"})
        turned(row, k++) = clip.values(row, clip.column(angle));
    }
    append(motion, moved);
    append(angles, turned);
  }
  static void append(Eigen::MatrixXd& all, Eigen::MatrixXd more) {
    more.rowwise() -= more.colwise().mean().eval();
    all.conservativeResize(all.rows() + more.rows(), Eigen::NoChange);
    all.bottomRows(more.rows()) = more;
  }

  double rms() const { return std::sqrt(motion.squaredNorm() / static_cast<double>(motion.size())); }
  /// Of the part that the three angles explain linearly.
  double rms_by_pose() const {
    const Eigen::MatrixXd explained = angles * angles.householderQr().solve(motion);
    return std::sqrt(explained.squaredNorm() / static_cast<double>(motion.size()));
  }
  /// Mean |correlation| of the coordinates that move with an angle.
  double correlation(Eigen::Index angle) const {
    double sum = 0;
    int count = 0;
    for (Eigen::Index k = 0; k < 136; ++k) {
      if (motion.col(k).norm() < 1e-6) continue;
      sum += std::abs(motion.col(k).dot(angles.col(angle))) / motion.col(k).norm() / angles.col(angle).norm();
      ++count;
    }
    return sum / count;
  }
};

TEST_F(FrontalizationShared, LessOfTheNewsreadersMotionIsThatOfTheirHeads) {
  std::vector<double> by_pose, with_yaw;
  for (const auto& [name, turn] :
       {std::pair<const char*, Turning>{"none", none()}, {"published", published()}, {"ours", ours()}}) {
    NewsClips clips;
    for (int clip = 1; clip <= 12; ++clip)
      clips.add(shared_ / "news_sample" / ((clip < 10 ? "00" : "0") + std::to_string(clip) + ".csv"), turn);
    std::printf("%-10s motion %.2f, of it by head pose %.2f; |r| with yaw %.2f, pitch %.2f, roll %.2f\n",
                name, clips.rms(), clips.rms_by_pose(), clips.correlation(0), clips.correlation(1),
                clips.correlation(2));
    by_pose.push_back(clips.rms_by_pose());
    with_yaw.push_back(clips.correlation(0));
  }
  EXPECT_LT(by_pose[2], 0.3 * by_pose[0]);
  EXPECT_LT(by_pose[2], by_pose[1]);
  EXPECT_LT(with_yaw[2], 0.6 * with_yaw[0]);
}

}  // namespace
}  // namespace facelex
