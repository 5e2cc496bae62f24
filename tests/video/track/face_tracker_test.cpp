#include "facelex/video/track/face_tracker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "facelex/video/extract.hpp"
#include "video/drawn_face.hpp"

namespace facelex {
namespace {

using Draw = std::function<cv::Mat(std::int64_t)>;
using Faces = std::vector<std::vector<TrackedFace>>;  // by frame

class FaceTrackerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (std::filesystem::exists("/usr/share/dlib/shape_predictor_68_face_landmarks.dat"))
      models_ = new FaceModels(FaceModels::load({}));
  }
  static void TearDownTestSuite() {
    delete models_;
    models_ = nullptr;
  }
  void SetUp() override {
    if (!models_) GTEST_SKIP() << "needs Debian's libdlib-data";
  }

  static Faces follow(std::int64_t frames, const Draw& draw, const TrackerOptions& options = {},
                      int threads = 1) {
    FaceTracker tracker(models_->landmarks(), models_->detector(), options, threads);
    DrawnFrames source(frames, draw);
    Faces faces;
    for (VideoFrame frame; source.next(frame);) faces.push_back(tracker.next(frame.gray));
    return faces;
  }

  static FaceModels* models_;
};
FaceModels* FaceTrackerTest::models_ = nullptr;

cv::Mat one_face(double x, double y, double width) {
  cv::Mat gray = empty_picture(320, 240);
  draw_face(gray, x, y, width);
  return gray;
}

TEST_F(FaceTrackerTest, FollowsAMovingFaceToAFractionOfAPixel) {
  const auto faces =
      follow(40, [](std::int64_t n) { return one_face(100 + 1.5 * static_cast<double>(n), 110, 110); });
  std::set<int> ids;
  Landmarks68 first;
  for (std::size_t i = 0; i < faces.size(); ++i) {
    ASSERT_EQ(faces[i].size(), 1U) << "frame " << i + 1;
    EXPECT_TRUE(faces[i][0].success);
    ids.insert(faces[i][0].face_id);
    if (i == 0) first = faces[i][0].landmarks;
    const double moved = 1.5 * static_cast<double>(i);
    // The drawn face moves as a whole, so its landmarks do: the mean of the eyes within half a pixel.
    const auto eyes = [](const Landmarks68& l) { return l.middleRows(36, 12).colwise().mean().eval(); };
    EXPECT_NEAR(eyes(faces[i][0].landmarks).x() - eyes(first).x(), moved, 0.5) << "frame " << i + 1;
    EXPECT_NEAR(eyes(faces[i][0].landmarks).y() - eyes(first).y(), 0, 0.5) << "frame " << i + 1;
  }
  EXPECT_EQ(ids, std::set<int>{0});
}

TEST_F(FaceTrackerTest, FollowsAFaceThatGrows) {
  const auto faces = follow(
      40, [](std::int64_t n) { return one_face(160, 120, 60 * std::pow(1.02, static_cast<double>(n))); });
  for (const auto& frame : faces) {
    ASSERT_EQ(frame.size(), 1U);
    EXPECT_TRUE(frame[0].success);
    EXPECT_EQ(frame[0].face_id, 0);
  }
  const double grown =
      outer_eye_distance(faces.back()[0].landmarks) / outer_eye_distance(faces[0][0].landmarks);
  EXPECT_NEAR(grown, std::pow(1.02, 39), 0.1);
}

TEST_F(FaceTrackerTest, NoFaceNoRow) {
  for (const auto& frame : follow(12, [](std::int64_t) { return empty_picture(320, 240); }))
    EXPECT_TRUE(frame.empty());
}

TEST_F(FaceTrackerTest, AFaceThatLeavesEndsAtOnceAndReturnsUnderANewNumber) {
  const auto faces = follow(45, [](std::int64_t n) {
    return n <= 12 || n > 25 ? one_face(160, 120, 110) : empty_picture(320, 240);
  });
  for (std::size_t i = 0; i < faces.size(); ++i) {
    const auto n = static_cast<int>(i) + 1;
    const bool good = !faces[i].empty() && faces[i][0].success;
    const int id = good ? faces[i][0].face_id : -1;
    if (n <= 25) {
      EXPECT_EQ(id, n <= 12 ? 0 : -1) << "frame " << n;
    } else if (n > 31) {
      EXPECT_EQ(id, 1) << "frame " << n;
    }
  }
}

