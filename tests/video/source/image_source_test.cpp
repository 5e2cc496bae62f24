#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "facelex/core/error.hpp"
#include "facelex/video/source/frame_source.hpp"
#include "video/small_videos.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

cv::Mat colored_picture(int number, int width = 64, int height = 48) {
  cv::Mat color;
  cv::merge(std::vector<cv::Mat>{numbered_picture(number, width, height),
                                 numbered_picture(number + 500, width, height),
                                 numbered_picture(number + 900, width, height)},
            color);
  return color;
}

std::string encoded(const std::string& extension, const cv::Mat& picture,
                    const std::vector<int>& parameters = {}) {
  std::vector<uchar> bytes;
  EXPECT_TRUE(cv::imencode(extension, picture, bytes, parameters));
  return {bytes.begin(), bytes.end()};
}

cv::Mat gray_of(const cv::Mat& bgr) {
  cv::Mat gray;
  cv::cvtColor(bgr, gray, cv::COLOR_BGR2GRAY);
  return gray;
}

TEST(ImageSource, AFolderComesInNaturalOrder) {
  const TemporaryFolder folder;
  const std::vector<std::string> names = {"img1.png", "img2.png", "img10.png", "img100.png"};
  for (std::size_t i = names.size(); i-- > 0;)
    folder.write(names[i], encoded(".png", colored_picture(static_cast<int>(i))));
  folder.write("notes.txt", "not an image");
  folder.write("._img1.png", "what macOS leaves on foreign disks");
  std::filesystem::create_directories(folder / "more.png");
  ASSERT_TRUE(is_image_folder(folder.path()));
  const Reading reading = read_all(folder.path(), {}, 1, true);
  ASSERT_EQ(reading.frames.size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const VideoFrame& frame = reading.frames[i];
    EXPECT_EQ(frame.number, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(frame.file, names[i]);
    EXPECT_TRUE(std::isnan(frame.timestamp));
    EXPECT_TRUE(same_picture(frame.color, colored_picture(static_cast<int>(i))));
    EXPECT_TRUE(same_picture(frame.gray, gray_of(colored_picture(static_cast<int>(i)))));
  }
  EXPECT_EQ(reading.info.codec, "images");
  EXPECT_EQ(reading.info.frames, 4);
  EXPECT_EQ(reading.info.frame_rate, 0);
  EXPECT_EQ(reading.broken, "");
  EXPECT_FALSE(reading.variable);
  EXPECT_TRUE(read_all(folder.path()).frames[0].color.empty());
}

TEST(ImageSource, FpsGivesTimeStamps) {
  const TemporaryFolder folder;
  for (int i = 0; i < 5; ++i) folder.write(std::to_string(i) + ".png", encoded(".png", colored_picture(i)));
  FrameSourceOptions options;
  options.fps = 12.5;
  const Reading reading = read_all(folder.path(), options);
  ASSERT_EQ(reading.frames.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(reading.frames[i].timestamp, static_cast<double>(i) / 12.5);
  EXPECT_EQ(reading.info.frame_rate, 12.5);
  EXPECT_FALSE(reading.variable);
}

TEST(ImageSource, ReadsTheUsualFormats) {
  const TemporaryFolder folder;
  const cv::Mat picture = colored_picture(3);
  for (const char* extension : {".png", ".bmp", ".tif", ".ppm"}) {
    const Reading reading =
        read_all(folder.write(std::string("a") + extension, encoded(extension, picture)), {}, 1, true);
    ASSERT_EQ(reading.frames.size(), 1u) << extension;
    EXPECT_TRUE(same_picture(reading.frames[0].color, picture)) << extension;
  }
  const cv::Mat flat(48, 64, CV_8UC3, cv::Scalar(40, 120, 200));
  for (const char* extension : {".jpg", ".webp"}) {
    const Reading reading =
        read_all(folder.write(std::string("a") + extension, encoded(extension, flat)), {}, 1, true);
    ASSERT_EQ(reading.frames.size(), 1u) << extension;
    EXPECT_LE(cv::norm(reading.frames[0].color, flat, cv::NORM_INF), 3) << extension;
  }
}

TEST(ImageSource, AlphaAndSixteenBitsBecomePlainColor) {
  const TemporaryFolder folder;
  const cv::Mat picture = colored_picture(4);
  cv::Mat with_alpha, deep;
  cv::merge(std::vector<cv::Mat>{picture, numbered_picture(8)}, with_alpha);
  picture.convertTo(deep, CV_16U, 257);
  const Reading alpha = read_all(folder.write("a.png", encoded(".png", with_alpha)), {}, 1, true);
  EXPECT_TRUE(same_picture(alpha.frames.at(0).color, picture));
  const Reading sixteen = read_all(folder.write("b.png", encoded(".png", deep)), {}, 1, true);
  EXPECT_TRUE(same_picture(sixteen.frames.at(0).color, picture));
  const Reading gray = read_all(folder.write("c.png", encoded(".png", numbered_picture(5))), {}, 1, true);
  EXPECT_TRUE(same_picture(gray.frames.at(0).gray, numbered_picture(5)));
  EXPECT_EQ(gray.frames.at(0).color.type(), CV_8UC3);
}

/// A JPEG with an EXIF block that holds nothing but the orientation.
std::string with_orientation(const std::string& jpeg, char orientation) {
  using namespace std::string_literals;
  const std::string exif = "\xff\xe1\x00\x22"s + "Exif\0\0"s + "MM\0\x2a\0\0\0\x08"s + "\0\1"s +
                           "\x01\x12\0\3\0\0\0\1\0"s + orientation + "\0\0\0\0\0\0"s;
  EXPECT_EQ(exif.size(), 2u + 0x22);
  return jpeg.substr(0, 2) + exif + jpeg.substr(2);
}

TEST(ImageSource, HonoursTheOrientationOfPhotographs) {
  const TemporaryFolder folder;
  const std::string jpeg = encoded(".jpg", numbered_picture(6), {cv::IMWRITE_JPEG_QUALITY, 100});
  const cv::Mat stored = read_all(folder.write("a.jpg", jpeg)).frames.at(0).gray;
  // EXIF: 1 as is, 2 mirrored, 3 turned by 180°, 4 both, 5 turned clockwise by 90° and mirrored, 6 turned by
  // 90°, 7 turned by 270° and mirrored, 8 turned by 270°.
  const std::vector<std::pair<int, bool>> meaning = {{0, false}, {0, true},   {180, false}, {180, true},
                                                     {90, true}, {90, false}, {270, true},  {270, false}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const auto file = folder.write("o.jpg", with_orientation(jpeg, static_cast<char>(orientation)));
    const auto [rotation, mirrored] = meaning[static_cast<std::size_t>(orientation - 1)];
    const Reading reading = read_all(file);
    EXPECT_EQ(reading.info.rotation, rotation) << orientation;
    EXPECT_EQ(reading.info.mirrored, mirrored) << orientation;
    EXPECT_EQ(reading.info.width, rotation % 180 == 0 ? 64 : 48) << orientation;
    cv::Mat expected = stored.clone();
    for (int i = 0; i < rotation / 90; ++i) cv::rotate(expected, expected, cv::ROTATE_90_CLOCKWISE);
    if (mirrored) cv::flip(expected, expected, 1);
    EXPECT_TRUE(same_picture(reading.frames.at(0).gray, expected)) << orientation;
    FrameSourceOptions as_stored;
    as_stored.rotate = FrameSourceOptions::Rotate::none;
    EXPECT_TRUE(same_picture(read_all(file, as_stored).frames.at(0).gray, stored)) << orientation;
  }
}

TEST(ImageSource, AnUnreadableImageStaysAFrame) {
  const TemporaryFolder folder;
  const std::string png = encoded(".png", colored_picture(1)),
                    jpeg = encoded(".jpg", colored_picture(2, 320, 240));
  folder.write("1.png", "this is not an image");
  folder.write("2.png", png);
  folder.write("3.png", "");
  folder.write("4.jpg", jpeg.substr(0, jpeg.size() / 2));
  folder.write("5.jpg", jpeg);
  const Reading reading = read_all(folder.path(), {}, 1, true);
  ASSERT_EQ(reading.frames.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(reading.frames[i].number, static_cast<std::int64_t>(i) + 1);
    const bool good = i == 1 || i == 4;
    EXPECT_EQ(reading.frames[i].gray.empty(), !good) << i;
    EXPECT_EQ(reading.frames[i].color.empty(), !good) << i;
  }
  EXPECT_EQ(reading.frames[0].file, "1.png");
  EXPECT_EQ(reading.broken, "3 of 5 images cannot be read: 1.png, 3.png, 4.jpg");
  EXPECT_EQ(reading.info.width, 64);
}

TEST(ImageSource, EveryCutOfAJpegIsSeen) {
  const TemporaryFolder folder;
  for (const int progressive : {0, 1}) {
    const std::string jpeg =
        encoded(".jpg", colored_picture(2, 160, 120), {cv::IMWRITE_JPEG_PROGRESSIVE, progressive});
    EXPECT_EQ(read_all(folder.write("a.jpg", jpeg + "what a camera adds")).frames.size(), 1u);
    for (std::size_t size = 0; size < jpeg.size() - 1; size += 37)
      EXPECT_THROW(read_all(folder.write("a.jpg", jpeg.substr(0, size))), Error)
          << size << " of " << jpeg.size();
  }
}

TEST(ImageSource, SaysWhatIsWrong) {
  const TemporaryFolder folder;
  const auto expect_error = [](const std::filesystem::path& input, const std::string& text) {
    try {
      open_frames(input, {}, 1);
      ADD_FAILURE() << "opened " << input;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
      EXPECT_EQ(std::string(error.what()).find(text), 0u) << error.what();
    }
  };
  std::filesystem::create_directories(folder / "empty");
  expect_error(folder / "empty", (folder / "empty").string() + ": the folder holds no images");
  expect_error(folder / "none.png", (folder / "none.png").string() + ": cannot open: No such file");
  const auto bad = folder.write("bad/a.png", "no");
  expect_error(bad, bad.string() + ": the image cannot be decoded");
  expect_error(folder / "bad", bad.string() + ": the image cannot be decoded");
  expect_error(folder.write("e.jpg", ""), (folder / "e.jpg").string() + ": the file is empty");
}

TEST(ImageSource, AFolderWithVideosIsNoRecording) {
  const TemporaryFolder folder;
  EXPECT_FALSE(is_image_folder(folder.path()));
  EXPECT_FALSE(is_image_folder(folder / "none"));
  folder.write("a.txt", "");
  EXPECT_FALSE(is_image_folder(folder.path()));
  folder.write("a.jpg", "");
  EXPECT_TRUE(is_image_folder(folder.path()));
  EXPECT_FALSE(is_image_folder(folder / "a.jpg"));
  folder.write("a.mp4", "");
  EXPECT_FALSE(is_image_folder(folder.path()));
}

}  // namespace
