#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <string_view>

#include "facelex/core/error.hpp"
#include "facelex/video/source/frame_source.hpp"
#include "video/small_videos.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

/// Every picture stands for itself, so that damage to one shows in no other.
std::filesystem::path key_frames_only(const std::filesystem::path& file,
                                      const std::vector<cv::Mat>& pictures) {
  VideoWriterOptions options = lossless();
  options.key_interval = 1;
  return write_video(file, pictures, constant_times(static_cast<int>(pictures.size()), 25), options);
}

void expect_same(const Reading& a, const Reading& b, const std::string& what) {
  EXPECT_EQ(a.broken, b.broken) << what;
  ASSERT_EQ(a.frames.size(), b.frames.size()) << what;
  for (std::size_t i = 0; i < a.frames.size(); ++i) {
    EXPECT_TRUE(same_picture(a.frames[i].gray, b.frames[i].gray)) << what << " frame " << i + 1;
    EXPECT_EQ(a.frames[i].timestamp, b.frames[i].timestamp) << what << " frame " << i + 1;
  }
}

TEST(DamagedVideo, ACutFileKeepsItsGoodFrames) {
  const TemporaryFolder folder;
  const auto pictures = numbered_pictures(40);
  for (const int b_frames : {0, 2}) {
    VideoWriterOptions options = lossless();
    options.b_frames = b_frames;
    const auto whole = write_video(folder / "a.mp4", pictures, constant_times(40, 25), options);
    const Packets packets(whole);
    const std::string bytes = file_text(whole);
    Random random(7);
    for (int round = 0; round < 12; ++round) {
      // Within a packet, or exactly between two.
      const std::size_t last = 1 + random.below(38);
      const AVPacket& packet = *packets.packets[last];
      const auto end = static_cast<std::size_t>(packet.pos) +
                       (round % 3 == 0 ? 0 : random.below(static_cast<std::uint64_t>(packet.size)));
      const Reading reading = read_all(folder.write("cut.mp4", bytes.substr(0, end)));
      ASSERT_EQ(reading.frames.size(), last) << "cut in packet " << last;
      EXPECT_EQ(reading.broken, "cannot decode after frame " + std::to_string(last) +
                                    " of 40: the file is cut short: its index names 40 packets, but only " +
                                    std::to_string(last) + " are there");
      // Without frames between others, what is in the file comes in the order of the pictures.
      for (std::size_t i = 0; b_frames == 0 && i < last; ++i)
        EXPECT_TRUE(same_picture(reading.frames[i].gray, pictures[i])) << i;
    }
  }
}

TEST(DamagedVideo, CutsAreFoundInOtherContainersToo) {
  const TemporaryFolder folder;
  write_video(folder / "a.mp4", numbered_pictures(100), constant_times(100, 25));
  for (const char* name : {"a.mkv", "a.avi", "a.flv"}) {
    if (std::string_view(name) == "a.avi") {
      write_ffv1(folder / name, AV_PIX_FMT_GRAY8, 64, 48, 100, [](int i, AVFrame& frame) {
        numbered_picture(i).copyTo(
            cv::Mat(48, 64, CV_8UC1, frame.data[0], static_cast<std::size_t>(frame.linesize[0])));
      });
    } else {
      remux(folder / "a.mp4", folder / name);
    }
    const Reading whole = read_all(folder / name);
    EXPECT_EQ(whole.frames.size(), 100u) << name;
    EXPECT_EQ(whole.broken, "") << name;
    const std::string bytes = file_text(folder / name);
    for (const double share : {0.3, 0.5, 0.8}) {
      const auto cut =
          folder.write(std::string("cut") + name,
                       bytes.substr(0, static_cast<std::size_t>(share * static_cast<double>(bytes.size()))));
      const Reading reading = read_all(cut);
      EXPECT_GT(reading.frames.size(), 10u) << name;
      EXPECT_LT(reading.frames.size(), 95u) << name;
      EXPECT_EQ(reading.broken.find("cannot decode after frame " + std::to_string(reading.frames.size())), 0u)
          << name << " " << reading.broken;
    }
  }
}