TEST_F(FaceTrackerTest, TwoFacesKeepTheirNumbersAndThreadsChangeNothing) {
  const Draw two = [](std::int64_t n) {
    cv::Mat gray = empty_picture(480, 240);
    draw_face(gray, 110 + static_cast<double>(n), 120, 90);
    draw_face(gray, 360 - static_cast<double>(n), 120, 120);
    return gray;
  };
  TrackerOptions options;
  options.faces = "all";
  const auto faces = follow(25, two, options), again = follow(25, two, options, 3);
  for (std::size_t i = 0; i < faces.size(); ++i) {
    ASSERT_EQ(faces[i].size(), 2U) << "frame " << i + 1;
    EXPECT_LT(faces[i][0].face_id, faces[i][1].face_id);
    EXPECT_GT(faces[i][0].box.center_x, faces[i][1].box.center_x) << "the larger face was found first";
    for (std::size_t k = 0; k < 2; ++k) {
      EXPECT_EQ(faces[i][k].landmarks, again[i][k].landmarks);
      EXPECT_EQ(faces[i][k].confidence, again[i][k].confidence);
    }
  }
}

TEST_F(FaceTrackerTest, TargetsChooseAmongFaces) {
  const Draw three = [](std::int64_t) {
    cv::Mat gray = empty_picture(640, 240);
    draw_face(gray, 100, 120, 120);
    draw_face(gray, 330, 120, 70);
    draw_face(gray, 540, 120, 90);
    return gray;
  };
  const auto chosen_x = [&](TrackerOptions::Target target, const std::string& roi) {
    TrackerOptions options;
    options.target = target;
    options.roi = roi;
    const auto faces = follow(3, three, options);
    return faces.back().size() == 1 ? faces.back()[0].box.center_x : -1;
  };
  EXPECT_NEAR(chosen_x(TrackerOptions::Target::largest, ""), 100, 20);
  EXPECT_NEAR(chosen_x(TrackerOptions::Target::central, ""), 330, 20);
  EXPECT_NEAR(chosen_x(TrackerOptions::Target::roi, "450,0,190,240"), 540, 20);
}

TEST_F(FaceTrackerTest, ConfidenceFallsWhenTheFaceIsCoveredOrBlurred) {
  const auto confidence_at = [&](int change) {
    const auto faces = follow(16, [&](std::int64_t n) {
      cv::Mat gray = one_face(160, 120, 120);
      if (n > 8 && change == 1) cv::rectangle(gray, {100, 105}, {220, 190}, cv::Scalar(120), -1);
      if (n > 8 && change == 2) cv::GaussianBlur(gray, gray, {}, 9);
      return gray;
    });
    return faces[11].empty() ? 0.0 : faces[11][0].confidence;
  };
  const double clear = confidence_at(0);
  EXPECT_GT(clear, 0.95);
  EXPECT_LT(confidence_at(1), 0.75 * clear);
  EXPECT_LT(confidence_at(2), 0.95 * clear);
}

TEST_F(FaceTrackerTest, OneBadFrameDoesNotMoveItToAnotherFace) {
  const auto faces = follow(20, [](std::int64_t n) {
    cv::Mat gray = empty_picture(480, 240);
    draw_face(gray, 110, 120, 120);
    draw_face(gray, 360, 120, 90);
    if (n == 9) cv::rectangle(gray, {20, 10}, {200, 230}, cv::Scalar(120), -1);
    return gray;
  });
  for (std::size_t i = 0; i < faces.size(); ++i) {
    ASSERT_EQ(faces[i].size(), 1U) << "frame " << i + 1;
    EXPECT_EQ(faces[i][0].face_id, 0) << "frame " << i + 1;
    EXPECT_EQ(faces[i][0].success, i + 1 != 9) << "frame " << i + 1;
    if (i + 1 != 9) {
      EXPECT_NEAR(faces[i][0].landmarks(30, 0), faces[0][0].landmarks(30, 0), 2) << "frame " << i + 1;
    }
  }
}

TEST_F(FaceTrackerTest, AfterACutTheOtherFaceIsFoundWithinTwoFrames) {
  const auto faces =
      follow(14, [](std::int64_t n) { return n <= 8 ? one_face(90, 120, 100) : one_face(230, 120, 100); });
  for (std::size_t i = 0; i < faces.size(); ++i) {
    const std::size_t n = i + 1;
    const bool good = !faces[i].empty() && faces[i][0].success;
    if (n <= 8) {
      EXPECT_TRUE(good) << "frame " << n;
    } else if (n > 10) {
      ASSERT_TRUE(good) << "frame " << n;
    }
    if (good) {
      EXPECT_NEAR(faces[i][0].box.center_x, n <= 8 ? 90 : 230, 20) << "frame " << n;
    }
  }
}

