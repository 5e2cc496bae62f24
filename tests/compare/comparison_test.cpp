#include "facelex/compare/comparison.hpp"

#include <gtest/gtest.h>

#include "facelex/coding/learn.hpp"
#include "facelex/compare/comparison_table.hpp"
#include "facelex/compare/stability.hpp"
#include "facelex/core/error.hpp"
#include "fixture.hpp"

namespace facelex {
namespace {

using ComparisonTest = test::ComparisonFixture;
using test::one_hot;

ComparisonOptions quick_options() {
  ComparisonOptions options;
  options.units = {1, 2, 5};
  options.active_units = {1, 2};
  options.draws = 50;
  return options;
}

TEST_F(ComparisonTest, ThePerfectSystemIsPerfect) {
  const std::vector<ComparedSystem> systems = {named("truth", test::orthonormal_system(atoms))};
  const Comparison found = compare_systems(systems, recordings_for(systems, true), quick_options());
  ASSERT_EQ(found.systems.size(), 1U);
  const ComparedFigures& figures = found.systems[0];
  EXPECT_EQ(found.frames, 6 * rows);
  EXPECT_EQ(found.recordings, 6U);
  EXPECT_EQ(found.subjects, 3U);
  EXPECT_EQ(found.with_truth, 6U);
  EXPECT_EQ(found.true_units, 3U);
  EXPECT_NEAR(figures.variance.value, 1, 1e-12);
  EXPECT_NEAR(figures.cross_decoded.value, 1, 1e-9);
  EXPECT_NEAR(figures.agreement.value, 1, 1e-9);
  EXPECT_NEAR(figures.agreement_matched.value, 1, 1e-9);
  EXPECT_DOUBLE_EQ(figures.locality.value, 1);
  EXPECT_DOUBLE_EQ(figures.coherence_max.value, 0);
  EXPECT_NEAR(figures.symmetry.value, 1, 1e-12) << "the brows mirror one another, a middle point itself";
  double squares = 0, without_last = 0, zeros = 0;
  for (const RowMatrix& codes : truth) {
    squares += codes.squaredNorm();
    without_last += codes.col(2).squaredNorm();
    zeros += static_cast<double>((codes.array() == 0).count());
  }
  EXPECT_NEAR(figures.variance_by_units[1].value, 1 - without_last / squares, 1e-12);
  EXPECT_NEAR(figures.cross_decoded_by_units[1].value, 1 - without_last / squares, 0.02);
  EXPECT_NEAR(figures.zeros.value, zeros / (6 * rows * 3), 1e-12);
  EXPECT_TRUE(std::isnan(figures.variance_by_units[2].value));
  EXPECT_EQ(figures.variance_by_units[2].missing, "has only 3 units");
  EXPECT_FALSE(figures.stability.missing.empty());
  ASSERT_EQ(figures.of_unit.size(), 3U);
  EXPECT_EQ(figures.of_unit[0].feature, "RB");
  EXPECT_EQ(figures.of_unit[2].truth, "T3");
  EXPECT_NEAR(figures.of_unit[2].truth_correlation, 1, 1e-9);
}

TEST_F(ComparisonTest, VarianceIsThatOfTheFramesThemselves) {
  // A sparse system that has one unit too few and one that is oblique.
  RowMatrix units = test::random_matrix(3, 136, 4);
  units.row(0) = atoms.row(0) + 0.4 * atoms.row(1);
  units.row(1) = atoms.row(1);
  units.rowwise().normalize();
  const auto system = test::sparse_system(units, 0.5);
  const std::vector<ComparedSystem> systems = {named("sparse", system)};
  const Comparison found = compare_systems(systems, recordings_for(systems), quick_options());
  double error = 0, error_of_two = 0, squares = 0, active = 0;
  Eigen::VectorXd magnitude = Eigen::VectorXd::Zero(3);
  for (const RowMatrix& signal : signals)
    magnitude += system->encode(signal).codes.cwiseAbs().colwise().sum();
  Eigen::Index least = 0;
  magnitude.minCoeff(&least);
  for (const RowMatrix& signal : signals) {
    RowMatrix codes = system->encode(signal).codes;
    active += static_cast<double>((codes.array() != 0).count());
    squares += signal.squaredNorm();
    error += (signal - system->decode(codes)).squaredNorm();
    codes.col(least).setZero();
    error_of_two += (signal - system->decode(codes)).squaredNorm();
  }
  EXPECT_NEAR(found.systems[0].variance.value, 1 - error / squares, 1e-12);
  EXPECT_NEAR(found.systems[0].variance_by_units[1].value, 1 - error_of_two / squares, 1e-12);
  EXPECT_NEAR(found.systems[0].active.value, active / (6 * rows), 1e-12);
  EXPECT_LE(found.systems[0].variance.low, found.systems[0].variance.value);
  EXPECT_GE(found.systems[0].variance.high, found.systems[0].variance.value);
}

TEST_F(ComparisonTest, ImportedCodesAreJudgedByAFittedDecoder) {
  const std::vector<ComparedSystem> systems = {imported_system(),
                                               named("two", test::orthonormal_system(atoms.topRows(2)))};
  const Comparison found = compare_systems(systems, recordings_for(systems, true), quick_options());
  const ComparedFigures& au = found.systems[0];
  EXPECT_EQ(au.kind, "imported");
  EXPECT_EQ(au.signal, "keypoint-motion");
  EXPECT_NEAR(au.cross_decoded.value, 1, 1e-9) << "its codes are the truth, a tenth the size";
  EXPECT_NEAR(au.agreement.value, 1, 1e-9);
  EXPECT_TRUE(std::isnan(au.variance.value));
  for (const auto* figure : {&au.variance, &au.locality, &au.symmetry, &au.coherence_max, &au.coherence_mean,
                             &au.variance_by_units[0], &au.variance_by_active[0], &au.stability})
    EXPECT_FALSE(figure->missing.empty());
  EXPECT_GT(au.zeros.value, 0.3);
  EXPECT_LT(found.systems[1].cross_decoded.value, 0.99);
  EXPECT_LT(found.systems[1].agreement.value, 0.8) << "two units cannot follow three";
  EXPECT_EQ(found.systems[1].variance_by_active[1].missing, "");
}

TEST_F(ComparisonTest, SystemsOfOneSignalAreJudgedOnWhatAllTake) {
  // The second system takes the columns of the brows alone.
  LinearModel brows = test::model_of(atoms.topRows(2));
  std::vector<Eigen::Index> kept;
  for (int point = 17; point < 27; ++point) kept.push_back(test::motion_column('y', point));
  LinearModel cut = brows;
  cut.input_columns.clear();
  cut.groups[0].columns.clear();
  for (std::size_t i = 0; i < kept.size(); ++i) {
    cut.input_columns.push_back(brows.input_columns[static_cast<std::size_t>(kept[i])]);
    cut.groups[0].columns.push_back(static_cast<Eigen::Index>(i));
  }
  cut.atoms = brows.atoms(Eigen::all, kept);
  cut.mean = Eigen::VectorXd::Zero(10);
  const std::vector<ComparedSystem> systems = {
      named("all", test::orthonormal_system(one_hot({test::motion_column('y', 18)}))),
      named("brows", std::make_shared<PcaSystem>(cut, PcaSystem::global_kind))};
  const Comparison found = compare_systems(systems, recordings_for(systems), quick_options());
  EXPECT_EQ(found.systems[0].columns, 10U);
  EXPECT_EQ(found.systems[1].columns, 10U);
  EXPECT_NEAR(found.systems[1].variance.value, 1, 1e-12) << "the lips are not judged";
  double first = 0, second = 0;
  for (const RowMatrix& codes : truth) {
    first += codes.col(0).squaredNorm();
    second += codes.col(1).squaredNorm();
  }
  EXPECT_NEAR(found.systems[0].variance.value, first / (first + second), 1e-12);
}

TEST_F(ComparisonTest, TheTruthMayBeKnownOfSomeRecordings) {
  const std::vector<ComparedSystem> systems = {named("truth", test::orthonormal_system(atoms))};
  for (const std::size_t without : {0, 1, 5}) {
    auto some = recordings_for(systems, true);
    some[without].truth.clear();
    const Comparison found = compare_systems(systems, some, quick_options());
    EXPECT_EQ(found.with_truth, 5U);
    EXPECT_EQ(found.recordings, 6U);
    EXPECT_NEAR(found.systems[0].agreement.value, 1, 1e-9);
  }
}

TEST_F(ComparisonTest, OnlyFramesThatAllSystemsCanCodeCount) {
  Recording motion_with_gap = test::motion_recording(signals[0]);
  test::lose_face(motion_with_gap, 3);
  test::write(folder, "motion/" + recordings[0].name, motion_with_gap);
  Recording codes = test::codes_recording(truth[0], "AU0");
  test::lose_face(codes, 7);
  codes.values(8, 1) = std::numeric_limits<double>::quiet_NaN();
  test::write_with_kind(folder, "au/" + recordings[0].name, codes);
  const std::vector<ComparedSystem> systems = {named("truth", test::orthonormal_system(atoms)),
                                               imported_system()};
  EXPECT_EQ(compare_systems(systems, recordings_for(systems), quick_options()).frames, 6 * rows - 3);
  ComparisonOptions options = quick_options();
  options.every = 4;  // frames 1, 5, 9 …: the ninth lacks a value
  EXPECT_EQ(compare_systems(systems, recordings_for(systems), options).frames, 6 * rows / 4 - 1);
}

TEST_F(ComparisonTest, OneBadRecordingIsLeftOutAndTheRestCompared) {
  const std::vector<ComparedSystem> systems = {named("truth", test::orthonormal_system(atoms)),
                                               imported_system()};
  const auto whole = recordings_for(systems, true);
  folder.write("motion/" + recordings[1].name + ".csv", "frame,success,dx_0\n1,1,0\n2,1");
  test::write_with_kind(folder, "au/" + recordings[2].name, test::codes_recording(truth[2], "BU0"));
  test::write_with_kind(folder, "truth/" + recordings[3].name,
                        test::codes_recording(truth[3], "e_X", SignalKind::expression));
  const Comparison found = compare_systems(systems, whole, quick_options());
  EXPECT_EQ(found.recordings, 3U);
  ASSERT_EQ(found.left_out.size(), 3U);
  EXPECT_EQ(found.left_out[0].name, recordings[1].name);
  EXPECT_NE(found.left_out[0].reason.text().find(recordings[1].name + ".csv"), std::string::npos);
  EXPECT_NE(found.left_out[1].reason.text().find("its units are not those of the first file of au"),
            std::string::npos);
  EXPECT_NE(found.left_out[2].reason.text().find("its e_* are not those"), std::string::npos);
  const std::string text = comparison_markdown(found, quick_options());
  EXPECT_NE(text.find("3 recordings are left out"), std::string::npos);
  EXPECT_NE(text.find(found.left_out[1].reason.text()), std::string::npos);
}

TEST_F(ComparisonTest, ThreadsDoNotChangeABit) {
  const std::vector<ComparedSystem> systems = {
      named("sparse", test::sparse_system(test::random_matrix(6, 136, 8).rowwise().normalized(), 0.3)),
      imported_system()};
  const auto whole = recordings_for(systems, true);
  std::string first;
  for (const int threads : {1, 2, 3}) {
    Work work;
    work.threads = threads;
    const Comparison found = compare_systems(systems, whole, quick_options(), work);
    const std::string text = comparison_csv(found, quick_options()) + compared_units_csv(found) +
                             comparison_markdown(found, quick_options());
    if (first.empty()) first = text;
    EXPECT_EQ(text, first) << threads << " threads";
  }
}

TEST_F(ComparisonTest, WhatIsWrongIsSaid) {
  const std::vector<ComparedSystem> only_imported = {imported_system()};
  EXPECT_THROW(compare_systems(only_imported, recordings_for(only_imported), quick_options()), Error);
  const std::vector<ComparedSystem> systems = {named("truth", test::orthonormal_system(atoms))};
  EXPECT_THROW(compare_systems(systems, {}, quick_options()), Error);
  for (const int bad : {0, -3}) {
    ComparisonOptions options = quick_options();
    options.units = {5, bad};
    EXPECT_THROW(compare_systems(systems, recordings_for(systems), options), Error) << bad;
  }
  auto missing = recordings_for(systems);
  for (auto& recording : missing) recording.files[0] = folder / "no.csv";
  try {
    compare_systems(systems, missing, quick_options());
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("no recording is left"), std::string::npos) << error.what();
  }
}

TEST_F(ComparisonTest, StabilityIsOneWhereEverySubjectMovesAlike) {
  const auto relearn = [](const std::vector<NamedFile>& inputs, const Work& work) {
    PcaOptions options;
    options.components = 3;
    return learn_pca(inputs, options, work).system;
  };
  std::vector<ComparedSystem> systems = {named("pca", relearn(motion, {})), imported_system()};
  systems[0].relearn = relearn;
  ComparisonOptions options = quick_options();
  options.resamples = 3;
  const Comparison found = compare_systems(systems, recordings_for(systems), options);
  EXPECT_GT(found.systems[0].stability.value, 0.97);
  EXPECT_LE(found.systems[0].stability.value, 1 + 1e-12);
  EXPECT_EQ(found.systems[1].stability.missing, "cannot be learnt again here");
  // Units that no resample can find again.
  systems[0].system = test::orthonormal_system(
      one_hot({test::motion_column('x', 5), test::motion_column('x', 6), test::motion_column('x', 7)}));
  EXPECT_LT(compare_systems(systems, recordings_for(systems), options).systems[0].stability.value, 0.01);
  systems[0].relearn = [](const std::vector<NamedFile>&, const Work&) -> std::unique_ptr<CodingSystem> {
    throw data_error({}, "fewer frames than atoms");
  };
  EXPECT_EQ(compare_systems(systems, recordings_for(systems), options).systems[0].stability.missing,
            "learning again failed: fewer frames than atoms");
}

TEST_F(ComparisonTest, ResamplesKeepSubjectsTogether) {
  std::vector<std::filesystem::path> files;
  for (const auto& input : motion) files.push_back(input.file);
  bool repeats = false;
  for (int r = 0; r < 20; ++r) {
    const auto inputs = resampled_inputs(recordings, files, 7, r);
    ASSERT_EQ(inputs.size(), 6U) << "three draws of a subject with two recordings";
    std::map<std::string, int> of_subject;
    std::set<std::string> names;
    for (const auto& input : inputs) {
      EXPECT_TRUE(names.insert(input.name).second) << "no name twice";
      ++of_subject[input.name.substr(0, 2)];
      repeats = repeats || input.name.find('#') != std::string::npos;
    }
    for (const auto& [subject, count] : of_subject) EXPECT_EQ(count % 2, 0);
    const auto again = resampled_inputs(recordings, files, 7, r);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(again[i].name, inputs[i].name);
  }
  EXPECT_TRUE(repeats);
}

}  // namespace
}  // namespace facelex
