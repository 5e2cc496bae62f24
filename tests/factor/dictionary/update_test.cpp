#include "factor/dictionary/update.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "facelex/core/error.hpp"
#include "facelex/factor/dictionary/learning.hpp"
#include "facelex/factor/lasso/sparse_coding.hpp"
#include "factor/fixture.hpp"
#include "io/test_files.hpp"

namespace facelex {
namespace {

/// Columns 0 and 1 change places, as do 2 and 3 with another sign; 4 changes its sign; the others stay.
AtomConstraints reflection(Eigen::Index columns) {
  AtomConstraints constraints;
  constraints.reflected = {1, 0, 3, 2};
  for (Eigen::Index d = 4; d < columns; ++d) constraints.reflected.push_back(d);
  constraints.reflection_sign = Eigen::RowVectorXd::Ones(columns);
  constraints.reflection_sign.segment(2, 3).setConstant(-1);
  return constraints;
}

struct Problem {
  Eigen::MatrixXd products;
  RowMatrix samples, atoms;

  Problem(std::uint64_t seed, Eigen::Index count, Eigen::Index columns) {
    Random random(seed);
    const RowMatrix codes = normal_matrix(random, 30, count), x = 2 * normal_matrix(random, 30, columns);
    products = codes.transpose() * codes;
    samples = codes.transpose() * x;
    atoms = normal_matrix(random, count, columns).rowwise().normalized();
  }

  double objective(const RowMatrix& w, const AtomConstraints& constraints) const {
    double penalty = 0;
    for (Eigen::Index i = 0; i < w.rows(); ++i)
      for (Eigen::Index j = 0; j < i; ++j) penalty += std::pow(w.row(i).dot(w.row(j)), 2);
    return -samples.cwiseProduct(w).sum() + 0.5 * products.cwiseProduct(w * w.transpose()).sum() +
           constraints.coherence * penalty;
  }
};

double max_coherence(const RowMatrix& atoms) {
  const RowMatrix directions = atoms.rowwise().normalized();
  double largest = 0;
  for (Eigen::Index i = 0; i < atoms.rows(); ++i)
    for (Eigen::Index j = 0; j < i; ++j)
      largest = std::max(largest, std::abs(directions.row(i).dot(directions.row(j))));
  return largest;
}

TEST(DictionaryUpdate, WithoutConstraintsEachAtomGoesToItsMinimiser) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Problem problem(seed, 1, 6);
    RowMatrix atoms = problem.atoms;
    update_atoms(problem.products, problem.samples, atoms);
    Eigen::RowVectorXd expected = problem.samples.row(0) / problem.products(0, 0);
    expected /= std::max(1.0, expected.norm());
    EXPECT_LT((atoms.row(0) - expected).norm(), 1e-12);
  }
}

TEST(DictionaryUpdate, NeverRaisesTheObjectiveAndKeepsTies) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    AtomConstraints constraints = reflection(7);
    constraints.coherence = seed % 3 == 0 ? 0 : 3.0 * static_cast<double>(seed);
    if (seed % 2 == 0)
      constraints.twin = {1, 0, 2, 4, 3};
    else
      constraints.reflected.clear();
    Problem problem(seed, 5, 7);
    RowMatrix atoms = problem.atoms;
    constraints.tie(atoms);
    double last = problem.objective(atoms, constraints);
    const double first = last;
    for (int pass = 0; pass < 20; ++pass) {
      EXPECT_TRUE(update_atoms(problem.products, problem.samples, atoms, constraints).empty());
      const double now = problem.objective(atoms, constraints);
      EXPECT_LE(now, last + 1e-12 * std::abs(last)) << "seed " << seed << ", pass " << pass;
      last = now;
      ASSERT_LE(atoms.rowwise().norm().maxCoeff(), 1 + 1e-12);
      for (std::size_t k = 0; k < constraints.twin.size(); ++k) {
        const RowMatrix image = constraints.mirrored(atoms.row(static_cast<Eigen::Index>(k)));
        ASSERT_TRUE(image == atoms.row(constraints.twin[k])) << "to the last bit";
      }
    }
    EXPECT_LT(last, first);
  }
}

TEST(DictionaryUpdate, APairOfTwinsGoesToItsMinimiser) {
  AtomConstraints constraints = reflection(6);
  constraints.twin = {1, 0};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Problem problem(seed, 2, 6);
    if (seed % 2 == 0) problem.samples *= 0.05;  // a minimiser inside the ball
    RowMatrix atoms = problem.atoms;
    constraints.tie(atoms);
    update_atoms(problem.products, problem.samples, atoms, constraints);
    // The naive reference: projected gradient on w alone, to the end.
    RowMatrix naive = problem.atoms;
    constraints.tie(naive);
    const double step = 0.3 / problem.products.norm();
    for (int i = 0; i < 20000; ++i) {
      const RowMatrix gradient = problem.products * naive - problem.samples;
      Eigen::RowVectorXd w = naive.row(0) - step * (gradient.row(0) + constraints.mirrored(gradient.row(1)));
      naive.row(0) = w / std::max(1.0, w.norm());
      constraints.tie(0, naive);
    }
    EXPECT_LT((atoms - naive).norm(), 1e-8) << "seed " << seed;
  }
}

TEST(DictionaryUpdate, TwinsThatAreAlwaysEquallyActiveStayFinite) {
  AtomConstraints constraints = reflection(6);
  constraints.twin = {1, 0};
  Problem problem(3, 2, 6);
  problem.products.setConstant(4);
  problem.samples.row(1) = problem.samples.row(0);
  RowMatrix atoms = problem.atoms;
  constraints.tie(atoms);
  const double before = problem.objective(atoms, constraints);
  update_atoms(problem.products, problem.samples, atoms, constraints);
  EXPECT_TRUE(atoms.allFinite());
  EXPECT_LE(problem.objective(atoms, constraints), before);
}