TEST_F(FaceTrackerTest, AFaceThatJumpsWithinReachOfItsBoxKeepsItsNumber) {
  const auto faces = follow(12, [](std::int64_t n) { return one_face(n <= 6 ? 120 : 165, 120, 110); });
  for (std::size_t i = 0; i < faces.size(); ++i) {
    ASSERT_EQ(faces[i].size(), 1U) << "frame " << i + 1;
    EXPECT_TRUE(faces[i][0].success) << "frame " << i + 1;
    EXPECT_EQ(faces[i][0].face_id, 0);
    EXPECT_NEAR(faces[i][0].landmarks(30, 0), i < 6 ? 120 : 165, 8) << "frame " << i + 1;
  }
}

TEST_F(FaceTrackerTest, LeastConfidenceOfTheOutputDoesNotKeepATrackAlive) {
  TrackerOptions options;
  options.min_confidence = 0;
  const auto faces = follow(
      24, [](std::int64_t n) { return n <= 8 ? one_face(160, 120, 110) : empty_picture(320, 240); }, options);
  for (std::size_t i = 0; i < faces.size(); ++i) {
    if (i < 8) {
      EXPECT_EQ(faces[i].size(), 1U) << "frame " << i + 1;
    } else if (i >= 12) {
      EXPECT_TRUE(faces[i].empty()) << "frame " << i + 1;
    }
    for (const TrackedFace& face : faces[i]) EXPECT_TRUE(face.success);
  }
}

TEST_F(FaceTrackerTest, AFaceThatLeavesTheRegionIsNotFollowed) {
  TrackerOptions options;
  options.target = TrackerOptions::Target::roi;
  options.roi = "0,0,200,240";
  const auto faces = follow(
      40,
      [](std::int64_t n) {
        cv::Mat gray = empty_picture(480, 240);
        draw_face(gray, 120 + 5 * static_cast<double>(n), 120, 100);
        return gray;
      },
      options);
  for (std::size_t i = 0; i < faces.size(); ++i) {
    const double x = 125 + 5 * static_cast<double>(i);
    if (x < 200) {
      EXPECT_EQ(faces[i].size(), 1U) << "frame " << i + 1;
    } else if (x > 250) {
      EXPECT_TRUE(faces[i].empty()) << "frame " << i + 1;
    }
  }
}

TEST_F(FaceTrackerTest, MoreStartsGiveSteadierLandmarks) {
  const auto unrest = [&](int refine) {
    TrackerOptions options;
    options.refine = refine;
    Random random(4);
    std::vector<cv::Mat> pictures;
    for (int i = 0; i < 24; ++i) {
      cv::Mat gray = one_face(160, 120, 110);
      for (auto it = gray.begin<unsigned char>(); it != gray.end<unsigned char>(); ++it)
        *it = static_cast<unsigned char>(*it + random.below(12));
      pictures.push_back(gray);
    }
    const auto faces = follow(
        24, [&](std::int64_t n) { return pictures[static_cast<std::size_t>(n - 1)].clone(); }, options);
    double sum = 0;
    for (std::size_t i = 1; i + 1 < faces.size(); ++i)
      sum += (faces[i + 1][0].landmarks - 2 * faces[i][0].landmarks + faces[i - 1][0].landmarks).norm();
    return sum;
  };
  EXPECT_LT(unrest(15), 0.8 * unrest(1));
}

TEST(TrackerOptions, WhatContradictsIsNamed) {
  const auto message_of = [](const std::function<void(TrackerOptions&)>& change) -> std::string {
    TrackerOptions options;
    change(options);
    try {
      options.check();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(message_of([](TrackerOptions&) {}), "accepted");
  EXPECT_NE(message_of([](auto& o) { o.faces = "two"; }).find("two"), std::string::npos);
  EXPECT_NE(message_of([](auto& o) { o.faces = "0"; }).find("faces"), std::string::npos);
  EXPECT_NE(message_of([](auto& o) { o.target = TrackerOptions::Target::roi; }).find("roi"),
            std::string::npos);
  EXPECT_NE(message_of([](auto& o) { o.roi = "1,2,3,4"; }).find("target roi"), std::string::npos);
  for (const char* roi : {"1,2,3", "1,2,3,4,5", "1,2,0,4", "a,2,3,4", "1,2,3,nan"})
    EXPECT_NE(message_of([&](auto& o) {
                o.target = TrackerOptions::Target::roi;
                o.roi = roi;
              }).find(roi),
              std::string::npos)
        << roi;
  EXPECT_NE(message_of([](auto& o) {
              o.target = TrackerOptions::Target::longest;
              o.faces = "all";
            }).find("longest"),
            std::string::npos);
}

}  // namespace
}  // namespace facelex
