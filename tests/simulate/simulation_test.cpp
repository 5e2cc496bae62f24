#include "facelex/simulate/simulation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "cohort_item.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/pose/rotation.hpp"
#include "facelex/io/recording_file.hpp"
#include "support/program.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

using test::file_text;
using test::TemporaryFolder;

const MorphableModel& face() {
  return built_in_face();
}

Cohort cohort_of(const std::string& changes = "{}") {
  Json json = Json::parse(R"({"seed": 3, "seconds": 4, "groups": [
    {"name": "a", "subjects": 3, "sessions": 2, "behaviour": {
       "head": {"yaw_sd_deg": 12},
       "units": [{"unit": "AU12", "rate_per_minute": 30, "hold_s": 0.2}, {"unit": "AU26", "rate_per_minute": 20}]}},
    {"name": "b", "subjects": 2}]})");
  json.update(Json::parse(changes));
  return Cohort::from_json(json, "c.json", face().expression.names);
}

TEST(Simulation, ASessionIsTheSameWheneverItIsMade) {
  const Cohort cohort = cohort_of();
  const CohortItem item = cohort_item(cohort, "S02_2");
  const SimulatedSession one = simulate_session(face(), cohort, item),
                         two = simulate_session(face(), cohort, item);
  EXPECT_EQ(one.identity, two.identity);
  EXPECT_EQ(one.pose, two.pose);
  EXPECT_EQ(one.expression, two.expression);
}

TEST(Simulation, SessionsShareTheFaceAndNotTheMotion) {
  const Cohort cohort = cohort_of();
  const auto session = [&](const char* name) {
    return simulate_session(face(), cohort, cohort_item(cohort, name));
  };
  const SimulatedSession first = session("S01_1"), second = session("S01_2"), other = session("S02_1");
  EXPECT_EQ(first.identity, second.identity);
  EXPECT_NE(first.identity, other.identity);
  EXPECT_NE(first.pose, second.pose);
  EXPECT_NE(first.expression, second.expression);
}

TEST(Simulation, WhatIsChangedChangesOnlyItsOwnPart) {
  const Cohort cohort = cohort_of();
  const CohortItem item = cohort_item(cohort, "S01_1");
  const SimulatedSession plain = simulate_session(face(), cohort, item);
  Cohort null = cohort;
  null.null = true;
  EXPECT_EQ(simulate_session(face(), null, item).identity, plain.identity);
  EXPECT_EQ(simulate_session(face(), cohort_of(R"({"missing_share": 0.4})"), item).pose, plain.pose);
  EXPECT_NE(simulate_session(face(), cohort_of(R"({"seed": 4})"), item).identity, plain.identity);
  EXPECT_EQ(simulate_session(face(), cohort_of(R"({"identity_sd": 0})"), item).identity.norm(), 0);
  EXPECT_EQ(simulate_session(face(), cohort_of(R"({"fps": 50})"), item).frames(), 200);
}

TEST(Simulation, FacesGoMissingForTheirShare) {
  const Cohort cohort = cohort_of(R"({"missing_share": 0.2, "seconds": 2000})");
  const SimulatedSession session = simulate_session(face(), cohort, cohort_item(cohort, "S01_1"));
  double missing = 0, runs = 0;
  bool last = true;
  for (const bool visible : session.visible) {
    missing += visible ? 0 : 1;
    runs += !visible && last ? 1 : 0;
    last = visible;
  }
  EXPECT_NEAR(missing / static_cast<double>(session.frames()), 0.2, 0.03);
  EXPECT_NEAR(missing / runs / 25, 0.5, 0.08);
}

/// The landmarks by the model's own formula, vertex by vertex.
Landmarks68 naive_landmarks(const SimulatedSession& session, Eigen::Index t) {
  const Vertices shape = face().shape(session.identity, session.expression.row(t));
  const Eigen::VectorXd pose = session.pose.row(t);
  Landmarks68 landmarks;
  for (int i = 0; i < 68; ++i)
    landmarks.row(i) = session.camera.project(
        rotation_from_angles(pose.tail<3>()) *
            shape.row(face().landmarks[static_cast<std::size_t>(i)]).transpose().cast<double>() +
        pose.head<3>());
  return landmarks;
}

