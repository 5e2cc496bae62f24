#include "facelex/face/fit/fit.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/fit/observables.hpp"
#include "simulated_recording.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

using test::simulated_recording;

struct Row {
  Frame frame;
  Landmarks68 points;
};

std::vector<Row> rows_of(const test::SimulatedRecording& recording, int face_id = 0) {
  std::vector<Row> rows;
  for (const auto& frame : recording.frames) {
    const auto number = static_cast<std::int64_t>(rows.size()) + 1;
    rows.push_back({{number, face_id, 0.04 * static_cast<double>(number), 0.9, true}, frame.points});
  }
  return rows;
}

fs::path write(const fs::path& file, const std::vector<Row>& rows) {
  Recording recording;
  for (const char axis : {'x', 'y'})
    for (int i = 0; i < 68; ++i)
      recording.columns.push_back({std::string(1, axis) + "_" + std::to_string(i), "", "px"});
  recording.values.resize(static_cast<Eigen::Index>(rows.size()), 136);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    recording.frames.push_back(rows[r].frame);
    recording.values.row(static_cast<Eigen::Index>(r)) =
        Eigen::Map<const Eigen::RowVectorXd>(rows[r].points.data(), 136);
  }
  RecordingWriter writer(file, recording.columns, TableFormat::csv);
  writer.write(recording);
  writer.finish();
  return file;
}

FitOptions perspective() {
  FitOptions options;
  options.image_size = "1280x720";
  return options;
}

class Fit : public ::testing::Test {
 protected:
  struct Outcome {
    StageResult result;
    Recording recording;

    double at(Eigen::Index row, const std::string& column) const {
      return recording.values(row, recording.column(column));
    }
  };

  Outcome fitted(const std::vector<Row>& rows, const FitOptions& options = perspective(), int threads = 1) {
    const fs::path input = write(folder_ / "in.csv", rows), output = folder_ / "out.csv";
    Work work;
    work.threads = threads;
    Outcome outcome;
    outcome.result = fit(input, output, built_in_face(), options, TableFormat::csv, work);
    EXPECT_EQ(outcome.result.output_digest, sha256_of_file(output));
    outcome.recording = read_recording(output);
    EXPECT_EQ(outcome.recording.rows(), static_cast<Eigen::Index>(rows.size()));
    return outcome;
  }

  test::TemporaryFolder folder_;
};

std::int64_t without(const StageResult& result, const char* why) {
  return result.details["rows_without_values"][why].get<std::int64_t>();
}

TEST_F(Fit, WritesPoseExpressionAndDisplacementOfEveryRow) {
  const auto simulated = simulated_recording(built_in_face(), {.seed = 1, .frames = 80});
  const Outcome outcome = fitted(rows_of(simulated));
  const auto& model = built_in_face();
  EXPECT_EQ(outcome.result.kind, SignalKind::fit);
  EXPECT_EQ(kind_from_columns([&] {
              std::vector<std::string> names;
              for (const Column& column : outcome.result.columns) names.push_back(column.name);
              return names;
            }()),
            SignalKind::fit);
  ASSERT_EQ(outcome.recording.values.cols(), 7 + model.expression.size() + 3 * 68 + 15);
  EXPECT_EQ(outcome.recording.columns[0].name, "pose_Tx");
  EXPECT_EQ(outcome.recording.columns[6].name, "reprojection_error");
  EXPECT_EQ(outcome.recording.columns[7].name, "e_" + model.expression.names[0]);
  const Eigen::Index first = outcome.recording.column("dX_0");
  EXPECT_EQ(outcome.recording.column("dY_0"), first + 68);
  EXPECT_EQ(outcome.recording.column("dZ_67"), first + 3 * 68 - 1);
  EXPECT_EQ(outcome.recording.column("o_lips_part"), first + 3 * 68);
  EXPECT_TRUE(outcome.recording.values.allFinite());
  for (Eigen::Index row = 0; row < outcome.recording.rows(); ++row) {
    const auto& truth = simulated.frames[static_cast<std::size_t>(row)];
    for (const auto& [column, axis] : {std::pair{"pose_Rx", 0}, {"pose_Ry", 1}, {"pose_Rz", 2}})
      EXPECT_NEAR(outcome.at(row, column), truth.rotation_rad[axis], 0.07) << row << " " << column;
    EXPECT_NEAR(outcome.at(row, "pose_Tz"), truth.translation_mm.z(), 0.15 * truth.translation_mm.z());
    // The displacement is the coefficients' own.
    const Eigen::VectorXd expression = outcome.recording.values.row(row).segment(7, model.expression.size());
    const Vertices moved = model.shape({}, expression);
    for (const std::size_t point : {8, 19, 51})
      EXPECT_NEAR(outcome.at(row, "dY_" + std::to_string(point)),
                  moved(model.landmarks[point], 1) - model.mean(model.landmarks[point], 1), 1e-3);
  }
  EXPECT_EQ(outcome.result.details["identity"].size(), 1U);
  EXPECT_EQ(outcome.result.details["identity"][0]["neutral"].size(), 3U * 68U);
  EXPECT_LE(outcome.result.details["identity"][0]["frames"].size(), 96U);
  EXPECT_EQ(outcome.result.details["identity"][0]["offsets"].size(), 3U * 68U);
  EXPECT_EQ(outcome.result.details["identity"][0]["head_linear_share"].size(),
            static_cast<std::size_t>(outcome.recording.values.cols()) - 7);
  EXPECT_GE(outcome.result.details["identity"][0]["noise_mm"].get<double>(), 1) << "less is not claimed";
}

