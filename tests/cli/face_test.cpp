// Simulated people through the 3-D face with the real binary.
#include <gtest/gtest.h>

#include <algorithm>
#include <numbers>

#include "cli_fixture.hpp"
#include "facelex/core/json.hpp"
#include "facelex/face/pose/rotation.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

using test::facelex_command;
using test::file_text;
using test::folder_content;
using test::TemporaryFolder;

constexpr const char* small_cohort = R"({"seed": 3, "seconds": 4, "fps": 25, "groups": [
  {"name": "calm", "subjects": 2, "behaviour": {"blink": {"rate_per_minute": 30},
     "units": [{"unit": "AU12", "rate_per_minute": 30, "amplitude": 0.7}]}},
  {"name": "busy people", "subjects": 1, "behaviour": {"units": [{"unit": "AU26", "rate_per_minute": 20}]}}]})";

class Face : public ::testing::Test {
 protected:
  void SetUp() override { folder.write("my cohort.json", small_cohort); }

  std::string at(const std::string& name) const { return folder / name; }

  int simulate(const std::string& out, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"simulate", at("my cohort.json"), "-o",
                                          at(out),    "--landmarks-only",   "-q"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return facelex_command(arguments).status;
  }

  TemporaryFolder folder;
};

double correlation(const Recording& a, const Recording& b, const std::string& column) {
  const Eigen::ArrayXd x = a.values.col(a.column(column)).array(), y = b.values.col(b.column(column)).array();
  const Eigen::ArrayXd dx = x - x.mean(), dy = y - y.mean();
  return (dx * dy).sum() / std::sqrt(dx.square().sum() * dy.square().sum());
}

TEST_F(Face, ObservablesOfFitsAreCodesLikeAnyOther) {
  ASSERT_EQ(simulate("people"), 0);
  ASSERT_EQ(
      facelex_command({"fit", at("people/landmarks"), "-o", at("fits"), "--image-size", "480x360", "-q"})
          .status,
      0);
  const auto encoded =
      facelex_command({"encode", at("fits"), "--model", "observables", "-o", at("observed"), "-q"});
  ASSERT_EQ(encoded.status, 0) << encoded.err;
  const Recording observed = read_recording(at("observed/S01_1.csv"));
  ASSERT_EQ(observed.rows(), 100);
  const Recording truth = read_recording(at("people/truth/S01_1.csv"));
  const Eigen::ArrayXd width = observed.values.col(observed.column("o_mouth_width")).array(),
                       smile = truth.values.col(truth.column("e_AU12_L")).array();
  const Eigen::ArrayXd dw = width - width.mean(), ds = smile - smile.mean();
  EXPECT_GT((dw * ds).sum() / std::sqrt(dw.square().sum() * ds.square().sum()), 0.9);
  EXPECT_EQ(facelex_command({"features", "summary", at("observed"), "-o", at("summary.csv"), "-q"}).status,
            0);
  EXPECT_NE(file_text(at("summary.csv")).find("o_jaw_drop"), std::string::npos);
  const auto unknown =
      facelex_command({"encode", at("fits"), "--model", "observable", "-o", at("none"), "-q"});
  EXPECT_EQ(unknown.status, 3);
  EXPECT_NE(unknown.err.find("observables"), std::string::npos) << unknown.err;
}

TEST_F(Face, PeopleOfAnotherFaceAreSimulated) {
  const std::string model = std::string(FACELEX_TEST_FIXTURES) + "/../data/anatomical_face.safetensors";
  ASSERT_EQ(simulate("people"), 0);
  ASSERT_EQ(simulate("same face", {"--face", model}), 0);
  EXPECT_EQ(file_text(at("people/truth/S01_1.csv")), file_text(at("same face/truth/S01_1.csv")));
  EXPECT_EQ(file_text(at("people/landmarks/S01_1.csv")), file_text(at("same face/landmarks/S01_1.csv")));
  const auto sidecar = Json::parse(file_text(at("same face/landmarks/S01_1.json")));
  EXPECT_NE(sidecar.dump().find("--face anatomical_face.safetensors"), std::string::npos);
  EXPECT_EQ(simulate("none", {"--face", at("no such model")}), 3);
  EXPECT_EQ(simulate("none", {"--face", at("my cohort.json")}), 3);
}

