#include "facelex/coding/expression_vectors.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "facelex/core/text.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/model/import/model.hpp"
#include "facelex/io/tables/npy.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

/// The built-in face with modes called as `names` (the first few are kept).
MorphableModel model_with(const std::vector<std::string>& names) {
  MorphableModel model = built_in_face();
  const auto count = static_cast<Eigen::Index>(names.size());
  ShapeBasis& basis = model.expression;
  basis.modes = Eigen::MatrixXf(basis.modes.leftCols(count));
  basis.names = names;
  basis.descriptions.clear();
  basis.scale = Eigen::VectorXd(basis.scale.head(count));
  basis.lower = Eigen::VectorXd(basis.lower.head(count));
  basis.upper = Eigen::VectorXd(basis.upper.head(count));
  return model;
}

RowMatrix random_values(Eigen::Index rows, Eigen::Index cols) {
  Random random(3);
  RowMatrix values(rows, cols);
  for (Eigen::Index i = 0; i < values.size(); ++i) values.data()[i] = random.uniform();
  return values;
}

std::string npy_text(const RowMatrix& values) {
  std::string text = npy_header(values.rows(), values.cols());
  text.append(reinterpret_cast<const char*>(values.data()),
              static_cast<std::size_t>(values.size()) * sizeof(double));
  return text;
}

std::string table_text(const RowMatrix& values, char separator) {
  std::string text;
  for (Eigen::Index row = 0; row < values.rows(); ++row)
    for (Eigen::Index col = 0; col < values.cols(); ++col) {
      append_number(text, values(row, col));
      text += col + 1 < values.cols() ? separator : '\n';
    }
  return text;
}

class ExpressionVectors : public ::testing::Test {
 protected:
  Recording converted(const fs::path& input, const MorphableModel& model,
                      const std::vector<std::string>& signals = {"expression", "displacement"}) {
    const fs::path output = folder_ / "out.csv";
    result_ = expression_vectors(input, output, model, signals, TableFormat::csv, Work{});
    return read_recording(output);
  }

