#include "facelex/video/regress/regressor.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <opencv2/imgproc.hpp>

#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/model/mean_face.hpp"
#include "facelex/video/video_writer.hpp"
#include "support/temporary_folder.hpp"
#include "video/tiny_onnx.hpp"

namespace facelex {
namespace {

using namespace test;
namespace fs = std::filesystem;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// expression = (½ + red, 2·green), pose = 7 + blue, of the means over the crop as the network sees it.
const std::vector<TinyHead> heads = {{"exp", {{1, 0, 0}, {0, 2, 0}}, {0.5F, 0}}, {"rot", {{0, 0, 1}}, {7}}};

Json description() {
  return {
      {"size", 8}, {"outputs", {{"pose", "rot"}, {"expression", "exp"}}}, {"names", {"jawOpen", "smile"}}};
}

fs::path write_network(const TemporaryFolder& folder, const Json& json,
                       const std::vector<TinyHead>& with = heads, int channels = 3) {
  folder.write("net.json", json.dump());
  return folder.write("net.onnx", tiny_onnx(channels, 8, with));
}

/// A face in pixels: the mean face, seen from the front.
Landmarks68 face_at(double x, double y, double size, double tilt = 0) {
  Landmarks68 points = mean_face_mm().leftCols<2>() * (size / 150);
  Eigen::Matrix2d turn;
  turn << std::cos(tilt), std::sin(tilt), -std::sin(tilt), std::cos(tilt);
  points = points * turn;
  points.rowwise() += Eigen::RowVector2d(x, y);
  return points;
}

cv::Mat noise_picture(std::uint64_t seed, int width = 160, int height = 120) {
  cv::Mat picture(height, width, CV_8UC3);
  Random random(seed);
  for (int i = 0; i < height * width * 3; ++i)
    picture.data[i] = static_cast<unsigned char>(random.below(256));
  cv::GaussianBlur(picture, picture, {}, 4);
  return picture;
}

TEST(Regressor, TellsWhatTheNetworkComputes) {
  const TemporaryFolder folder;
  Json json = description();
  json["mean"] = {10, 20, 30};
  json["std"] = {2, 4, 5};
  const Regressor regressor = Regressor::load(write_network(folder, json));
  ASSERT_EQ(regressor.columns().size(), 3U);
  EXPECT_EQ(regressor.columns()[0].name, "e_jawOpen");
  EXPECT_EQ(regressor.columns()[1].name, "e_smile");
  EXPECT_EQ(regressor.columns()[2].name, "pose_0");
  EXPECT_EQ(regressor.expression_size(), 2);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const cv::Mat crop = noise_picture(seed, 8, 8);
    const cv::Scalar bgr = cv::mean(crop);
    const RowMatrix told = regressor.run(std::vector{crop});
    EXPECT_NEAR(told(0, 0), 0.5 + (bgr[2] - 10) / 2, 1e-4);
    EXPECT_NEAR(told(0, 1), 2 * (bgr[1] - 20) / 4, 1e-4);
    EXPECT_NEAR(told(0, 2), 7 + (bgr[0] - 30) / 5, 1e-4);
  }
}

TEST(Regressor, ChannelsInTheOrderAskedForAndOneForGray) {
  const TemporaryFolder folder;
  Json json = description();
  json["channels"] = "bgr";
  const cv::Mat crop(8, 8, CV_8UC3, cv::Scalar(51, 102, 204));
  RowMatrix told = Regressor::load(write_network(folder, json)).run(std::vector{crop});
  EXPECT_NEAR(told(0, 0), 0.5 + 51.0 / 255, 1e-6);
  EXPECT_NEAR(told(0, 2), 7 + 204.0 / 255, 1e-6);
  json = {{"size", 8}, {"channels", "gray"}, {"outputs", {{"expression", "exp"}}}};
  const Regressor gray = Regressor::load(write_network(folder, json, {{"exp", {{1}}, {0}}}, 1));
  EXPECT_NEAR(gray.run(std::vector{crop})(0, 0), (0.114 * 51 + 0.587 * 102 + 0.299 * 204) / 255, 0.003);
  EXPECT_EQ(gray.columns()[0].name, "e_0");
}

TEST(Regressor, BatchesDoNotChangeTheNumbers) {
  const TemporaryFolder folder;
  std::vector<cv::Mat> crops;
  for (std::uint64_t i = 0; i < 7; ++i) crops.push_back(noise_picture(i, 8, 8));
  Json json = description();
  const RowMatrix one = Regressor::load(write_network(folder, json)).run(crops);
  for (const int batch : {2, 3, 7, 10}) {
    json["batch"] = batch;
    EXPECT_TRUE(Regressor::load(write_network(folder, json)).run(crops).isApprox(one, 1e-6)) << batch;
  }
  EXPECT_EQ(Regressor::load(write_network(folder, json)).run({}).rows(), 0);
}

/// Bilinear reading of the square about the landmarks, pixel by pixel.
TEST(Regressor, CropIsTheSquareAboutTheLandmarks) {
  const TemporaryFolder folder;
  for (const bool level : {false, true}) {
    Json json = description();
    json["scale"] = 1.5;
    json["crop"] = level ? "level" : "upright";
    const Regressor regressor = Regressor::load(write_network(folder, json));
    const cv::Mat picture = noise_picture(1);
    for (const double tilt : {0.0, 0.4, -1.0}) {
      const Landmarks68 points = face_at(80.3, 59.6, 40, tilt);
      const cv::Mat crop = regressor.crop(picture, points);
      ASSERT_EQ(crop.size(), cv::Size(8, 8));
      // In axes that are turned with the square.
      const double angle = level ? tilt : 0;
      const Landmarks68 turned = face_at(0, 0, 40, tilt - angle);
      const Eigen::RowVector2d least = turned.colwise().minCoeff(), most = turned.colwise().maxCoeff();
      const double side = 1.5 * (most - least).mean();
      const Eigen::RowVector2d middle = (least + most) / 2;
      for (int v = 0; v < 8; ++v)
        for (int u = 0; u < 8; ++u) {
          const double dx = middle.x() + ((u + 0.5) / 8 - 0.5) * side;
          const double dy = middle.y() + ((v + 0.5) / 8 - 0.5) * side;
          const double x = 80.3 + std::cos(angle) * dx - std::sin(angle) * dy;
          const double y = 59.6 + std::sin(angle) * dx + std::cos(angle) * dy;
          const int x0 = static_cast<int>(std::floor(x)), y0 = static_cast<int>(std::floor(y));
          const double fx = x - x0, fy = y - y0;
          for (int c = 0; c < 3; ++c) {
            const auto at = [&](int row, int column) { return picture.at<cv::Vec3b>(row, column)[c]; };
            const double expected = (1 - fy) * ((1 - fx) * at(y0, x0) + fx * at(y0, x0 + 1)) +
                                    fy * ((1 - fx) * at(y0 + 1, x0) + fx * at(y0 + 1, x0 + 1));
            EXPECT_NEAR(crop.at<cv::Vec3b>(v, u)[c], expected, 2) << u << " " << v << " tilt " << tilt;
          }
        }
    }
  }
}

TEST(Regressor, CropsOutsideAreBlackAndImpossibleOnesEmpty) {
  const TemporaryFolder folder;
  Json json = description();
  json["crop"] = "level";
  const Regressor level = Regressor::load(write_network(folder, json));
  const cv::Mat white(120, 160, CV_8UC3, cv::Scalar::all(255));
  EXPECT_EQ(cv::countNonZero(level.crop(white, face_at(-500, 60, 40)).reshape(1)), 0);
  Landmarks68 points = face_at(80, 60, 40);
  points.middleRows<6>(36).setConstant(nan);
  EXPECT_TRUE(level.crop(white, points).empty());
  json["crop"] = "upright";
  const Regressor upright = Regressor::load(write_network(folder, json));
  EXPECT_FALSE(upright.crop(white, points).empty());
  points.setConstant(nan);
  EXPECT_TRUE(upright.crop(white, points).empty());
  points.setConstant(5);
  EXPECT_TRUE(upright.crop(white, points).empty());
}

TEST(Regressor, ErrorsNameFileAndField) {
  const TemporaryFolder folder;
  const auto error_of = [&](const fs::path& file, ErrorKind kind) -> std::string {
    try {
      Regressor::load(file);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
      return error.what();
    }
    return "no error";
  };
  const auto with = [&](const char* field, const Json& value) {
    Json json = description();
    json[field] = value;
    return write_network(folder, json);
  };
  const auto has = [](const std::string& message, const std::string& part) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  has(error_of(folder / "none.onnx", ErrorKind::environment), "none.onnx");
  const auto network = write_network(folder, description());
  fs::remove(folder / "net.json");
  has(error_of(network, ErrorKind::environment), "net.json");
  has(error_of(with("outputs", {{"expression", "other"}}), ErrorKind::data),
      "no output 'other'; its outputs are exp, rot");
  has(error_of(with("outputs", {{"pose", "rot"}}), ErrorKind::usage), "which output is the expression");
  has(error_of(with("names", {"a"}), ErrorKind::data), "has 2 numbers, but there are 1 names");
  has(error_of(with("mean", {1, 2}), ErrorKind::usage), "mean: expected a list of 3");
  has(error_of(with("std", {1, 0, 2}), ErrorKind::usage), "std: expected numbers above 0");
  has(error_of(with("sise", 8), ErrorKind::usage), "sise");
  has(error_of(with("scale", 0), ErrorKind::usage), "scale");
  has(error_of(with("channels", "gray"), ErrorKind::data), "does not take 1×1×8×8 pictures");
  write_network(folder, description());
  has(error_of(folder.write("net.onnx", "no network"), ErrorKind::data), "is not an ONNX network");
}

class RegressVideo : public testing::Test {
 protected:
  static constexpr int frames = 6;

