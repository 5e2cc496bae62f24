#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "coding/synthetic.hpp"
#include "facelex/coding/dfecs/learn.hpp"
#include "facelex/coding/dfecs/positive_units.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/systems/loading.hpp"

namespace facelex {
namespace {

using test::error_of;
using test::says;
using test::TemporaryFolder;

DfecsOptions small_dfecs() {
  DfecsOptions options;
  options.part_units = {"LB=3", "RB=3", "LE=2", "RE=2", "NO=2", "MO=3", "JA=3"};
  options.units = 6;
  options.tolerance = 1e-5;
  return options;
}

const PositiveUnits& positive(const LearnResult& result) {
  return dynamic_cast<const PositiveUnits&>(*result.system);
}

std::vector<NamedFile> one_recording(const TemporaryFolder& folder, Eigen::Index rows = 160) {
  return {test::write(folder, "a", test::synthetic_motion(1, rows))};
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Brows, lips and jaw line move by three units of the whole face, each one way; the rest never moves.
struct Planted {
  Recording recording;
  RowMatrix units;  ///< 3×136, of length 1
};

Planted planted_motion(std::uint64_t seed, Eigen::Index rows) {
  Planted planted;
  Random random(seed);
  planted.recording.kind = SignalKind::keypoint_motion;
  planted.recording.columns = test::motion_columns();
  planted.recording.values = RowMatrix::Zero(rows, 136);
  const auto features = facial_features(FeatureDivision::dfecs);
  const auto moves = [&](int unit, const char* name) {
    for (const auto& feature : features)
      if (feature.name == name) {
        const auto columns = feature_columns(feature, planted.recording.columns);
        for (const auto column : columns)
          planted.units(unit, column) += random.normal() / std::sqrt(static_cast<double>(columns.size()));
      }
  };
  planted.units = RowMatrix::Zero(3, 136);
  moves(0, "LB");
  moves(0, "RB");
  moves(1, "MO");
  moves(2, "MO");
  moves(2, "JA");
  planted.units.rowwise().normalize();
  for (Eigen::Index t = 0; t < rows; ++t) {
    for (Eigen::Index k = 0; k < 3; ++k)
      if (random.uniform() < 0.4)
        planted.recording.values.row(t) += std::abs(random.normal()) * 60 * planted.units.row(k);
    planted.recording.frames.push_back({t + 1, 0, 0.04 * static_cast<double>(t), 0.9, true});
  }
  return planted;
}

TEST(Dfecs, PlantedUnitsAreFoundAgain) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const TemporaryFolder folder;
    const Planted planted = planted_motion(seed, 500);
    DfecsOptions options;
    options.part_units = {"LB=1", "RB=1", "MO=2", "JA=1"};
    options.units = 3;
    const auto result = learn_dfecs({test::write(folder, "a", planted.recording)}, options, {});
    const RowMatrix cosines = planted.units * positive(result).model().atoms.transpose();
    std::vector<int> order = {0, 1, 2};
    double best = 0;
    do {
      double least = 1;
      for (int k = 0; k < 3; ++k) least = std::min(least, cosines(k, order[static_cast<std::size_t>(k)]));
      best = std::max(best, least);
    } while (std::next_permutation(order.begin(), order.end()));
    EXPECT_GT(best, 0.95) << "seed " << seed;
    EXPECT_GT(result.system->training()["variance_explained"], 0.97);
    EXPECT_TRUE(says(result.warnings.at(0).text(), {"left eye (LE)", "never moves"}));
    for (const auto& unit : result.system->units())
      EXPECT_TRUE(unit.description == "left brow, right brow" ||
                  unit.description == "right brow, left brow" || unit.description == "lips" ||
                  unit.description == "lips, jaw line" || unit.description == "jaw line, lips")
          << unit.description;
  }
}

TEST(Dfecs, UnitsAreOrderedOfLengthOneAndExplainWhatTheSummarySays) {
  const TemporaryFolder folder;
  const auto inputs = one_recording(folder);
  const auto result = learn_dfecs(inputs, small_dfecs(), {});
  const auto& system = positive(result);
  ASSERT_EQ(system.units().size(), 6u);
  EXPECT_EQ(system.units()[0].name, "FF-1");
  for (const auto& row : system.model().atoms.rowwise()) EXPECT_NEAR(row.norm(), 1, 1e-12);
  for (const int anchor : {27, 33}) EXPECT_TRUE(system.model().atoms.col(anchor).isZero(0));
  const Recording recording = read_recording(inputs[0].file);
  const auto codes = system.encode(recording.values).codes;
  const double residual = (recording.values - system.decode(codes)).squaredNorm();
  const auto& training = system.training();
  EXPECT_NEAR(training["variance_explained"].get<double>(), 1 - residual / recording.values.squaredNorm(),
              1e-9);
  double last = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < 6; ++k) {
    const double use = codes.col(static_cast<Eigen::Index>(k)).mean();
    EXPECT_NEAR(training["units"][k]["mean_magnitude"].get<double>(), use, 1e-9);
    EXPECT_LE(use, last);
    last = use;
  }
  // The parts say where the units come from.
  ASSERT_TRUE(system.parts());
  EXPECT_EQ(system.parts()->groups.size(), 7u);
  EXPECT_EQ(system.parts()->units[3].name, "RB-1");
  EXPECT_LT((system.parts()->mixing * system.parts()->atoms - system.model().atoms).norm(), 1e-12);
}