TEST_F(Fit, ThreadsAndFormatDoNotChangeTheNumbers) {
  const auto rows = rows_of(simulated_recording(built_in_face(), {.seed = 2, .frames = 60}));
  for (const double smooth : {0.0, 0.2}) {
    FitOptions options = perspective();
    options.smooth = smooth;
    EXPECT_EQ(fitted(rows, options, 1).result.output_digest, fitted(rows, options, 3).result.output_digest);
  }
}

TEST_F(Fit, RowsWithoutValuesStayAndAreCounted) {
  auto rows = rows_of(simulated_recording(built_in_face(), {.seed = 3, .frames = 40}));
  rows[3].frame.success = false;
  rows[5].points(30, 0) = std::nan("");
  rows[8].points.setConstant(200);
  Random random(1);
  for (Eigen::Index i = 0; i < 136; ++i) rows[11].points.data()[i] = random.uniform(100, 500);
  rows[13].points =
      test::seen_points(built_in_face(), built_in_face().mean, rotation_from_angles({0, 1.45, 0}),
                        {0, 0, 700}, openface_camera(1280, 720));
  const Outcome outcome = fitted(rows);
  EXPECT_EQ(without(outcome.result, "no_face"), 1);
  EXPECT_EQ(without(outcome.result, "incomplete"), 1);
  EXPECT_GE(without(outcome.result, "no_pose"), 1) << "coincident points";
  EXPECT_GE(without(outcome.result, "profile"), 1);
  EXPECT_EQ(without(outcome.result, "no_pose") + without(outcome.result, "profile") +
                without(outcome.result, "bad_fit"),
            3)
      << "and scattered points";
  for (Eigen::Index row = 0; row < outcome.recording.rows(); ++row) {
    const bool empty = row == 3 || row == 5 || row == 8 || row == 11 || row == 13;
    EXPECT_EQ(outcome.recording.frames[static_cast<std::size_t>(row)].success, !empty) << row;
    EXPECT_EQ(outcome.recording.values.row(row).allFinite(), !empty) << row;
    EXPECT_EQ(outcome.recording.values.row(row).array().isNaN().all(), empty) << row;
  }
  EXPECT_NE(outcome.result.message.find("lack landmarks"), std::string::npos);
}

TEST_F(Fit, NobodyAndTwoFrames) {
  auto rows = rows_of(simulated_recording(built_in_face(), {.seed = 4, .frames = 2}));
  EXPECT_EQ(fitted(rows).result.counts.with_face, 2);
  for (Row& row : rows) row.frame.success = false;
  const Outcome outcome = fitted(rows);
  EXPECT_EQ(outcome.result.counts.with_face, 0);
  EXPECT_EQ(outcome.result.message, "no frame has a face");
}