  RegressVideo() : regressor_(Regressor::load(write_network(folder_, description()))) {
    VideoWriter writer(folder_ / "v.mp4", {});
    for (int i = 0; i < frames; ++i)
      writer.add(cv::Mat(120, 160, CV_8UC3, cv::Scalar::all(40.0 * i)), 0.04 * i);
    writer.finish();
    landmarks_.columns = {{"pose_Tx", "", "mm"}};
    for (const char* axis : {"x_", "y_"})
      for (int i = 0; i < 68; ++i) landmarks_.columns.push_back({axis + std::to_string(i), "", "px"});
    landmarks_.values.resize(frames, 137);
    for (int i = 0; i < frames; ++i) {
      const Landmarks68 points = face_at(80, 60, 40);
      landmarks_.frames.push_back({i + 1, 0, 0.04 * i, 0.9, i != 3});
      landmarks_.values.row(i) << i, Eigen::Map<const Eigen::RowVectorXd>(points.data(), 136);
    }
    landmarks_.values.row(4).tail(136).setConstant(7);
  }

  fs::path written_landmarks() const {
    RecordingWriter writer(folder_ / "l.csv", landmarks_.columns, TableFormat::csv);
    writer.write(landmarks_);
    writer.finish();
    return folder_ / "l.csv";
  }
  StageResult run(const MorphableModel* model = nullptr) const {
    return regress_video(folder_ / "v.mp4", written_landmarks(), folder_ / "o.csv", regressor_, model, {},
                         TableFormat::csv, {});
  }