TEST(Dfecs, TheSameBytesForAnyThreadsAndOrder) {
  const TemporaryFolder folder;
  const NamedFile a = test::write(folder, "a", test::synthetic_motion(1, 90)),
                  b = test::write(folder, "b", test::synthetic_motion(2, 70));
  Work three;
  three.threads = 3;
  write_model(folder / "1.safetensors", learn_dfecs({a, b}, small_dfecs(), {}).system->to_model());
  write_model(folder / "3.safetensors", learn_dfecs({b, a}, small_dfecs(), {}, three).system->to_model());
  EXPECT_EQ(bytes_of(folder / "1.safetensors"), bytes_of(folder / "3.safetensors"));
}

TEST(Dfecs, SavedAndLoadedItIsTheSame) {
  const TemporaryFolder folder;
  const auto result = learn_dfecs(one_recording(folder), small_dfecs(), {});
  write_model(folder / "m.safetensors", result.system->to_model());
  const auto loaded = load_coding_system(folder / "m.safetensors");
  write_model(folder / "again.safetensors", loaded->to_model());
  EXPECT_EQ(bytes_of(folder / "m.safetensors"), bytes_of(folder / "again.safetensors"));
  EXPECT_EQ(loaded->kind(), "dfecs");
}

TEST(Dfecs, PointsThatARecordingLacksAreNotHeldAgainstTheModel) {
  const TemporaryFolder folder;
  Recording without_jaw = test::synthetic_motion(2, 100);
  for (int point = 0; point <= 16; ++point)
    for (const int axis : {0, 68}) without_jaw.values.col(point + axis).setZero();
  const NamedFile whole = test::write(folder, "a", test::synthetic_motion(1, 100)),
                  jawless = test::write(folder, "b", without_jaw);
  // A penalty that makes units of the lips and the jaw move together.
  DfecsOptions options = small_dfecs();
  const auto result = learn_dfecs({whole, jawless}, options, {});
  const auto& system = positive(result);
  double residual = 0, squares = 0;
  for (const auto& file : {whole.file, jawless.file}) {
    const Recording recording = read_recording(file);
    RowMatrix rest = recording.values - system.decode(system.encode(recording.values).codes);
    if (file == jawless.file) {
      for (int point = 0; point <= 16; ++point)
        for (const int axis : {0, 68}) rest.col(point + axis).setZero();
    }
    residual += rest.squaredNorm();
    squares += recording.values.squaredNorm();
  }
  EXPECT_NEAR(system.training()["variance_explained"].get<double>(), 1 - residual / squares, 1e-9);

  const auto alone = learn_dfecs({jawless}, options, {});
  EXPECT_TRUE(says(alone.warnings.at(0).text(), {"jaw line (JA)", "never moves"}));
  EXPECT_EQ(positive(alone).parts()->groups.size(), 6u);
}

TEST(Dfecs, EveryOptionChangesTheModel) {
  const TemporaryFolder folder;
  const auto inputs = one_recording(folder, 80);
  const auto atoms_with = [&](const std::function<void(DfecsOptions&)>& change) {
    DfecsOptions options = small_dfecs();
    change(options);
    const auto file = learn_dfecs(inputs, options, {}).system->to_model();
    const RowMatrix atoms = file.matrix("atoms");
    return std::pair(std::vector<double>(atoms.data(), atoms.data() + atoms.size()),
                     file.metadata["alpha"].get<double>());
  };
  const auto usual = atoms_with([](DfecsOptions&) {});
  const std::vector<std::pair<const char*, std::function<void(DfecsOptions&)>>> changes = {
      {"scale", [](DfecsOptions& o) { o.scale = 0.1; }},
      {"part-units", [](DfecsOptions& o) { o.part_units[5] = "MO=2"; }},
      {"part-alpha", [](DfecsOptions& o) { o.part_alpha = {"MO=20"}; }},
      {"units", [](DfecsOptions& o) { o.units = 4; }},
      {"alpha-a", [](DfecsOptions& o) { o.alpha_a = 200; }},
      {"alpha-b", [](DfecsOptions& o) { o.alpha_b = 200; }},
      {"penalty-scaling", [](DfecsOptions& o) { o.penalty_scaling = NmfPenalty::sklearn; }},
      {"code-alpha", [](DfecsOptions& o) { o.code_alpha = 3; }},
      {"max-iterations", [](DfecsOptions& o) { o.max_iterations = 2; }},
      {"method", [](DfecsOptions& o) { o.method = DictionaryMethod::sklearn; }},
      {"precision", [](DfecsOptions& o) { o.precision = Precision::float32; }},
      {"max-frames", [](DfecsOptions& o) { o.training.max_frames = 40; }}};
  for (const auto& [name, change] : changes) EXPECT_NE(atoms_with(change), usual) << name;
}