TEST_F(Face, SimulatedPeopleAreFittedLearntAndCoded) {
  ASSERT_EQ(simulate("people"), 0);
  EXPECT_EQ(file_text(at("people/labels.csv")).substr(0, 27), "name,subject,session,group\n");
  const auto fitted =
      facelex_command({"fit", at("people/landmarks"), "-o", at("fits"), "--image-size", "480x360"});
  ASSERT_EQ(fitted.status, 0) << fitted.err;
  const Recording truth = read_recording(at("people/truth/S01_1.csv"));
  const Recording fit = read_recording(at("fits/S01_1.csv"));
  ASSERT_EQ(fit.rows(), 100);
  EXPECT_EQ(fit.kind, SignalKind::fit);
  EXPECT_GT(correlation(fit, truth, "dX_54"), 0.9) << "the corner of the mouth in a smile";
  EXPECT_GT(correlation(fit, truth, "pose_Ry"), 0.9);

  ASSERT_EQ(
      facelex_command({"learn", "facial-basis", at("fits"), "-o", at("lexicon.safetensors"), "-q"}).status,
      0);
  ASSERT_EQ(facelex_command({"encode", at("fits"), "-m", at("lexicon.safetensors"), "-o", at("codes"), "-q"})
                .status,
            0);
  EXPECT_EQ(read_recording(at("codes/S03_1.csv")).rows(), 100);
  ASSERT_EQ(facelex_command({"learn", "pca", at("fits"), "-o", at("pca.safetensors"), "--fit-part",
                             "expression", "--components", "5", "-q"})
                .status,
            0);
  ASSERT_EQ(
      facelex_command({"encode", at("fits"), "-m", at("pca.safetensors"), "-o", at("pcs"), "-q"}).status, 0);

  // The pose that the fit found, out of the landmarks again.
  ASSERT_EQ(facelex_command({"standardize", at("people/landmarks"), "-o", at("motion"), "--frontalize", "3d",
                             "--fits", at("fits"), "-q"})
                .status,
            0);
  EXPECT_EQ(read_recording(at("motion/S02_1.csv")).rows(), 100);
}

/// Mean over recordings of the correlation with the truth over the coordinates of these points that move by
/// more than 0.1 mm (SD), each about its mean.
double displacement_correlation(const std::string& folder, const std::vector<std::string>& names,
                                const std::vector<std::pair<int, int>>& points) {
  double sum = 0;
  for (const std::string& name : names) {
    const Recording fit = read_recording(folder + "/fits/" + name),
                    truth = read_recording(folder + "/people/truth/" + name);
    double products = 0, fitted = 0, true_squares = 0;
    for (const char axis : {'X', 'Y', 'Z'})
      for (const auto& [first, last] : points)
        for (int point = first; point <= last; ++point) {
          const std::string column = std::string("d") + axis + "_" + std::to_string(point);
          const Eigen::ArrayXd x = fit.values.col(fit.column(column)).array();
          const Eigen::ArrayXd y = truth.values.col(truth.column(column)).array();
          const Eigen::ArrayXd dx = x - x.mean(), dy = y - y.mean();
          if (dy.square().mean() < 0.01) continue;
          products += (dx * dy).sum();
          fitted += dx.square().sum();
          true_squares += dy.square().sum();
        }
    sum += products / std::sqrt(fitted * true_squares);
  }
  return sum / static_cast<double>(names.size());
}

TEST_F(Face, TheDefaultsOfFitMeetTheirAccuracy) {
  // The sample cohort: landmarks with noise of 1 % of the interocular distance.
  ASSERT_EQ(facelex_command({"simulate", std::string(FACELEX_TEST_FIXTURES) + "/../data/sample_cohort.json",
                             "-o", at("people"), "--landmarks-only", "--subjects", "4", "-q"})
                .status,
            0);
  ASSERT_EQ(
      facelex_command({"fit", at("people/landmarks"), "-o", at("fits"), "--image-size", "480x360", "-q"})
          .status,
      0);
  std::vector<std::string> names;
  std::vector<double> errors;
  for (int subject = 1; subject <= 8; ++subject) {
    names.push_back("S0" + std::to_string(subject) + "_1.csv");
    const Recording fit = read_recording(at("fits/" + names.back()));
    const Recording truth = read_recording(at("people/truth/" + names.back()));
    ASSERT_EQ(fit.rows(), truth.rows());
    for (Eigen::Index t = 0; t < fit.rows(); ++t) {
      const auto rotation = [t](const Recording& recording) {
        return rotation_from_angles(
            recording.values.row(t).segment<3>(recording.column("pose_Rx")).transpose());
      };
      errors.push_back(angle_between(rotation(fit), rotation(truth)) * 180 / std::numbers::pi);
    }
  }
  std::sort(errors.begin(), errors.end());
  EXPECT_LT(errors[errors.size() / 2], 1);
  EXPECT_LT(errors[errors.size() * 95 / 100], 3);
  EXPECT_GT(displacement_correlation(folder.path(), names, {{17, 26}}), 0.9) << "brows";
  EXPECT_GT(displacement_correlation(folder.path(), names, {{48, 67}}), 0.9) << "mouth";
  EXPECT_GT(displacement_correlation(folder.path(), names, {{36, 47}}), 0.8) << "eyes";
  EXPECT_GT(displacement_correlation(folder.path(), names, {{27, 35}}), 0.8) << "nose";
}

