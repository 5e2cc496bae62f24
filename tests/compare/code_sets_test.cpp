#include "facelex/compare/code_sets.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "facelex/compare/retrieval.hpp"
#include "factor/fixture.hpp"
#include "io/test_files.hpp"

namespace facelex {
namespace {

/// Tokens that a few habits make, so that sets repeat; row 3 has no codes.
RowMatrix habitual_tokens(std::uint64_t seed, Eigen::Index rows, int vocabulary) {
  Random random(seed);
  RowMatrix tokens(rows, 3);
  for (double& token : tokens.reshaped()) {
    const double u = random.uniform();
    token = std::floor(u * u * u * vocabulary);
  }
  tokens(3, 1) = std::nan("");
  return tokens;
}

std::set<int> naive_set(const RowMatrix& tokens, Eigen::Index t) {
  std::set<int> set;
  for (const double token : tokens.row(t)) set.insert(static_cast<int>(token));
  return set;
}

double naive_entropy(const std::map<int, double>& counts) {
  double all = 0, entropy = 0;
  for (const auto& [value, count] : counts) all += count;
  for (const auto& [value, count] : counts) entropy -= count / all * std::log2(count / all);
  return entropy;
}

TEST(CodeSets, DiversityIsThatOfItsDefinitions) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    constexpr int vocabulary = 9;
    const RowMatrix tokens = habitual_tokens(seed, 80, vocabulary);
    std::map<int, double> counts;
    std::vector<std::set<int>> frames;
    for (Eigen::Index t = 0; t < tokens.rows(); ++t) {
      if (t == 3) continue;
      for (const double token : tokens.row(t)) counts[static_cast<int>(token)] += 1;
      frames.push_back(naive_set(tokens, t));
    }
    const CodeDiversity found = code_diversity(CodeSets::of_tokens(tokens, vocabulary));
    EXPECT_EQ(found.frames, 79);
    EXPECT_EQ(found.occurrences, 3 * 79);
    EXPECT_EQ(found.used, static_cast<int>(counts.size()));
    EXPECT_NEAR(found.normalized_entropy, naive_entropy(counts) / std::log2(vocabulary), 1e-12);
    EXPECT_NEAR(found.perplexity, std::exp2(naive_entropy(counts)), 1e-10);
    double sum = 0;
    int pairs = 0;
    std::set<int> varying;
    for (int i = 0; i < vocabulary; ++i)
      for (int j = i + 1; j < vocabulary; ++j) {
        std::map<int, double> a, b, joint;
        for (const auto& frame : frames) {
          const int has_i = frame.count(i) > 0, has_j = frame.count(j) > 0;
          ++a[has_i], ++b[has_j], ++joint[2 * has_i + has_j];
        }
        const double of_a = naive_entropy(a), of_b = naive_entropy(b);
        if (of_a > 0) varying.insert(i);
        if (of_b > 0) varying.insert(j);
        if (of_a == 0 || of_b == 0) continue;
        sum += (of_a + of_b - naive_entropy(joint)) / std::sqrt(of_a * of_b);
        ++pairs;
      }
    EXPECT_NEAR(found.mean_nmi, sum / pairs, 1e-12);
    EXPECT_EQ(found.without_entropy, vocabulary - static_cast<int>(varying.size()));
  }
}

TEST(CodeSets, DiversityAtTheEnds) {
  RowMatrix tokens(4, 1);
  tokens << 0, 1, 2, 3;
  CodeDiversity found = code_diversity(CodeSets::of_tokens(tokens, 4));
  EXPECT_DOUBLE_EQ(found.normalized_entropy, 1);
  EXPECT_DOUBLE_EQ(found.largest_share, 0.25);
  tokens.setZero();
  found = code_diversity(CodeSets::of_tokens(tokens, 4));
  EXPECT_EQ(found.normalized_entropy, 0);
  EXPECT_DOUBLE_EQ(found.perplexity, 1);
  EXPECT_TRUE(std::isnan(found.mean_nmi));
  EXPECT_EQ(found.without_entropy, 4);
  RowMatrix twins(4, 2);
  twins << 1, 1, 0, 0, -1, 1, 0, 0;
  EXPECT_DOUBLE_EQ(code_diversity(CodeSets::of_coefficients(twins, 0.5)).mean_nmi, 1);
  EXPECT_TRUE(std::isnan(code_diversity(CodeSets::of_coefficients(twins, 2)).normalized_entropy));
}

TEST(CodeSets, TheThresholdDecidesPresence) {
  RowMatrix codes(1, 3);
  codes << 0.5, -2, 0.1;
  EXPECT_EQ(CodeSets::of_coefficients(codes, 0).set(0).size(), 3u);
  EXPECT_EQ(CodeSets::of_coefficients(codes, 0.1).set(0).size(), 2u);
  EXPECT_EQ(CodeSets::of_coefficients(codes, 0.5).set(0)[0], 1);
  codes(0, 0) = 9;
  EXPECT_TRUE(test::says(test::error_of([&] { CodeSets::of_tokens(codes, 9); }),
                         {"row 1", "9 is not a token 0 … 8"}));
}