TEST(DamagedVideo, AFileWithoutAnyPictureIsAnError) {
  const TemporaryFolder folder;
  const auto whole = key_frames_only(folder / "a.mp4", numbered_pictures(5));
  const Packets packets(whole);
  std::string bytes = file_text(whole);
  const auto start = static_cast<std::size_t>(packets.packets[0]->pos);
  const auto cut = folder.write("cut.mp4", bytes.substr(0, start));
  try {
    open_frames(cut, {}, 2);
    FAIL() << "opened a file without any picture";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::data);
    EXPECT_EQ(std::string(error.what()).find(cut.string() + ": not one picture"), 0u) << error.what();
  }
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(start), bytes.end(), '\xff');
  EXPECT_THROW(open_frames(folder.write("ff.mp4", bytes), {}, 2), Error);
  // Without its index nothing of an MP4 can be read.
  EXPECT_THROW(open_frames(folder.write("head.mp4", bytes.substr(0, 200)), {}, 2), Error);
}

TEST(DamagedVideo, ABadPacketCostsItsOwnFrameOnly) {
  const TemporaryFolder folder;
  const auto pictures = numbered_pictures(30);
  const auto whole = key_frames_only(folder / "a.mp4", pictures);
  const Packets packets(whole);
  for (const std::size_t bad : {std::size_t{1}, std::size_t{13}, std::size_t{29}}) {
    std::string bytes = file_text(whole);
    // The length of the packet's first unit reaches far beyond the packet.
    for (std::size_t i = 0; i < 4; ++i)
      bytes[static_cast<std::size_t>(packets.packets[bad]->pos) + i] = '\x7f';
    const auto file = folder.write("bad.mp4", bytes);
    const Reading reading = read_all(file, {}, 1);
    ASSERT_EQ(reading.frames.size(), 29u) << bad;
    for (std::size_t i = 0; i < 29; ++i) {
      const std::size_t original = i < bad ? i : i + 1;
      EXPECT_EQ(reading.frames[i].number, static_cast<std::int64_t>(i) + 1);
      EXPECT_NEAR(reading.frames[i].timestamp, static_cast<double>(original) / 25, 1e-5);
      EXPECT_TRUE(same_picture(reading.frames[i].gray, pictures[original])) << bad << " " << i;
    }
    char place[32];
    std::snprintf(place, sizeof place, "%.3f", static_cast<double>(bad) / 25);
    EXPECT_EQ(reading.broken.find(std::string("1 damaged frame skipped, the first at ") + place + " s"), 0u)
        << reading.broken;
    for (const int threads : {2, 4})
      expect_same(reading, read_all(file, {}, threads), "bad " + std::to_string(bad));
  }
}

TEST(DamagedVideo, ThreadsDoNotChangeWhatIsMadeOfDamage) {
  const TemporaryFolder folder;
  VideoWriterOptions options;
  options.b_frames = 2;
  const auto whole =
      write_video(folder / "a.mp4", numbered_pictures(40, 320, 240), constant_times(40, 25), options);
  const Packets packets(whole);
  const auto start = static_cast<std::size_t>(packets.packets[1]->pos);
  int noticed = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    std::string bytes = file_text(whole);
    Random random(seed);
    for (int i = 0; i < 3; ++i) {
      const std::size_t at = start + random.below(bytes.size() - start - 16);
      for (std::size_t k = 0; k < 16; ++k) bytes[at + k] = static_cast<char>(random.below(256));
    }
    const auto file = folder.write("bad.mp4", bytes);
    const Reading one = read_all(file, {}, 1);
    EXPECT_GE(one.frames.size(), 37u) << "seed " << seed;
    noticed += !one.broken.empty();
    for (const int threads : {2, 4})
      expect_same(one, read_all(file, {}, threads), "seed " + std::to_string(seed));
  }
  EXPECT_GE(noticed, 5);
}

}  // namespace