TEST_F(Face, SimulationIsTheSameForAnyThreadsAndDiffersByOptions) {
  ASSERT_EQ(simulate("one", {"-j", "1"}), 0);
  ASSERT_EQ(simulate("two", {"-j", "2"}), 0);
  EXPECT_EQ(folder_content(at("one")), folder_content(at("two")));
  ASSERT_EQ(simulate("seed", {"--seed", "4"}), 0);
  EXPECT_NE(file_text(at("seed/landmarks/S01_1.csv")), file_text(at("one/landmarks/S01_1.csv")));
  ASSERT_EQ(simulate("more", {"--subjects", "3"}), 0);
  EXPECT_TRUE(std::filesystem::exists(at("more/landmarks/S06_1.csv")));
  ASSERT_EQ(simulate("null", {"--null"}), 0);
  EXPECT_NE(file_text(at("null/cohort.json")).find("\"null\": true"), std::string::npos);
}

TEST_F(Face, FitIsTheSameForAnyThreads) {
  ASSERT_EQ(simulate("people"), 0);
  for (const char* threads : {"1", "2"})
    ASSERT_EQ(facelex_command({"fit", at("people/landmarks"), "-o", at(std::string("fits") + threads), "-j",
                               threads, "--image-size", "480x360", "-q"})
                  .status,
              0);
  EXPECT_EQ(folder_content(at("fits1")), folder_content(at("fits2")));
}

TEST_F(Face, ModelsGoOutAndComeBack) {
  ASSERT_EQ(facelex_command({"model", "export", "built-in", "--all", at("set")}).status, 0);
  const auto imported = facelex_command({"model", "import", at("set"), "-o", at("again.safetensors")});
  ASSERT_EQ(imported.status, 0) << imported.err;
  const auto info = facelex_command({"model", "info", at("again.safetensors"), "--json"});
  ASSERT_EQ(info.status, 0) << info.err;
  const Json again = Json::parse(info.out);
  const Json original = Json::parse(facelex_command({"model", "info", "built-in", "--json"}).out);
  EXPECT_EQ(again["vertices"], original["vertices"]);
  EXPECT_EQ(again["triangles"], original["triangles"]);
  EXPECT_EQ(again["landmarks"], original["landmarks"]);
  EXPECT_EQ(again["expression"].size(), original["expression"].size());
  EXPECT_EQ(again["identity"].size(), original["identity"].size());
  // A face that was imported serves like the built-in one.
  ASSERT_EQ(simulate("people"), 0);
  const auto fitted = facelex_command({"fit", at("people/landmarks"), "-o", at("fits"), "--image-size",
                                       "480x360", "--face", at("again.safetensors")});
  ASSERT_EQ(fitted.status, 0) << fitted.err;
  EXPECT_GT(correlation(read_recording(at("fits/S01_1.csv")), read_recording(at("people/truth/S01_1.csv")),
                        "dX_54"),
            0.8);
}

TEST_F(Face, TheBuiltInFaceIsMadeFromItsTable) {
  const std::string data = std::string(FACELEX_TEST_FIXTURES) + "/../data/";
  ASSERT_EQ(
      facelex_command({"model", "build-face", data + "anatomical_face.json", "-o", at("face.safetensors")})
          .status,
      0);
  EXPECT_TRUE(file_text(at("face.safetensors")) == file_text(data + "anatomical_face.safetensors"));
}

}  // namespace
}  // namespace facelex
