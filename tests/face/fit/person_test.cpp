// One neutral for all recordings of a person, and other neutrals than the estimated one.
#include <gtest/gtest.h>

#include <algorithm>

#include "face/standardize/fixture.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/fit/fit.hpp"
#include "simulated_recording.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

class PersonOfRecordings : public ::testing::Test {
 protected:
  /// A recording of the person of `seed` who smiles in all frames but the first `calm`.
  NamedFile recorded(const std::string& name, int frames, int calm, double smile, double distance_mm = 700,
                     int faces = 1) {
    auto simulated = test::simulated_recording(
        built_in_face(), {.seed = 11, .frames = frames, .activity = 0, .distance_mm = distance_mm});
    const auto smiling = test::simulated_recording(built_in_face(), {.seed = 11,
                                                                     .frames = frames,
                                                                     .activity = 0,
                                                                     .distance_mm = distance_mm,
                                                                     .resting_unit = "AU12_L",
                                                                     .resting = smile});
    std::vector<test::Row> rows;
    for (int i = 0; i < frames; ++i)
      for (int face = 0; face < faces; ++face) {
        const auto at = static_cast<std::size_t>(i);
        rows.push_back({{i + 1, face, 0.04 * i, 0.9, true},
                        i < calm ? simulated.frames[at].points : smiling.frames[at].points});
      }
    return {test::write(folder_ / (name + ".csv"), rows), name};
  }

  static FitOptions options() {
    FitOptions options;
    options.image_size = "1280x720";
    options.identity_frames = 24;
    return options;
  }

  StageResult estimated(const std::vector<NamedFile>& recordings, int threads = 1) {
    Work work;
    work.threads = threads;
    return estimate_person(recordings, folder_ / "person.safetensors", built_in_face(), options(), work);
  }

  /// Mean of a column over the rows from `first` on.
  double mean_of(const NamedFile& recording, const FitOptions& how, const std::string& column, int first,
                 const fs::path& person = {}) {
    result_ = fit(recording.file, folder_ / "out.csv", built_in_face(), how, TableFormat::csv, {}, person);
    const Recording out = read_recording(folder_ / "out.csv");
    return out.values.col(out.column(column)).tail(out.rows() - first).mean();
  }

  const Json& identity() const { return result_.details["identity"][0]; }

  test::TemporaryFolder folder_;
  StageResult result_;
};

constexpr double smile_all_day = 0.6;

TEST_F(PersonOfRecordings, ASmileThatIsHeldIsSeenFromTheOtherRecordings) {
  const NamedFile held = recorded("held", 60, 0, smile_all_day);
  const NamedFile calm = recorded("calm", 150, 150, 0, 900);
  const double alone = mean_of(held, options(), "e_AU12_L", 0);
  EXPECT_LT(alone, 0.1) << "the recording's most usual face is taken for its neutral";
  EXPECT_GT(identity()["neutral_credibility"]["mimicked"].value("AU12_L", 0.0), 0.2);

  const StageResult person = estimated({calm, held});
  ASSERT_EQ(person.details["recordings"].size(), 2U);
  for (const Json& one : person.details["recordings"]) EXPECT_GT(one["frames"].size(), 0U) << one;
  EXPECT_EQ(person.output_digest, sha256_of_file(folder_ / "person.safetensors"));
  EXPECT_GT(mean_of(held, options(), "e_AU12_L", 0, folder_ / "person.safetensors"), 0.55 * smile_all_day);
  EXPECT_EQ(identity()["neutral"], person.details["identity"]["neutral"]) << "the file holds the same face";
  EXPECT_LT(mean_of(calm, options(), "e_AU12_L", 0, folder_ / "person.safetensors"), 0.1);
  EXPECT_EQ(identity()["neutral"], person.details["identity"]["neutral"]) << "of all recordings";
}

TEST_F(PersonOfRecordings, ThreadsDoNotChangeThePersonsFile) {
  const NamedFile a = recorded("a", 60, 30, 0.4), b = recorded("b", 50, 50, 0);
  EXPECT_EQ(estimated({a, b}, 1).output_digest, estimated({a, b}, 3).output_digest);
  EXPECT_NE(estimated({a}).output_digest, estimated({a, b}).output_digest);
}

