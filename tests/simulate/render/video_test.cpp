#include "facelex/simulate/render/video.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <opencv2/core.hpp>

#include "facelex/core/error.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/video/extract.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

using test::TemporaryFolder;

const MorphableModel& drawn_person() {
  return built_in_face();
}

Cohort drawn_cohort(const std::string& changes = "{}") {
  Json json = Json::parse(R"({"seed": 3, "seconds": 2, "width": 320, "height": 240, "groups": [
    {"name": "a", "subjects": 4, "behaviour": {
       "blink": {"rate_per_minute": 40},
       "head": {"yaw_sd_deg": 10, "smoothness_s": 0.3},
       "units": [{"unit": "AU12", "rate_per_minute": 20}, {"unit": "AU26", "rate_per_minute": 20}]}}]})");
  json.update(Json::parse(changes));
  return Cohort::from_json(json, "c.json", drawn_person().expression.names);
}

double difference(const cv::Mat& a, const cv::Mat& b) {
  return cv::norm(a, b, cv::NORM_L1) / static_cast<double>(3 * a.total());
}

TEST(SimulatedVideo, PicturesDependOnSubjectAndFrameAlone) {
  const Cohort cohort = drawn_cohort();
  const auto items = cohort_items(cohort);
  SimulatedPictures one(drawn_person(), cohort, items[0]), again(drawn_person(), cohort, items[0]),
      other(drawn_person(), cohort, items[1]);
  const cv::Mat later = one.picture(20);
  EXPECT_EQ(later.size(), cv::Size(320, 240));
  EXPECT_EQ(later.type(), CV_8UC3);
  // The order in which frames are asked for does not matter.
  EXPECT_EQ(difference(one.picture(3), again.picture(3)), 0);
  EXPECT_EQ(difference(later, again.picture(20)), 0);
  EXPECT_GT(difference(later, other.picture(20)), 10);
  EXPECT_GT(difference(later, one.picture(3)), 0.1);
}

TEST(SimulatedVideo, AClosedEyeShows) {
  // Both eyes are closed for most of a very long blink.
  const char* still = R"({"groups": [{"name": "a", "subjects": 1, "behaviour": {
    "blink": {"rate_per_minute": 12, "duration_s": 3, "duration_sd_s": 0},
    "head": {"yaw_sd_deg": 0, "pitch_sd_deg": 0, "roll_sd_deg": 0, "shift_sd_mm": 0},
    "spread": {"rate": 0, "pose_deg": 0}}}], "seconds": 20})";
  const Cohort cohort = drawn_cohort(still);
  const CohortItem item = cohort_items(cohort)[0];
  SimulatedPictures pictures(drawn_person(), cohort, item);
  const SimulatedSession& session = pictures.session();
  const auto unit =
      std::find(drawn_person().expression.names.begin(), drawn_person().expression.names.end(), "AU43_L") -
      drawn_person().expression.names.begin();
  Eigen::Index closed = 0, open = 0;
  ASSERT_GT(session.expression.col(unit).maxCoeff(&closed), 0.99);
  ASSERT_LT(session.expression.col(unit).minCoeff(&open), 0.01);
  const LandmarkProjector projector(drawn_person(), session.identity);
  const Landmarks68 points =
      projector.project(session.expression.row(open), session.pose.row(open), session.camera);
  const cv::Rect eye(cv::Point(static_cast<int>(points(42, 0)), static_cast<int>(points(43, 1))),
                     cv::Point(static_cast<int>(points(45, 0)), static_cast<int>(points(46, 1) + 2)));
  const cv::Mat opened = pictures.picture(open), shut = pictures.picture(closed);
  EXPECT_GT(difference(opened(eye), shut(eye)), 12);
  const cv::Rect mouth(cv::Point(static_cast<int>(points(48, 0)), static_cast<int>(points(50, 1))),
                       cv::Point(static_cast<int>(points(54, 0)), static_cast<int>(points(57, 1))));
  EXPECT_LT(difference(opened(mouth), shut(mouth)), 0.1);
}

TEST(SimulatedVideo, TheDetectorFindsTheFaceAndItsLandmarks) {
  if (!std::filesystem::exists("/usr/share/dlib/shape_predictor_68_face_landmarks.dat"))
    GTEST_SKIP() << "needs Debian's libdlib-data";
  const TemporaryFolder folder;
  const Cohort cohort = drawn_cohort(R"({"seconds": 1, "fps": 10, "width": 480, "height": 360})");
  const FaceModels models = FaceModels::load({});
  std::vector<double> errors;
  std::int64_t found = 0, frames = 0;
  for (const CohortItem& item : cohort_items(cohort)) {
    write_simulated_video(drawn_person(), cohort, item, folder / "v.mp4", {});
    write_simulated_landmarks(drawn_person(), cohort, item, false, folder / "t.csv", {});
    extract(folder / "v.mp4", folder / "l.csv", std::nullopt, models, {}, {});
    const Recording seen = read_recording(folder / "l.csv"), truth = read_recording(folder / "t.csv");
    ASSERT_EQ(seen.rows(), truth.rows());
    for (Eigen::Index t = 0; t < seen.rows(); ++t) {
      ++frames;
      if (!seen.frames[static_cast<std::size_t>(t)].success) continue;
      ++found;
      const auto x = truth.column("x_0"), y = truth.column("y_0");
      const double eyes = std::hypot(truth.values(t, x + 45) - truth.values(t, x + 36),
                                     truth.values(t, y + 45) - truth.values(t, y + 36));
      for (Eigen::Index i = 0; i < 68; ++i)
        errors.push_back(std::hypot(seen.values(t, x + i) - truth.values(t, x + i),
                                    seen.values(t, y + i) - truth.values(t, y + i)) /
                         eyes);
    }
  }
  EXPECT_GE(static_cast<double>(found), 0.99 * static_cast<double>(frames));
  std::nth_element(errors.begin(), errors.begin() + errors.size() / 2, errors.end());
  EXPECT_LT(errors[errors.size() / 2], 0.04);
}

TEST(SimulatedVideo, AVideoHasAFrameForEveryTimeAndTellsWhereTheFaceIs) {
  const TemporaryFolder folder;
  const Cohort cohort = drawn_cohort(R"({"missing_share": 0.4, "fps": 30, "width": 160, "height": 120})");
  const CohortItem item = cohort_items(cohort)[2];
  const StageResult result = write_simulated_video(drawn_person(), cohort, item, folder / "v.mp4", {});
  const SimulatedSession session = simulate_session(drawn_person(), cohort, item);
  EXPECT_EQ(result.counts.frames, 60);
  EXPECT_EQ(result.counts.with_face, std::count(session.visible.begin(), session.visible.end(), true));
  EXPECT_LT(result.counts.with_face, 60);
  const auto source = open_frames(folder / "v.mp4", {}, 1);
  VideoFrame frame;
  std::int64_t frames = 0;
  while (source->next(frame)) {
    EXPECT_NEAR(frame.timestamp, static_cast<double>(frames) / 30, 1e-4);
    ++frames;
  }
  EXPECT_EQ(frames, 60);
}

TEST(SimulatedVideo, AModelWithoutOpeningsIsRefused) {
  MorphableModel closed = drawn_person();
  // Two triangles close nothing, but then the mesh has one border that runs through no eye.
  closed.triangles = drawn_person().triangles.topRows(2).eval();
  const Cohort cohort = drawn_cohort();
  EXPECT_THROW(SimulatedPictures(closed, cohort, cohort_items(cohort)[0]), Error);
}

}  // namespace
}  // namespace facelex
