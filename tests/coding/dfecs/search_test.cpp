#include <gtest/gtest.h>

#include "coding/synthetic.hpp"
#include "facelex/coding/dfecs/learn.hpp"
#include "facelex/coding/dfecs/positive_units.hpp"
#include "facelex/io/atomic_file.hpp"

namespace facelex {
namespace {

using test::error_of;
using test::says;
using test::TemporaryFolder;

DfecsOptions small_search() {
  DfecsOptions options;
  options.search = true;
  options.beta = 0.3;
  options.search_alphas = {40, 5};
  options.tolerance = 1e-5;
  return options;
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The paper's loops, written down once more: the first (k, α) of a part that explains 1 − β/2.
std::pair<int, double> naive_part(const RowMatrix& samples, const DfecsOptions& options) {
  for (int k = 1; k <= samples.cols(); ++k)
    for (const double alpha : {40.0, 5.0}) {
      DictionaryOptions dictionary;
      dictionary.alpha = alpha;
      dictionary.tolerance = options.tolerance;
      dictionary.max_iterations = options.max_iterations;
      dictionary.positive_codes = true;
      const auto learnt = learn_dictionary(samples, k, dictionary);
      if (1 - (samples - learnt.codes * learnt.atoms).squaredNorm() / samples.squaredNorm() >=
          1 - options.beta / 2)
        return {k, alpha};
    }
  return {0, 0};
}

TEST(DfecsSearch, HaltsWhereTheNaiveLoopsHalt) {
  const TemporaryFolder folder;
  const Recording recording = test::synthetic_motion(1, 100);
  const auto options = small_search();
  const auto result = learn_dfecs({test::write(folder, "a", recording)}, options, folder / "s.csv");
  const Json& search = result.system->training()["search"];
  const auto& system = dynamic_cast<const PositiveUnits&>(*result.system);
  const auto features = facial_features(FeatureDivision::dfecs);
  ASSERT_EQ(search["chosen"].size(), 8u);
  for (std::size_t p = 0; p < features.size(); ++p) {
    std::vector<Eigen::Index> moving;
    for (const auto column : feature_columns(features[p], recording.columns))
      if (!recording.values.col(column).isZero(0)) moving.push_back(column);
    const auto [units, alpha] = naive_part(recording.values(Eigen::all, moving), options);
    EXPECT_EQ(search["chosen"][p]["units"], units) << features[p].name;
    EXPECT_EQ(search["chosen"][p]["alpha"], alpha) << features[p].name;
    EXPECT_EQ(system.parts()->groups[p].units, units);
  }
  // The second level: V are the codes of the parts that the model holds.
  const PartModels& parts = *system.parts();
  RowMatrix v(parts.atoms.rows(), recording.rows());
  for (std::size_t g = 0; g < parts.groups.size(); ++g) {
    const UnitGroup& group = parts.groups[g];
    LassoOptions lasso;
    lasso.alpha = parts.alphas[g];
    lasso.positive = true;
    const RowMatrix samples = recording.values(Eigen::all, group.columns);
    const RowMatrix atoms = parts.atoms.middleRows(group.first_unit, group.units)(Eigen::all, group.columns);
    v.middleRows(group.first_unit, group.units) = sparse_encode(samples, atoms, lasso).codes.transpose();
  }
  bool found = false;
  for (int q = 1; q <= v.rows() && !found; ++q)
    for (const double a : {40.0, 5.0})
      for (const double b : {40.0, 5.0}) {
        if (found) continue;
        NmfOptions nmf;
        nmf.alpha_a = a;
        nmf.alpha_b = b;
        const auto fit = factorize_nmf(v, q, nmf);
        const RowMatrix codes = fit.b.transpose(), units = fit.a.transpose() * parts.atoms;
        if (1 - (recording.values - codes * units).squaredNorm() / recording.values.squaredNorm() <
            1 - options.beta)
          continue;
        found = true;
        EXPECT_EQ(search["chosen"][7]["units"], q);
        EXPECT_EQ(search["chosen"][7]["alpha_a"], a);
        EXPECT_EQ(search["chosen"][7]["alpha_b"], b);
      }
  EXPECT_TRUE(found);
  EXPECT_GE(system.training()["variance_explained_by_factors"].get<double>(), 1 - options.beta);
}

TEST(DfecsSearch, AnInterruptedSearchGoesOnToTheSameBytes) {
  const TemporaryFolder folder;
  const std::vector<NamedFile> inputs = {test::write(folder, "a", test::synthetic_motion(1, 80))};
  const auto options = small_search();
  const auto whole = learn_dfecs(inputs, options, folder / "whole.csv");
  const auto cells = whole.system->training()["search"]["cells"].get<std::int64_t>();
  ASSERT_GT(cells, 12);
  std::int64_t total = 0;
  for (int round = 0; total < cells; ++round) {
    ASSERT_LT(round, 40);
    std::atomic<bool> stop{false};
    std::int64_t first = -1;
    Work work;
    work.stop = &stop;
    // Five new cells each time.
    work.progress = [&](std::int64_t done, std::int64_t) {
      if (first < 0) first = done;
      total = std::max(total, done);
      if (done >= 5 * (round + 1)) stop = true;
    };
    ErrorKind kind{};
    if (error_of([&] { learn_dfecs(inputs, options, folder / "parts.csv", work); }, &kind) == "no error")
      break;
    EXPECT_EQ(kind, ErrorKind::interrupted);
    // A process that is killed may leave half a line.
    std::ofstream(folder / "parts.csv", std::ios::app) << "LB,3,0.";
  }
  const auto again = learn_dfecs(inputs, options, folder / "parts.csv");
  EXPECT_EQ(text_of(folder / "parts.csv"), text_of(folder / "whole.csv"));
  EXPECT_EQ(text_of(folder / "parts.json"), text_of(folder / "whole.json"));
  write_model(folder / "whole.safetensors", whole.system->to_model());
  write_model(folder / "again.safetensors", again.system->to_model());
  EXPECT_EQ(text_of(folder / "again.safetensors"), text_of(folder / "whole.safetensors"));
}

TEST(DfecsSearch, CellsOfTheLogAreNotFittedAgain) {
  const TemporaryFolder folder;
  const std::vector<NamedFile> inputs = {test::write(folder, "a", test::synthetic_motion(1, 60))};
  const auto options = small_search();
  learn_dfecs(inputs, options, folder / "s.csv");
  std::string log = text_of(folder / "s.csv");
  const auto line = log.find("\nLB,1,40,,,");
  ASSERT_NE(line, std::string::npos);
  log.replace(line, log.find('\n', line + 1) - line, "\nLB,1,40,,,0.99,1,1");
  write_file_atomically(folder / "s.csv", log);
  const auto result = learn_dfecs(inputs, options, folder / "s.csv");
  EXPECT_EQ(result.system->training()["search"]["chosen"][0]["units"], 1);
  EXPECT_EQ(result.system->training()["search"]["chosen"][0]["variance_explained"], 0.99);
}

TEST(DfecsSearch, ALogOfOtherDataOrOptionsIsRefused) {
  const TemporaryFolder folder;
  const std::vector<NamedFile> inputs = {test::write(folder, "a", test::synthetic_motion(1, 60))};
  const std::vector<NamedFile> others = {test::write(folder, "b", test::synthetic_motion(2, 60))};
  DfecsOptions options = small_search();
  learn_dfecs(inputs, options, folder / "s.csv");
  EXPECT_TRUE(says(error_of([&] { learn_dfecs(others, options, folder / "s.csv"); }),
                   {"s.csv", "other data or options (data differ)", "force"}));
  options.beta = 0.2;
  EXPECT_TRUE(says(error_of([&] { learn_dfecs(inputs, options, folder / "s.csv"); }), {"(options differ)"}));
  options.beta = 0.3;
  write_file_atomically(folder / "s.csv", "something,else\n1,2\n");
  EXPECT_TRUE(says(error_of([&] { learn_dfecs(inputs, options, folder / "s.csv"); }),
                   {"s.csv: line 1", "not a table of a search"}));
}

TEST(DfecsSearch, WhatCannotBeReachedIsSaidAndTheBestTaken) {
  const TemporaryFolder folder;
  DfecsOptions options = small_search();
  options.part_units = {"RB=0", "LE=0", "RE=0", "NO=0", "MO=0", "JA=0"};
  options.search_alphas = {60};
  options.beta = 0.001;
  const auto result = learn_dfecs({test::write(folder, "a", test::synthetic_motion(1, 60))}, options, {});
  EXPECT_TRUE(
      says(result.warnings.at(0).text(), {"LB: no cell of the search explains 0.9995", "search-alphas"}));
}

}  // namespace
}  // namespace facelex