TEST_F(Fit, EachFaceOfAFileHasItsOwnIdentity) {
  const auto first = rows_of(simulated_recording(built_in_face(), {.seed = 5, .frames = 40}), 0);
  const auto second = rows_of(simulated_recording(built_in_face(), {.seed = 6, .frames = 40}), 1);
  std::vector<Row> both;
  for (std::size_t i = 0; i < first.size(); ++i) {
    both.push_back(first[i]);
    both.push_back(second[i]);
  }
  both.push_back(first.back());
  both.back().frame.number += 1;
  both.back().frame.face_id = -1;
  const Outcome outcome = fitted(both), alone = fitted(second);
  EXPECT_EQ(without(outcome.result, "no_face_id"), 1);
  ASSERT_EQ(outcome.result.details["identity"].size(), 2U);
  EXPECT_EQ(outcome.result.details["identity"][1]["face_id"], 1);
  EXPECT_EQ(outcome.result.details["identity"][1]["coefficients"],
            alone.result.details["identity"][0]["coefficients"]);
  for (const Eigen::Index row : {0, 17, 39})
    EXPECT_EQ(outcome.recording.values.row(2 * row + 1), alone.recording.values.row(row)) << row;
}

TEST_F(Fit, WithoutThePicturesSizeTheCameraIsOrthographic) {
  const auto simulated = simulated_recording(built_in_face(), {.seed = 7, .frames = 40});
  const Outcome unknown = fitted(rows_of(simulated), FitOptions{});
  EXPECT_NE(unknown.result.message.find("image-size"), std::string::npos);
  EXPECT_EQ(unknown.result.details["camera"]["model"], "scaled-orthographic");
  FitOptions orthographic;
  orthographic.camera = FitOptions::CameraModel::orthographic;
  const Outcome asked = fitted(rows_of(simulated), orthographic);
  EXPECT_EQ(asked.result.message, "");
  EXPECT_EQ(asked.recording.values, unknown.recording.values);
  EXPECT_LT(asked.recording.column("pose_Tz"), 0);
  for (const Eigen::Index row : {0, 20, 39}) {
    const auto& frame = simulated.frames[static_cast<std::size_t>(row)];
    const double scale = asked.at(row, "pose_scale");
    EXPECT_NEAR(scale, simulated.camera.fx / frame.translation_mm.z(), 0.2 * scale);
    // The place of the nose's bridge in pixels comes back.
    EXPECT_NEAR(asked.at(row, "pose_Tx") * scale, frame.points(27, 0), 40 * scale);
    EXPECT_NEAR(asked.at(row, "pose_Ty") * scale, frame.points(27, 1), 60 * scale);
  }
}

TEST_F(Fit, TakesThePicturesSizeFromTheSidecar) {
  const auto rows = rows_of(simulated_recording(built_in_face(), {.seed = 8, .frames = 20}));
  const Outcome asked = fitted(rows);
  Sidecar sidecar;
  sidecar.stage = "extract";
  sidecar.result.kind = SignalKind::landmarks;
  sidecar.result.details = {{"width", 1280}, {"height", 720}};
  write_sidecar(folder_ / "in.csv", sidecar);
  const Outcome found = fitted(rows, FitOptions{});
  EXPECT_EQ(found.result.details["camera"], asked.result.details["camera"]);
  EXPECT_EQ(found.recording.values, asked.recording.values);
}

TEST_F(Fit, SignalsAreChosen) {
  const auto rows = rows_of(simulated_recording(built_in_face(), {.seed = 9, .frames = 20}));
  const Outcome both = fitted(rows);
  FitOptions options = perspective();
  options.signals = {"displacement"};
  const Outcome displacement = fitted(rows, options);
  EXPECT_EQ(displacement.result.kind, SignalKind::displacement);
  EXPECT_EQ(displacement.recording.values.rightCols(204),
            both.recording.values.middleCols(7 + built_in_face().expression.size(), 204));
  EXPECT_EQ(displacement.recording.values.cols(), 7 + 204);
  options.signals = {"expression"};
  const Outcome expression = fitted(rows, options);
  EXPECT_EQ(expression.result.kind, SignalKind::expression);
  EXPECT_EQ(expression.recording.values.cols(), 7 + built_in_face().expression.size());
  options.signals = {"observables"};
  const Outcome observed = fitted(rows, options);
  EXPECT_EQ(observed.result.kind, SignalKind::observables);
  EXPECT_EQ(observed.recording.values.rightCols(15), both.recording.values.rightCols(15));
}