TEST(Simulation, LandmarksAreTheProjectedVertices) {
  const Cohort cohort = cohort_of();
  for (const char* name : {"S01_1", "S03_2", "S05_1"}) {
    const SimulatedSession session = simulate_session(face(), cohort, cohort_item(cohort, name));
    const LandmarkProjector projector(face(), session.identity);
    for (Eigen::Index t = 0; t < session.frames(); t += 9) {
      const Landmarks68 points =
          projector.project(session.expression.row(t), session.pose.row(t), session.camera);
      EXPECT_LT((points - naive_landmarks(session, t)).bottomRows<51>().cwiseAbs().maxCoeff(), 1e-3);
    }
  }
}

TEST(Simulation, TheJawLineEndsWhereTheFaceEnds) {
  const LandmarkProjector projector(face(), {});
  const Camera camera = openface_camera(640, 480);
  Eigen::VectorXd pose(6);
  pose << 0, 0, 500, 0, 0, 0;
  const Landmarks68 straight = projector.project({}, pose, camera);
  Landmarks68 last = straight;
  for (const double yaw : {0.1, 0.2, 0.3}) {
    pose[4] = yaw;  // the nose to image-left: the subject's right cheek turns away
    const Landmarks68 points = projector.project({}, pose, camera);
    const Vertices turned =
        (face().mean * rotation_from_angles(pose.tail<3>()).transpose().cast<float>()).rowwise() +
        pose.head<3>().transpose().cast<float>();
    for (const std::size_t point : {1U, 2U, 3U}) {
      double own = camera.project(turned.row(face().landmarks[point]).transpose().cast<double>()).x();
      // Never within the face's outline at this height by more than the spacing of the mesh …
      double outline = own;
      for (Eigen::Index i = 0; i < turned.rows(); ++i) {
        const Eigen::Vector2d at = camera.project(turned.row(i).transpose().cast<double>());
        if (std::abs(at.y() - points(static_cast<Eigen::Index>(point), 1)) < 2)
          outline = std::min(outline, at.x());
      }
      EXPECT_NEAR(points(static_cast<Eigen::Index>(point), 0), outline, 5)
          << "yaw " << yaw << " point " << point;
      // … and without jumps.
      EXPECT_LT((points - last).row(static_cast<Eigen::Index>(point)).norm(), 20);
    }
    last = points;
  }
}

TEST(Simulation, TheTruthIsThatOfTheSession) {
  const TemporaryFolder folder;
  const Cohort cohort = cohort_of(R"({"missing_share": 0.3})");
  const CohortItem item = cohort_item(cohort, "S01_1");
  const StageResult result = write_simulated_truth(face(), cohort, item, folder / "t.csv", {});
  EXPECT_EQ(result.kind, SignalKind::fit);
  EXPECT_EQ(result.counts.with_face, 100);
  const Recording truth = read_recording(folder / "t.csv");
  EXPECT_EQ(truth.kind, SignalKind::fit);
  ASSERT_EQ(truth.rows(), 100);
  const SimulatedSession session = simulate_session(face(), cohort, item);
  double most = 0;
  for (Eigen::Index t = 0; t < truth.rows(); t += 7) {
    EXPECT_EQ(truth.frames[static_cast<std::size_t>(t)].timestamp, static_cast<double>(t) / 25);
    EXPECT_NEAR(truth.values(t, truth.column("pose_Ry")), session.pose(t, 4), 1e-5);
    EXPECT_NEAR(truth.values(t, truth.column("pose_Tz")), session.pose(t, 2), 1e-3);
    const auto unit = std::find(face().expression.names.begin(), face().expression.names.end(), "AU12_L") -
                      face().expression.names.begin();
    EXPECT_NEAR(truth.values(t, truth.column("e_AU12_L")), session.expression(t, unit), 1e-5);
    const Vertices moved = face().shape({}, session.expression.row(t));
    for (const int point : {8, 48, 54, 57}) {
      const std::int32_t vertex = face().landmarks[static_cast<std::size_t>(point)];
      for (const auto& [axis, column] : {std::pair{0, "dX_"}, std::pair{1, "dY_"}, std::pair{2, "dZ_"}}) {
        const double displacement = moved(vertex, axis) - face().mean(vertex, axis);
        EXPECT_NEAR(truth.values(t, truth.column(column + std::to_string(point))), displacement, 1e-3);
        most = std::max(most, std::abs(displacement));
      }
    }
  }
  EXPECT_GT(most, 1);
  // All X, then all Y, then all Z.
  EXPECT_EQ(truth.column("dY_0"), truth.column("dX_0") + 68);
  EXPECT_EQ(truth.column("dZ_67"), truth.column("dX_0") + 3 * 68 - 1);
}