TEST_F(PersonOfRecordings, WhatCannotBeUsedIsNamedAndLeftOut) {
  const NamedFile good = recorded("good", 40, 40, 0), two = recorded("two", 20, 20, 0, 700, 2);
  const NamedFile damaged{folder_ / "damaged.csv", "damaged"};
  std::ofstream(damaged.file) << "frame,face_id,timestamp,confidence,success,x_0\n1,0,oh\n";
  const StageResult alone = estimated({good}), rest = estimated({damaged, good, two});
  EXPECT_EQ(rest.output_digest, alone.output_digest);
  EXPECT_NE(rest.message.find("damaged.csv"), std::string::npos) << rest.message;
  EXPECT_NE(rest.message.find("several faces"), std::string::npos) << rest.message;
  EXPECT_THROW(estimated({damaged, two}), Error);
  EXPECT_THROW(mean_of(two, options(), "e_AU12_L", 0, folder_ / "person.safetensors"), Error);
}

TEST_F(PersonOfRecordings, OtherNeutrals) {
  const NamedFile late = recorded("late", 60, 12, smile_all_day), calm = recorded("calm", 30, 30, 0);
  FitOptions how = options();
  EXPECT_LT(mean_of(late, how, "e_AU12_L", 12), 0.1);
  how.neutral = FitOptions::NeutralSource::frame;
  how.neutral_frame = 3;
  EXPECT_GT(mean_of(late, how, "e_AU12_L", 12), 0.55 * smile_all_day);
  how.neutral_frame = 61;
  EXPECT_THROW(mean_of(late, how, "e_AU12_L", 12), Error) << "there is no such frame";
  how = options();
  how.neutral = FitOptions::NeutralSource::file;
  how.neutral_file = calm.file;
  EXPECT_GT(mean_of(late, how, "e_AU12_L", 12), 0.55 * smile_all_day);
  estimated({calm});
  how.neutral_file = folder_ / "person.safetensors";
  EXPECT_GT(mean_of(late, how, "e_AU12_L", 12), 0.55 * smile_all_day);
  how.neutral = FitOptions::NeutralSource::model;
  EXPECT_THROW(how.check(), Error) << "a file without use";
  how.neutral_file.clear();
  EXPECT_GT(mean_of(late, how, "e_AU12_L", 12), 0.2);
  EXPECT_EQ(identity()["resting"].get<std::vector<double>>(),
            std::vector<double>(static_cast<std::size_t>(built_in_face().expression.size()), 0.0));
}

TEST_F(PersonOfRecordings, AFaceThatRelaxesFromItsNeutralIsNotAtRest) {
  mean_of(recorded("late", 100, 12, smile_all_day), options(), "e_AU12_L", 0);
  EXPECT_EQ(identity()["neutral_credibility"]["credible"], false) << identity()["neutral_credibility"];
  EXPECT_TRUE(identity()["neutral_credibility"]["held"].contains("AU12_L"))
      << identity()["neutral_credibility"];
  EXPECT_NE(result_.message.find("the neutral is hardly one"), std::string::npos) << result_.message;
  FitOptions model = options();
  model.neutral = FitOptions::NeutralSource::model;
  mean_of({folder_ / "late.csv", "late"}, model, "e_AU12_L", 0);
  EXPECT_FALSE(identity()["neutral_credibility"].contains("credible")) << "it is not the frames' own";
  EXPECT_EQ(result_.message, "");
}

TEST_F(PersonOfRecordings, AFaceAtRestIsCredible) {
  const NamedFile calm = recorded("calm", 120, 120, 0);
  mean_of(calm, options(), "e_AU12_L", 0);
  EXPECT_GT(identity()["neutral_credibility"]["near"].get<double>(), 0.5);
  EXPECT_EQ(identity()["neutral_credibility"]["credible"], true) << identity()["neutral_credibility"];
  EXPECT_EQ(result_.message.find("hardly"), std::string::npos) << result_.message;
}

}  // namespace
}  // namespace facelex