TEST_F(Fit, ObservablesAreSignedAndWhatARulerMeasures) {
  const auto simulated = simulated_recording(built_in_face(), {.seed = 12, .frames = 120});
  FitOptions options = perspective();
  const Outcome outcome = fitted(rows_of(simulated), options);
  const ObservableMeasure measure(built_in_face().landmark_points());
  Eigen::MatrixXd truth(outcome.recording.rows(), 15);
  for (Eigen::Index row = 0; row < truth.rows(); ++row) {
    const Vertices moved =
        built_in_face().shape({}, simulated.frames[static_cast<std::size_t>(row)].expression);
    Eigen::VectorXd points(3 * 68);
    for (Eigen::Index axis = 0; axis < 3; ++axis)
      for (Eigen::Index point = 0; point < 68; ++point) {
        const auto vertex =
            static_cast<Eigen::Index>(built_in_face().landmarks[static_cast<std::size_t>(point)]);
        points[axis * 68 + point] = static_cast<double>(moved(vertex, axis)) -
                                    static_cast<double>(built_in_face().mean(vertex, axis));
      }
    truth.row(row) = measure.of(points).transpose();
  }
  int judged = 0;
  for (Eigen::Index k = 0; k < 15; ++k) {
    const std::string name = measure.columns()[static_cast<std::size_t>(k)].name;
    const Eigen::ArrayXd seen = outcome.recording.values.col(outcome.recording.column(name)).array();
    EXPECT_LT(seen.minCoeff(), 0) << name << ": noise goes both ways";
    const Eigen::ArrayXd a = seen - seen.mean(), b = truth.col(k).array() - truth.col(k).mean();
    if (b.abs().maxCoeff() < 2) continue;  // hardly moved
    ++judged;
    const double r = (a * b).sum() / std::sqrt(a.square().sum() * b.square().sum());
    EXPECT_GT(r, 0.8) << name;
  }
  EXPECT_GE(judged, 3);
}

TEST_F(Fit, EveryOptionChangesTheResult) {
  const auto rows = rows_of(simulated_recording(built_in_face(), {.seed = 10, .frames = 60}));
  const Recording standard = fitted(rows).recording;
  const std::vector<std::pair<const char*, std::function<void(FitOptions&)>>> changes = {
      {"image-size", [](FitOptions& options) { options.image_size = "640x480"; }},
      {"focal", [](FitOptions& options) { options.focal = 1500; }},
      {"noise", [](FitOptions& options) { options.noise = 2; }},
      {"regularization", [](FitOptions& options) { options.regularization = 3; }},
      {"smooth", [](FitOptions& options) { options.smooth = 0.3; }},
      {"identity-frames", [](FitOptions& options) { options.identity_frames = 3; }},
      {"offsets", [](FitOptions& options) { options.offsets = 0; }}};
  for (const auto& [name, change] : changes) {
    FitOptions options = perspective();
    change(options);
    EXPECT_NE(fitted(rows, options).recording.values, standard.values) << name;
  }
}

TEST_F(Fit, SmoothingCalmsTheExpression) {
  const auto rows = rows_of(simulated_recording(built_in_face(), {.seed = 11, .frames = 80}));
  const auto roughness = [&](double smooth) {
    FitOptions options = perspective();
    options.smooth = smooth;
    const RowMatrix values = fitted(rows, options).recording.values.rightCols(204);
    const Eigen::Index last = values.rows() - 2;
    return (values.topRows(last) - 2 * values.middleRows(1, last) + values.bottomRows(last)).norm();
  };
  EXPECT_LT(roughness(0.12), 0.8 * roughness(0));
}

TEST(FitOptions, RefusesWhatDoesNotFit) {
  const auto refused = [](const std::function<void(FitOptions&)>& change) {
    FitOptions options;
    change(options);
    EXPECT_THROW(options.check(), Error);
  };
  for (const char* size : {"1280", "x720", "1280x", "0x720", "-4x720", "1280x720x3", "a x b"})
    refused([size](FitOptions& options) { options.image_size = size; });
  refused([](FitOptions& options) { options.signals = {}; });
  refused([](FitOptions& options) { options.signals = {"expresion"}; });
  refused([](FitOptions& options) {
    options.camera = FitOptions::CameraModel::orthographic;
    options.focal = 500;
  });
}

}  // namespace
}  // namespace facelex
