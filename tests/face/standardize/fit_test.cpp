#include <gtest/gtest.h>

#include "facelex/core/error.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/io/sidecar.hpp"
#include "fixture.hpp"

namespace facelex {
namespace {

using namespace test;

/// A head that turns and smiles, seen through a camera, and the fit that knows all of it.
struct KnownFit {
  std::vector<Row> rows;
  Recording fit;
  Landmarks3d neutral;
  std::vector<Landmarks3d> displacement;
  std::optional<Camera> camera = openface_camera(1280, 720);
};

KnownFit turning_smile(bool perspective, int frames = 30) {
  KnownFit known;
  if (!perspective) known.camera.reset();
  const MorphableModel& model = built_in_face();
  for (Eigen::Index i = 0; i < 68; ++i)
    known.neutral.row(i) = model.mean.row(model.landmarks[static_cast<std::size_t>(i)]).cast<double>();
  const auto unit = std::find(model.expression.names.begin(), model.expression.names.end(), "AU12_L");
  const Eigen::VectorXf smile = model.expression.modes.col(unit - model.expression.names.begin());
  known.fit.kind = SignalKind::fit;
  for (const char* name :
       {"pose_Tx", "pose_Ty", perspective ? "pose_Tz" : "pose_scale", "pose_Rx", "pose_Ry", "pose_Rz"})
    known.fit.columns.push_back({name, "", ""});
  for (const char* axis : {"dX_", "dY_", "dZ_"})
    for (int i = 0; i < 68; ++i) known.fit.columns.push_back({axis + std::to_string(i), "", "mm"});
  known.fit.values.resize(frames, 6 + 204);
  for (int f = 0; f < frames; ++f) {
    const Eigen::Vector3d angles(0.3 * std::sin(0.5 * f), 0.5 * std::sin(0.31 * f), 0.2 * std::sin(0.2 * f));
    const Eigen::Vector3d place =
        perspective ? Eigen::Vector3d(20, -30, 600) : Eigen::Vector3d(200, 150, 2.5);
    Landmarks3d moved;
    for (Eigen::Index i = 0; i < 68; ++i)
      moved.row(i) =
          smile.segment<3>(3 * model.landmarks[static_cast<std::size_t>(i)]).cast<double>().transpose() *
          (0.5 - 0.5 * std::cos(0.4 * f));
    Row row{{f + 1, 0, 0.04 * f, 1, true}, {}};
    const Eigen::Matrix3d rotation = rotation_from_angles(angles);
    for (Eigen::Index i = 0; i < 68; ++i) {
      const Eigen::Vector3d turned = rotation * (known.neutral.row(i) + moved.row(i)).transpose();
      row.landmarks.row(i) = perspective
                                 ? known.camera->project(turned + place).transpose()
                                 : Eigen::RowVector2d(2.5 * (turned.x() + 200), 2.5 * (turned.y() + 150));
    }
    known.fit.frames.push_back(row.frame);
    known.fit.values.row(f) << place.transpose(), angles.transpose(),
        Eigen::Map<const Eigen::RowVectorXd>(moved.data(), 204);
    known.rows.push_back(row);
    known.displacement.push_back(moved);
  }
  return known;
}

/// Writes landmarks and fit; returns the landmarks.
fs::path write_known(const TemporaryFolder& folder, const KnownFit& known,
                     const std::string& name = "site/a.csv") {
  const fs::path landmarks = folder / ("landmarks/" + name), fit = folder / ("fits/" + name);
  test::write(landmarks, known.rows);
  RecordingWriter writer(fit, known.fit.columns, TableFormat::csv);
  writer.write(known.fit);
  Sidecar sidecar;
  sidecar.stage = "fit";
  sidecar.input_digest = sha256_of_file(landmarks);
  sidecar.result.kind = SignalKind::fit;
  sidecar.result.columns = known.fit.columns;
  sidecar.result.output_digest = writer.finish();
  Json& details = sidecar.result.details;
  details["model"] = "known";
  details["camera"] = {{"model", "scaled-orthographic"}};
  if (known.camera)
    details["camera"] = {{"model", "perspective"},
                         {"fx", known.camera->fx},
                         {"fy", known.camera->fy},
                         {"cx", known.camera->cx},
                         {"cy", known.camera->cy}};
  for (int i = 0; i < 68; ++i) details["points"].push_back(i);
  details["identity"] =
      Json::array({{{"neutral", std::vector<double>(known.neutral.data(), known.neutral.data() + 204)}}});
  write_sidecar(fit, sidecar);
  return landmarks;
}

StandardizeOptions fitted(const TemporaryFolder& folder) {
  StandardizeOptions options = with_neutral(Source::first);
  options.frontalize = StandardizeOptions::Frontalization::fitted;
  options.fits = (folder / "fits").string();
  return options;
}

TEST(StandardizeFit, GivesTheFrontalMotionWhateverTheHeadDoes) {
  for (const bool perspective : {true, false}) {
    const TemporaryFolder folder;
    const KnownFit known = turning_smile(perspective);
    const auto outcome = standardized(write_known(folder, known), fitted(folder));
    const Landmarks68 rest = registered((known.neutral + known.displacement[0]).leftCols<2>());
    for (std::size_t f = 0; f < known.rows.size(); ++f) {
      const Landmarks68 truth = registered((known.neutral + known.displacement[f]).leftCols<2>()) - rest;
      EXPECT_LT((motion_of(outcome.motion, static_cast<Eigen::Index>(f)) - truth).cwiseAbs().maxCoeff(), 1e-4)
          << f;
    }
    const Json& details = outcome.result.details;
    EXPECT_EQ(details["frontalize"], "3d");
    EXPECT_EQ(details["frontalization"]["fit"], "a.csv");
    EXPECT_EQ(details["frontalization"]["sha256"], sha256_of_file(folder / "fits/site/a.csv"));
  }
}

TEST(StandardizeFit, WhatTheFitLeavesOverIsTurnedBackButOnTheJaw) {
  const TemporaryFolder folder;
  KnownFit known = turning_smile(false);
  const auto before = standardized(write_known(folder, known), fitted(folder));
  // In the picture, so as it looks on the face that is turned by R: R's upper left corner.
  const Eigen::Vector2d over(1.5, -0.8);  // mm
  for (Row& row : known.rows)
    for (const int point : {3, 57}) row.landmarks.row(point) += 2.5 * over.transpose();
  const auto after = standardized(write_known(folder, known), fitted(folder));
  const Landmarks68 neutral = (known.neutral + known.displacement[0]).leftCols<2>();
  for (const std::size_t f : {4, 11, 23}) {
    const auto row = static_cast<Eigen::Index>(f);
    const auto back = [&](std::size_t frame) {
      const Eigen::Matrix3d rotation = rotation_from_angles(
          known.fit.values.row(static_cast<Eigen::Index>(frame)).segment<3>(3).transpose());
      return Eigen::RowVector2d((rotation.topLeftCorner<2, 2>().transpose() * over).transpose());
    };
    Landmarks68 face = (known.neutral + known.displacement[f]).leftCols<2>(), rest = neutral;
    face.row(57) += back(f);
    rest.row(57) += back(0);
    EXPECT_LT((motion_of(after.motion, row) - (registered(face) - registered(rest))).cwiseAbs().maxCoeff(),
              1e-4);
    EXPECT_EQ(motion_of(after.motion, row).row(3), motion_of(before.motion, row).row(3));
  }
}

TEST(StandardizeFit, RowsWithoutAFitHaveNoValues) {
  const TemporaryFolder folder;
  KnownFit known = turning_smile(true);
  known.fit.frames[4].success = false;
  const auto outcome = standardized(write_known(folder, known), fitted(folder));
  EXPECT_FALSE(outcome.motion.frames[4].success);
  EXPECT_EQ(outcome.result.details["rows_without_values"]["no_fit"], 1);
  EXPECT_EQ(outcome.result.counts.with_face, 29);
}

TEST(StandardizeFit, TheFitMustBeThere) {
  const TemporaryFolder folder;
  const auto error_of = [&](const fs::path& landmarks) -> std::string {
    try {
      standardized(landmarks, fitted(folder));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
      return error.what();
    }
    return "no error";
  };
  const auto has = [](const std::string& message, const std::string& part) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  const KnownFit known = turning_smile(true);
  const fs::path landmarks = write_known(folder, known);
  has(error_of(test::write(folder / "landmarks/other.csv", known.rows)), "there is no fit of it in");
  has(error_of(test::write(folder / "more/a.csv", moving_face(1, 5))), "there is no fit of it in");
  has(error_of(test::write(folder / "more/site/a.csv", moving_face(1, 5))), "is not the fit of");
  KnownFit shorter = known;
  shorter.fit.frames.pop_back();
  shorter.fit.values.conservativeResize(29, Eigen::NoChange);
  has(error_of(write_known(folder, shorter)), "has no row of frame 30");
  KnownFit other = known;
  other.fit.columns[7].name = "dX_99";
  has(error_of(write_known(folder, other)), "column dX_1: there is no such column");
  fs::remove(sidecar_path(folder / "fits/site/a.csv"));
  has(error_of(landmarks), "has no sidecar");
}

TEST(StandardizeFit, OptionsThatContradictEachOther) {
  const TemporaryFolder folder;
  StandardizeOptions options = fitted(folder);
  EXPECT_NO_THROW(options.check());
  options.fits.clear();
  EXPECT_THROW(options.check(), Error);
  options = fitted(folder);
  options.frontalize = StandardizeOptions::Frontalization::linear;
  EXPECT_THROW(options.check(), Error);
  options = fitted(folder);
  options.neutral = Source::file;
  options.neutral_file = "n.csv";
  EXPECT_THROW(options.check(), Error);
}

}  // namespace
}  // namespace facelex