  TemporaryFolder folder_;
  Regressor regressor_;
  Recording landmarks_;
};

TEST_F(RegressVideo, ARowForEveryRowOfTheLandmarks) {
  const StageResult result = run();
  const Recording told = read_recording(folder_ / "o.csv");
  EXPECT_EQ(result.kind, SignalKind::expression);
  EXPECT_FALSE(result.partial);
  EXPECT_EQ(result.counts, (FrameCounts{frames, frames, 4}));
  EXPECT_EQ(result.details["rows_without_values"]["no_face"], 1);
  EXPECT_EQ(result.details["rows_without_values"]["no_crop"], 1);
  ASSERT_EQ(told.rows(), frames);
  ASSERT_EQ(told.columns.size(), 4U);
  EXPECT_EQ(told.columns[0].name, "pose_Tx");
  for (int i = 0; i < frames; ++i) {
    const bool good = i != 3 && i != 4;
    EXPECT_EQ(told.frames[static_cast<std::size_t>(i)].success, good);
    EXPECT_EQ(told.frames[static_cast<std::size_t>(i)].timestamp,
              landmarks_.frames[static_cast<std::size_t>(i)].timestamp);
    if (!good) continue;
    EXPECT_EQ(told.values(i, 0), i);
    // Gray pictures survive the coding but for some levels.
    EXPECT_NEAR(told.values(i, 1), 0.5 + 40.0 * i / 255, 0.03) << i;
    EXPECT_NEAR(told.values(i, 2), 2 * 40.0 * i / 255, 0.06);
    EXPECT_NEAR(told.values(i, 3), 7 + 40.0 * i / 255, 0.03);
  }
}

TEST_F(RegressVideo, WithItsModelItIsAFit) {
  MorphableModel model = built_in_face();
  ShapeBasis& basis = model.expression;
  basis.modes = basis.modes.leftCols(2).eval();
  basis.names.resize(2);
  basis.descriptions.clear();
  const StageResult result = run(&model);
  EXPECT_EQ(result.kind, SignalKind::fit);
  const Recording told = read_recording(folder_ / "o.csv");
  EXPECT_EQ(told.columns[1].name, "e_" + basis.names[0]);
  for (const int point : {0, 30, 57})
    for (int axis = 0; axis < 3; ++axis) {
      const std::string name = std::string("d") + "XYZ"[axis] + "_" + std::to_string(point);
      const Eigen::Index row = 3 * model.landmarks[static_cast<std::size_t>(point)] + axis;
      const double expected =
          basis.modes(row, 0) * told.values(2, 1) + basis.modes(row, 1) * told.values(2, 2);
      EXPECT_NEAR(told.values(2, told.column(name)), expected, 1e-4) << name;
    }
  EXPECT_THROW(run(&built_in_face()), Error) << "another number of coefficients";
}

TEST_F(RegressVideo, LandmarksOfALongerVideoAreRefused) {
  landmarks_.frames.back().number = frames + 3;
  try {
    run();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::data);
    EXPECT_NE(std::string(error.what()).find("it has frame 9, the video ends after 6"), std::string::npos)
        << error.what();
  }
  EXPECT_FALSE(fs::exists(folder_ / "o.csv"));
}

}  // namespace
}  // namespace facelex