TEST(Dfecs, BadInputIsSaid) {
  const TemporaryFolder folder;
  const auto inputs = one_recording(folder, 40);
  const auto message = [&](const std::function<void(DfecsOptions&)>& change) {
    DfecsOptions options = small_dfecs();
    change(options);
    return error_of([&] { learn_dfecs(inputs, options, {}); });
  };
  EXPECT_TRUE(says(message([](auto& o) { o.part_units = {"LB=11"}; }),
                   {"part-units", "11", "left brow (LB)", "10 moving columns"}));
  EXPECT_TRUE(says(message([](auto& o) { o.part_units = {"XX=1"}; }), {"part-units", "'XX'", "LB, RB"}));
  EXPECT_TRUE(says(message([](auto& o) { o.part_units = {"LB=1.5"}; }), {"part-units", "'LB=1.5'"}));
  EXPECT_TRUE(says(message([](auto& o) { o.part_units = {"LB=1", "LB=2"}; }), {"occurs twice"}));
  EXPECT_TRUE(says(message([](auto& o) { o.part_alpha = {"LB=0"}; }), {"part-alpha", "'LB=0'", "> 0"}));
  EXPECT_TRUE(says(message([](auto& o) { o.part_alpha = {"LB=nan"}; }), {"part-alpha"}));
  EXPECT_TRUE(says(message([](auto& o) { o.code_alpha = 0; }), {"code-alpha: '0' is not a number > 0"}));
  EXPECT_TRUE(says(message([](auto& o) { o.units = 99; }), {"units: 99", "18 units of its parts"}));
  EXPECT_TRUE(says(message([](auto& o) { o.beta = 1; }), {"beta"}));
  EXPECT_TRUE(says(message([](auto& o) { o.search_alphas = {5, -1}; }), {"search-alphas", "'-1'"}));
  EXPECT_TRUE(says(message([](auto& o) { o.alpha_a = -1; }), {"alpha", "-1"}));
  EXPECT_TRUE(says(message([](auto& o) {
                     o.alpha_a = 1e9;
                     o.alpha_b = 1e9;
                   }),
                   {"penalties", "alpha-a"}));

  EXPECT_TRUE(says(message([](auto& o) {
                     for (const char* part : {"LB", "RB", "LE", "RE", "NO", "MO", "JA"})
                       o.part_alpha.push_back(std::string(part) + "=1e6");
                   }),
                   {"leave no code", "part-alpha"}));

  const auto few = test::write(folder, "few", test::synthetic_motion(1, 2));
  EXPECT_TRUE(says(error_of([&] { learn_dfecs({few}, small_dfecs(), {}); }),
                   {"2 frames are too few for 3 units", "part-units LB=2"}));
  Recording still = test::synthetic_motion(1, 9);
  still.values.setZero();
  const auto still_input = test::write(folder, "still", still);
  EXPECT_TRUE(
      says(error_of([&] { learn_dfecs({still_input}, small_dfecs(), {}); }), {"no part of the face moves"}));
  Recording landmarks = test::synthetic_motion(1, 9);
  landmarks.kind = SignalKind::landmarks;
  for (std::size_t d = 0; d < 136; ++d) landmarks.columns[d].name.erase(0, 1);
  const auto pixels = test::write(folder, "pixels", landmarks);
  EXPECT_TRUE(
      says(error_of([&] { learn_dfecs({pixels}, small_dfecs(), {}); }), {"landmarks", "standardize"}));
}

TEST(Dfecs, RowsWithMissingValuesAreLeftOutAndCounted) {
  const TemporaryFolder folder;
  Recording holes = test::synthetic_motion(1, 60);
  holes.values(3, 40) = std::numeric_limits<double>::quiet_NaN();
  test::lose_face(holes, 10);
  const auto result = learn_dfecs({test::write(folder, "a", holes)}, small_dfecs(), {});
  EXPECT_EQ(result.system->training()["frames"], 58);
  EXPECT_TRUE(says(result.warnings.at(0).text(), {"a: 1 of 60 rows", "lack values"}));
}

}  // namespace
}  // namespace facelex