TEST(DictionaryUpdate, NamesUnusedAtomsAndLeavesThem) {
  AtomConstraints constraints = reflection(6);
  constraints.twin = {1, 0, 3, 2};
  Problem problem(4, 4, 6);
  for (const Eigen::Index k : {0, 2, 3}) {
    problem.products.row(k).setZero();
    problem.products.col(k).setZero();
    problem.samples.row(k).setZero();
  }
  RowMatrix atoms = problem.atoms;
  constraints.tie(atoms);
  const RowMatrix before = atoms;
  EXPECT_EQ(update_atoms(problem.products, problem.samples, atoms, constraints),
            (std::vector<Eigen::Index>{2, 3}))
      << "the twin of a used atom is used";
  EXPECT_TRUE(atoms.bottomRows(2) == before.bottomRows(2));
  EXPECT_FALSE(atoms.row(1) == before.row(1));
  constraints.coherence = 1;
  const double penalty = constraints.penalty(atoms);
  EXPECT_TRUE(update_atoms(problem.products, problem.samples, atoms, constraints).empty())
      << "the penalty may take atoms out of use";
  EXPECT_FALSE(atoms.bottomRows(2) == before.bottomRows(2));
  EXPECT_LT(constraints.penalty(atoms), penalty);
  RowMatrix free = problem.atoms;
  EXPECT_EQ(update_atoms(problem.products, problem.samples, free), (std::vector<Eigen::Index>{0, 2, 3}));
}

TEST(AtomConstraints, LearningObeysThemAndCountsTheirPenalty) {
  for (const auto method : {DictionaryMethod::sklearn, DictionaryMethod::fast}) {
    Random random(6);
    const RowMatrix samples = sparse_samples(random, 300, 8, 6);
    DictionaryOptions options;
    options.method = method;
    options.max_iterations = 200;
    options.tolerance = 1e-6;
    const DictionaryLearner learner(samples);
    const auto free = learner.learn(5, options);

    AtomConstraints apart;
    apart.coherence = 3000;
    const auto separate = learner.learn(5, options, {}, {}, apart);
    EXPECT_LT(max_coherence(separate.atoms), 0.5 * max_coherence(free.atoms));
    EXPECT_NEAR(
        separate.objective.back() / (lasso_objective(samples, separate.atoms, separate.codes, options.alpha) +
                                     apart.penalty(separate.atoms)),
        1, 1e-10);

    AtomConstraints tied = reflection(8);
    tied.twin = {1, 0, 2, 4, 3};
    const auto symmetric = learner.learn(5, options, {}, normal_matrix(random, 5, 8), tied);
    for (std::size_t k = 0; k < 5; ++k)
      EXPECT_TRUE(tied.mirrored(symmetric.atoms.row(static_cast<Eigen::Index>(k))) ==
                  symmetric.atoms.row(tied.twin[k]));
    // A sample and its mirror image cost the same.
    RowMatrix mirrored(samples.rows(), samples.cols());
    for (Eigen::Index t = 0; t < samples.rows(); ++t) mirrored.row(t) = tied.mirrored(samples.row(t));
    LassoOptions lasso;
    const auto cost = [&](const RowMatrix& x) {
      return lasso_objective(x, symmetric.atoms, sparse_encode(x, symmetric.atoms, lasso).codes, lasso.alpha);
    };
    EXPECT_NEAR(cost(mirrored) / cost(samples), 1, 1e-9);
  }
}

TEST(AtomConstraints, APenaltyThatTakesAtomsOutOfUseConverges) {
  Random random(9);
  const RowMatrix samples = sparse_samples(random, 200, 6, 2);
  AtomConstraints apart;
  apart.coherence = 1000;
  for (const auto method : {DictionaryMethod::sklearn, DictionaryMethod::fast}) {
    DictionaryOptions options;
    options.method = method;
    options.max_iterations = 3000;
    options.tolerance = 1e-6;
    const auto result = DictionaryLearner(samples).learn(6, options, {}, {}, apart);
    EXPECT_TRUE(result.converged) << result.iterations;
    EXPECT_EQ(result.resampled, 0);
  }
}

TEST(AtomConstraints, SaysWhatDoesNotFit) {
  const auto with = [](auto change) {
    AtomConstraints constraints = reflection(6);
    constraints.twin = {1, 0, 2};
    change(constraints);
    return test::error_of([&] { constraints.check(3, 6); });
  };
  EXPECT_EQ(with([](auto&) {}), "no error");
  EXPECT_TRUE(test::says(with([](auto& c) { c.coherence = -1; }), {"coherence", "-1", "≥ 0"}));
  EXPECT_TRUE(test::says(with([](auto& c) { c.coherence = std::nan(""); }), {"coherence"}));
  EXPECT_TRUE(test::says(with([](auto& c) { c.twin.pop_back(); }), {"twins: 2 for 3 atoms"}));
  EXPECT_TRUE(test::says(with([](auto& c) { c.reflected.pop_back(); }), {"5 columns", "have 6"}));
  EXPECT_TRUE(test::says(with([](auto& c) { c.twin = {1, 2, 0}; }), {"inverse"}));
  EXPECT_TRUE(test::says(with([](auto& c) { c.twin = {3, 1, 0}; }), {"inverse"}));
  EXPECT_TRUE(test::says(with([](auto& c) { c.reflection_sign[0] = -1; }), {"inverse"}));
  EXPECT_TRUE(test::says(with([](auto& c) { c.reflection_sign[5] = 0.5; }), {"inverse"}));
}

}  // namespace
}  // namespace facelex