TEST(Simulation, LandmarksHaveTheNoiseAndTheGapsThatWereAsked) {
  const TemporaryFolder folder;
  const Cohort cohort = cohort_of(R"({"missing_share": 0.3, "noise_percent": 2, "seconds": 20})");
  const CohortItem item = cohort_item(cohort, "S03_1");
  const StageResult noisy = write_simulated_landmarks(face(), cohort, item, true, folder / "n.csv", {});
  const StageResult plain = write_simulated_landmarks(face(), cohort, item, false, folder / "p.csv", {});
  EXPECT_EQ(plain.counts.with_face, 500);
  EXPECT_LT(noisy.counts.with_face, 450);
  EXPECT_GT(noisy.counts.with_face, 200);
  const Recording a = read_recording(folder / "n.csv"), b = read_recording(folder / "p.csv");
  EXPECT_EQ(a.kind, SignalKind::landmarks);
  double squares = 0, count = 0;
  for (Eigen::Index t = 0; t < a.rows(); ++t) {
    if (!a.frames[static_cast<std::size_t>(t)].success) continue;
    const double eyes = std::hypot(b.values(t, b.column("x_45")) - b.values(t, b.column("x_36")),
                                   b.values(t, b.column("y_45")) - b.values(t, b.column("y_36")));
    squares += ((a.values.row(t) - b.values.row(t)).tail<136>() / eyes).squaredNorm();
    count += 136;
  }
  EXPECT_NEAR(std::sqrt(squares / count), 0.02, 0.0005);
}

TEST(Simulation, BytesDoNotDependOnThreads) {
  const Cohort cohort = cohort_of();
  const auto items = cohort_items(cohort);
  const auto written = [&](int threads) {
    const TemporaryFolder folder;
    ThreadPool pool(threads);
    pool.for_each(items.size(), [&](std::size_t i) {
      write_simulated_landmarks(face(), cohort, items[i], true, folder / (items[i].name + ".csv"), {});
      write_simulated_truth(face(), cohort, items[i], folder / (items[i].name + ".t.csv"), {});
    });
    std::string all;
    for (const CohortItem& item : items)
      all += file_text(folder / (item.name + ".csv")) + file_text(folder / (item.name + ".t.csv"));
    return all;
  };
  EXPECT_TRUE(written(1) == written(3));
}

TEST(Simulation, StopsWhenAsked) {
  const TemporaryFolder folder;
  const Cohort cohort = cohort_of();
  const std::atomic<bool> stop{true};
  Work work;
  work.stop = &stop;
  EXPECT_THROW(write_simulated_truth(face(), cohort, cohort_items(cohort)[0], folder / "t.csv", work), Error);
  EXPECT_FALSE(std::filesystem::exists(folder / "t.csv"));
}

}  // namespace
}  // namespace facelex