  std::string refusal(const fs::path& input, const MorphableModel& model) {
    try {
      converted(input, model);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  }

  test::TemporaryFolder folder_;
  StageResult result_;
};

TEST_F(ExpressionVectors, AnArrayGoesThroughTheModel) {
  const MorphableModel model = model_with({"0", "1", "2"});
  const RowMatrix values = random_values(5, 3);
  const Recording recording = converted(folder_.write("smirk.npy", npy_text(values)), model);
  EXPECT_EQ(result_.kind, SignalKind::fit);
  ASSERT_EQ(recording.rows(), 5);
  ASSERT_EQ(recording.values.cols(), 3 + 3 * 68);
  EXPECT_EQ(recording.columns[0].name, "e_0");
  for (Eigen::Index row = 0; row < 5; ++row) {
    EXPECT_EQ(recording.values.row(row).head(3), values.row(row));
    const Vertices moved = model.shape({}, values.row(row).transpose());
    for (const std::size_t point : {0, 19, 57}) {
      const std::int32_t vertex = model.landmarks[point];
      EXPECT_NEAR(recording.values(row, recording.column("dY_" + std::to_string(point))),
                  moved(vertex, 1) - model.mean(vertex, 1), 1e-3);
    }
  }
}

TEST_F(ExpressionVectors, TextWithPosesBesideIt) {
  const MorphableModel model = model_with({"0", "1", "2"});
  const RowMatrix values = random_values(4, 3), poses = random_values(4, 6);
  folder_.write("a.poses_smooth", table_text(poses, ' '));
  const fs::path input = folder_.write("a.expressions_smooth", table_text(values, ' '));
  const Recording recording = converted(input, model, {"expression"});
  EXPECT_EQ(result_.kind, SignalKind::expression);
  ASSERT_EQ(recording.values.cols(), 6 + 3);
  EXPECT_EQ(recording.values.leftCols(6), poses);
  EXPECT_EQ(recording.values.rightCols(3), values);
  EXPECT_EQ(recording.frames[3].number, 4);
  folder_.write("a.poses_smooth", table_text(poses.topRows(3), ' '));
  EXPECT_NE(refusal(input, model).find("fewer rows"), std::string::npos);
  folder_.write("a.poses_smooth", table_text(random_values(5, 6), ' '));
  EXPECT_NE(refusal(input, model).find("more rows"), std::string::npos);
}

TEST_F(ExpressionVectors, TextOfMoreRowsThanABlock) {
  const RowMatrix values = random_values(5000, 3);
  const Recording recording = converted(folder_.write("long.txt", table_text(values, ' ')),
                                        model_with({"0", "1", "2"}), {"expression"});
  EXPECT_EQ(recording.values, values);
}

TEST_F(ExpressionVectors, AnEmocaFolderKeepsItsFrameNumbers) {
  const MorphableModel model = model_with({"0", "1"});
  const RowMatrix values = random_values(3, 2), poses = random_values(3, 6);
  const char* folders[] = {"000000_000", "000001_000", "000003_000"};
  for (Eigen::Index i = 0; i < 3; ++i) {
    folder_.write(fs::path("emoca") / folders[i] / "exp.npy", npy_text(values.row(i)));
    folder_.write(fs::path("emoca") / folders[i] / "pose.npy", npy_text(poses.row(i)));
  }
  EXPECT_TRUE(is_emoca_folder(folder_ / "emoca"));
  EXPECT_FALSE(is_emoca_folder(folder_.path()));
  const Recording recording = converted(folder_ / "emoca", model);
  ASSERT_EQ(recording.rows(), 4);
  EXPECT_EQ(recording.frames[3].number, 4);
  EXPECT_FALSE(recording.frames[2].success) << "EMOCA found no face in it";
  EXPECT_EQ(recording.values.row(3).segment(6, 2), values.row(2));
  EXPECT_EQ(recording.values.row(0).head(6), poses.row(0));
  EXPECT_EQ(result_.details["rows_without_values"]["no_face"], 1);
}

TEST_F(ExpressionVectors, BlendshapesByTheirNames) {
  const MorphableModel model =
      model_with({"eyeBlink_L", "eyeBlink_R", "browInnerUp_L", "browInnerUp_R", "jawLeft", "jawOpen"});
  const fs::path input = folder_.write("mediapipe.csv",
                                       "_neutral,browInnerUp,eyeBlinkLeft,eyeBlinkRight,jawLeft,jawOpen\n0,0."
                                       "1,0.2,0.3,0.4,0.5\n0,0.1,,0.3,0.4,0.5\n");
  const Recording recording = converted(input, model);
  ASSERT_EQ(recording.rows(), 2);
  Eigen::RowVectorXd expected(6);
  expected << 0.2, 0.3, 0.1, 0.1, 0.4, 0.5;
  EXPECT_EQ(recording.values.row(0).head(6), expected);
  EXPECT_FALSE(recording.frames[1].success);
  EXPECT_EQ(result_.details["rows_without_values"]["incomplete"], 1);
  const Recording capitals = converted(
      folder_.write("livelink.csv",
                    "BrowInnerUp,EyeBlinkLeft,EyeBlinkRight,JawLeft,JawOpen\n0.1,0.2,0.3,0.4,0.5\n"),
      model);
  EXPECT_EQ(capitals.values.row(0).head(6), expected);
  const std::string twice =
      refusal(folder_.write("twice.csv",
                            "browInnerUp,eyeBlinkLeft,EyeBlink_L,EyeBlinkRight,JawLeft,JawOpen\n"
                            "0.1,0.2,0.2,0.3,0.4,0.5\n"),
              model);
  EXPECT_NE(twice.find("'eyeBlinkLeft' and 'EyeBlink_L' are one blendshape"), std::string::npos) << twice;
  const std::string refused =
      refusal(folder_.write("less.csv", "eyeBlinkLeft,eyeBlinkRight,jawLeft\n0,0.1,0.2\n"), model);
  EXPECT_NE(refused.find("lacks 3 of the 6"), std::string::npos) << refused;
  EXPECT_NE(refused.find("'browInnerUp_L'"), std::string::npos) << refused;
}

TEST_F(ExpressionVectors, OpenFacesParametersAmongItsOtherColumns) {
  const fs::path input = folder_.write("of.csv",
                                       "frame,face_id,timestamp,confidence,success,x_0,y_0,p_scale,p_0,p_1\n"
                                       "1,0,0,0.9,1,5,6,3,0.25,-0.5\n2,0,0.04,0.1,0,5,6,3,0.25,-0.5\n");
  const Recording recording = converted(input, model_with({"0", "1"}), {"expression"});
  EXPECT_EQ(recording.values.row(0), Eigen::RowVector2d(0.25, -0.5));
  EXPECT_EQ(recording.frames[1].timestamp, 0.04);
  EXPECT_FALSE(recording.frames[1].success);
}

TEST_F(ExpressionVectors, SaysBothSizesWhenTheyDiffer) {
  const MorphableModel model = model_with({"0", "1", "2"});
  for (const fs::path& input : {folder_.write("a.npy", npy_text(random_values(2, 50))),
                                folder_.write("a.txt", table_text(random_values(2, 50), ' '))}) {
    const std::string refused = refusal(input, model);
    EXPECT_NE(refused.find("50 coefficients"), std::string::npos) << refused;
    EXPECT_NE(refused.find("has 3"), std::string::npos) << refused;
  }
  folder_.write("emoca/1/exp.npy", npy_text(random_values(1, 50)));
  EXPECT_NE(refusal(folder_ / "emoca", model).find("50 coefficients"), std::string::npos);
}

TEST_F(ExpressionVectors, BadInputIsNamed) {
  const MorphableModel model = model_with({"0", "1"});
  EXPECT_NE(refusal(folder_.write("a.txt", "1 2\n3 x\n"), model).find("line 2"), std::string::npos);
  EXPECT_NE(refusal(folder_.write("b.txt", "1 2\n3 4 5\n"), model).find("line 2"), std::string::npos);
  EXPECT_NE(refusal(folder_ / "none.txt", model).find("none.txt"), std::string::npos);
  fs::create_directory(folder_ / "empty");
  EXPECT_NE(refusal(folder_ / "empty", model).find("exp.npy"), std::string::npos);
  MorphableModel bare = model;
  bare.landmarks.fill(-1);
  const fs::path good = folder_.write("good.txt", "1 2\n");
  EXPECT_NE(refusal(good, bare).find("no landmarks"), std::string::npos);
  EXPECT_EQ(converted(good, bare, {"expression"}).values.cols(), 2);
}

TEST_F(ExpressionVectors, MediaPipesBlendshapesDriveIctFaceKit) {
  const char* shared = std::getenv("FACELEX_SHARED_DATA");
  if (!shared) GTEST_SKIP() << "FACELEX_SHARED_DATA is not set";
  const MorphableModel model = import_ict(std::string(shared) + "/models/ict_facekit_light.safetensors");
  const fs::path input = std::string(shared) + "/news_sample/001.csv";
  const Recording recording = converted(input, model), original = read_recording(input);
  ASSERT_EQ(recording.rows(), original.rows());
  EXPECT_GT(result_.counts.with_face, 0);
  const Eigen::Index jaw = recording.column("dY_57"), open = original.column("jawOpen");
  ASSERT_GE(open, 0);
  double most = -1;
  Eigen::Index widest = 0;
  for (Eigen::Index row = 0; row < recording.rows(); ++row)
    if (original.values(row, open) > most) {
      most = original.values(row, open);
      widest = row;
    }
  EXPECT_GT(recording.values(widest, jaw), 0) << "an open jaw takes the lower lip down";
}

}  // namespace
}  // namespace facelex