/// The figures by their definition, frame by frame.
Retrieval naive_retrieval(const RowMatrix& tokens, const RowMatrix& signals,
                          const std::vector<std::int32_t>& recording_of, bool others) {
  Retrieval found;
  for (Eigen::Index t = 0; t < tokens.rows(); ++t) {
    if (t == 3) continue;
    ++found.frames;
    std::vector<Eigen::Index> matches;
    for (Eigen::Index s = 0; s < tokens.rows(); ++s)
      if (s != t && s != 3 && naive_set(tokens, s) == naive_set(tokens, t) &&
          !(others && recording_of[static_cast<std::size_t>(s)] == recording_of[static_cast<std::size_t>(t)]))
        matches.push_back(s);
    if (matches.size() < 5) continue;
    ++found.queries;
    double cosine = 0, distance = 0;
    for (const auto s : matches) {
      cosine += signals.row(t).normalized().dot(signals.row(s).normalized());
      distance += (signals.row(t) - signals.row(s)).norm();
    }
    const auto count = static_cast<double>(matches.size());
    const RowMatrix matched = signals(matches, Eigen::all);
    const Eigen::RowVectorXd mean = matched.colwise().mean();
    found.mean_cosine += cosine / count;
    found.mean_distance += distance / count;
    found.mean_deviation += ((matched.rowwise() - mean).colwise().squaredNorm() / count).cwiseSqrt().mean();
  }
  const auto queries = static_cast<double>(found.queries);
  found.coverage = queries / static_cast<double>(found.frames);
  found.mean_cosine /= queries, found.mean_distance /= queries, found.mean_deviation /= queries;
  return found;
}

TEST(Retrieval, IsThatOfItsDefinition) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const RowMatrix tokens = habitual_tokens(seed, 300, 6);
    Random random(seed + 50);
    RowMatrix signals = normal_matrix(random, 300, 4);
    signals.row(9).setZero();
    std::vector<std::int32_t> recording_of;
    for (int t = 0; t < 300; ++t) recording_of.push_back((t * 7) % 300 / 75);
    Work work;
    work.threads = 2;
    for (const bool others : {false, true}) {
      const auto expected = naive_retrieval(tokens, signals, recording_of, others);
      const auto found = retrieval(CodeSets::of_tokens(tokens, 6), signals, recording_of, others, 5, work);
      EXPECT_GT(found.queries, 50);
      EXPECT_EQ(found.frames, expected.frames);
      EXPECT_EQ(found.queries, expected.queries);
      EXPECT_NEAR(found.coverage, expected.coverage, 1e-12);
      EXPECT_NEAR(found.mean_cosine, expected.mean_cosine, 1e-10);
      EXPECT_NEAR(found.mean_distance, expected.mean_distance, 1e-10);
      EXPECT_NEAR(found.mean_deviation, expected.mean_deviation, 1e-10);
    }
  }
}

TEST(Retrieval, EqualSignalsAreAtDistanceZeroAndFewMatchesAreNoQuery) {
  RowMatrix tokens = RowMatrix::Zero(6, 1);
  const RowMatrix signals = RowMatrix::Constant(6, 3, 1e3);
  const auto sets = CodeSets::of_tokens(tokens, 2);
  const auto found = retrieval(sets, signals, {0, 0, 0, 1, 1, 1}, false);
  EXPECT_EQ(found.queries, 6);
  EXPECT_NEAR(found.mean_cosine, 1, 1e-12);
  EXPECT_NEAR(found.mean_distance, 0, 1e-6);
  EXPECT_EQ(found.mean_deviation, 0);
  EXPECT_EQ(retrieval(sets, signals, {0, 0, 0, 1, 1, 1}, true).queries, 0);
  EXPECT_TRUE(std::isnan(retrieval(sets, signals, {0, 0, 0, 1, 1, 1}, true).mean_cosine));
  EXPECT_EQ(retrieval(sets, signals, {0, 0, 0, 1, 1, 1}, true, 3).queries, 6);
}

TEST(Retrieval, ManyFramesOfManySetsAreQuick) {
  // A quadratic search of 10⁵ frames would take minutes.
  Random random(1);
  RowMatrix tokens(100000, 2);
  for (double& token : tokens.reshaped()) token = std::floor(random.uniform() * 400);
  const RowMatrix signals = RowMatrix::Ones(tokens.rows(), 2);
  const auto found = retrieval(CodeSets::of_tokens(tokens, 400), signals,
                               std::vector<std::int32_t>(static_cast<std::size_t>(tokens.rows())), false, 1);
  EXPECT_GT(found.different_sets, 50000);
}

}  // namespace
}  // namespace facelex
