// What holds of every learner's solution whatever the data: optimality, and independence of order and
// threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "facelex/core/parallel.hpp"
#include "facelex/core/random.hpp"
#include "facelex/evaluate/learners/learner.hpp"

namespace facelex {
namespace {

/// A training set that changes with the seed: more rows than features and fewer, linear kernel and RBF, two
/// classes of unequal size, or targets.
struct SolverCase {
  Eigen::MatrixXd gram;
  Eigen::VectorXd y;
  LearnerOptions options;
  std::vector<double> costs = {1e-3, 0.1, 10};
  double epsilon = 0.2;
  int classes = 2;
};

SolverCase random_case(Learner learner, std::uint64_t seed) {
  Random random(seed);
  const Eigen::Index n = 12 + static_cast<Eigen::Index>(seed % 5) * 9, width = seed % 2 == 0 ? 5 : 60;
  Eigen::MatrixXd x(n, width);
  for (double& value : x.reshaped()) value = random.normal();
  SolverCase made;
  made.options.learner = learner;
  made.options.tolerance = 1e-6;
  made.options.class_weights = seed % 3 == 0 ? ClassWeights::balanced : ClassWeights::none;
  made.classes = made.options.classifies() ? 2 : 0;
  made.y.resize(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const double value = x(i, 0) + 0.7 * random.normal();
    made.y(i) = made.classes == 0 ? value : i < 2 ? static_cast<double>(i) : value > 0.4 ? 1 : 0;
  }
  // As the protocol standardises: then K has an eigenvalue that is nothing but rounding.
  x.rowwise() -= x.colwise().mean();
  made.gram = x * x.transpose();
  if (made.options.has_kernel()) {
    const Eigen::VectorXd square = made.gram.diagonal();
    made.gram = ((2 * made.gram).colwise() - square).rowwise() - square.transpose();
    made.gram = (made.gram / static_cast<double>(width)).array().exp();
  }
  return made;
}

std::vector<KernelModel> fit_case(const SolverCase& one) {
  return fit_kernel_path(one.gram, one.y, one.classes, one.costs, one.epsilon, one.options, {});
}

Eigen::VectorXd case_weights(const SolverCase& one) {
  const auto n = static_cast<double>(one.y.size()), positive = one.y.sum();
  if (one.classes == 0 || one.options.class_weights == ClassWeights::none)
    return Eigen::VectorXd::Ones(one.y.size());
  return (one.y.array() > 0)
      .select(Eigen::VectorXd::Constant(one.y.size(), n / (2 * positive)), n / (2 * (n - positive)));
}

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The range that βᵢ y must be in at a value, its cost being c; the value is given some room.
struct AllowedRange {
  double low, high;
};
AllowedRange allowed(const SolverCase& one, double cost, double y, double value, double room) {
  const double margin = y * value;
  switch (one.options.learner) {
    case Learner::svm:
    case Learner::rbf_svm:
      return {margin < 1 - room ? cost : 0, margin > 1 + room ? 0 : cost};
    case Learner::svm_l2:
      return {2 * cost * std::max(0.0, 1 - margin - room), 2 * cost * std::max(0.0, 1 - margin + room)};
    case Learner::logistic:
      return {cost / (1 + std::exp(margin + room)), cost / (1 + std::exp(margin - room))};
    case Learner::svr:
    case Learner::rbf_svr: {
      const double error = y - value;
      return {error > one.epsilon + room   ? cost
              : error > room - one.epsilon ? 0
                                           : -cost,
              error < -one.epsilon - room  ? -cost
              : error < one.epsilon - room ? 0
                                           : cost};
    }
    case Learner::ridge:
      break;
  }
  return {2 * cost * (y - value - room), 2 * cost * (y - value + room)};
}

/// β is ∂ loss of every row and Σβ = 0, or b where the intercept is penalised. In rank-deficient kernels β is
/// not unique, Kβ is: so conditions are stated of it.
void expect_optimal(const SolverCase& one, const KernelModel& model, double cost, const std::string& name) {
  const Eigen::VectorXd beta = model.machines.front().coefficients;
  const double intercept = model.machines.front().intercept;
  const Eigen::VectorXd image = one.gram * beta, values = image.array() + intercept;
  const Eigen::VectorXd costs = case_weights(one) * cost;
  // The tolerance, liblinear's rounding, and libsvm's kernel in single precision.
  const double room = 2e-5 + 2e-7 * (one.gram.cwiseAbs() * beta.cwiseAbs()).maxCoeff();
  Eigen::VectorXd low(beta.size()), high(beta.size());
  for (Eigen::Index i = 0; i < beta.size(); ++i) {
    const double sign = one.classes > 0 && one.y(i) == 0 ? -1 : 1, y = one.classes > 0 ? sign : one.y(i);
    const AllowedRange range = allowed(one, costs(i), y, values(i), room);
    low(i) = sign > 0 ? range.low : -range.high;
    high(i) = sign > 0 ? range.high : -range.low;
  }
  const bool sparse = one.options.learner != Learner::svm_l2 && one.options.learner != Learner::logistic;
  if (sparse) {
    for (Eigen::Index i = 0; i < beta.size(); ++i) {
      EXPECT_GE(beta(i), low(i) - 1e-9 * cost) << name << " row " << i;
      EXPECT_LE(beta(i), high(i) + 1e-9 * cost) << name << " row " << i;
    }
    EXPECT_NEAR(beta.sum(), 0, 1e-9 * (1 + beta.cwiseAbs().sum())) << name;
    return;
  }
  // A step left of 1e-6 in values, which the definition of converged allows, is the slack.
  // Interval arithmetic over K's signs: K·(∂ loss) must be able to be Kβ.
  const Eigen::MatrixXd plus = one.gram.cwiseMax(0), minus = one.gram.cwiseMin(0);
  const Eigen::VectorXd least = plus * low + minus * high, most = plus * high + minus * low;
  EXPECT_TRUE(((image - least).array() > -2e-6).all()) << name;
  EXPECT_TRUE(((most - image).array() > -2e-6).all()) << name;
  const double sum = one.options.learner == Learner::svm_l2 ? intercept : 0;
  EXPECT_LE(low.sum(), sum + 2e-6) << name;
  EXPECT_GE(high.sum(), sum - 2e-6) << name;
}

const std::vector<std::pair<const char*, Learner>>& all_learners() {
  static const std::vector<std::pair<const char*, Learner>> list = {
      {"svm", Learner::svm},         {"svm-l2", Learner::svm_l2}, {"logistic", Learner::logistic},
      {"rbf-svm", Learner::rbf_svm}, {"ridge", Learner::ridge},   {"svr", Learner::svr},
      {"rbf-svr", Learner::rbf_svr}};
  return list;
}

TEST(EvaluationSolvers, SolutionsMeetTheOptimalityConditions) {
  for (const auto& [name, learner] : all_learners())
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      const SolverCase one = random_case(learner, seed);
      const auto models = fit_case(one);
      for (std::size_t c = 0; c < models.size(); ++c) {
        const std::string which =
            std::string(name) + " seed " + std::to_string(seed) + " C " + std::to_string(one.costs[c]);
        EXPECT_TRUE(models[c].converged) << which;
        expect_optimal(one, models[c], one.costs[c], which);
      }
    }
}

TEST(EvaluationSolvers, TheOrderOfRowsDoesNotMatter) {
  for (const auto& [name, learner] : all_learners())
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const SolverCase one = random_case(learner, seed);
      std::vector<Eigen::Index> order(static_cast<std::size_t>(one.y.size()));
      for (std::size_t i = 0; i < order.size(); ++i)
        // 11 divides no number of rows.
        order[i] = static_cast<Eigen::Index>((i * 11 + 3) % order.size());
      SolverCase other = one;
      other.gram = one.gram(order, order);
      other.y = one.y(order);
      const auto models = fit_case(one), others = fit_case(other);
      for (std::size_t c = 0; c < models.size(); ++c) {
        const KernelMachine &a = models[c].machines.front(), &b = others[c].machines.front();
        const Eigen::VectorXd first = (one.gram * a.coefficients).array() + a.intercept,
                              second = (one.gram(Eigen::all, order) * b.coefficients).array() + b.intercept;
        EXPECT_LT((first - second).cwiseAbs().maxCoeff(), 1e-4 * (1 + first.cwiseAbs().maxCoeff()))
            << name << " seed " << seed << " C " << one.costs[c];
      }
    }
}

TEST(EvaluationSolvers, ManyThreadsGiveTheBytesOfOne) {
  std::vector<SolverCase> cases;
  for (const auto& [name, learner] : all_learners())
    for (std::uint64_t seed = 0; seed < 12; ++seed) cases.push_back(random_case(learner, seed));
  std::vector<std::vector<KernelModel>> alone(cases.size()), together(cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) alone[i] = fit_case(cases[i]);
  ThreadPool pool(8);
  pool.for_each(cases.size(), [&](std::size_t i) { together[i] = fit_case(cases[i]); });
  for (std::size_t i = 0; i < cases.size(); ++i)
    for (std::size_t c = 0; c < alone[i].size(); ++c) {
      const KernelMachine &a = alone[i][c].machines.front(), &b = together[i][c].machines.front();
      EXPECT_TRUE((a.coefficients.array() == b.coefficients.array()).all());
      EXPECT_EQ(a.intercept, b.intercept);
    }
}

TEST(EvaluationSolvers, LibrariesPrintNothing) {
  testing::internal::CaptureStdout();
  for (const auto& [name, learner] : all_learners()) fit_case(random_case(learner, 1));
  std::fflush(stdout);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

TEST(EvaluationSolvers, NoiseOfFewFeaturesEnds) {
  // More rows than features and a large C: libsvm's single precision makes the kernel indefinite, and to 1e-6
  // most of these went on to its limit of 10⁷ steps, which it says on stderr.
  testing::internal::CaptureStderr();
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Random random(seed);
    SolverCase one;
    one.options.learner = seed % 3 == 0 ? Learner::svr : Learner::svm;
    one.classes = seed % 3 == 0 ? 0 : 2;
    one.costs = {1e-4, 10, 100};
    Eigen::MatrixXd x(34, 1 + static_cast<Eigen::Index>(seed % 3));
    for (double& value : x.reshaped()) value = random.normal();
    one.y.resize(34);
    for (Eigen::Index i = 0; i < 34; ++i)
      one.y(i) = one.classes == 0 ? random.normal() : static_cast<double>(i % 2);
    one.gram = x * x.transpose();
    for (const KernelModel& model : fit_case(one)) EXPECT_TRUE(model.converged) << seed;
  }
  std::fflush(stderr);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(EvaluationSolvers, ProductsThatAreNotFiniteAreRefused) {
  SolverCase one = random_case(Learner::svm, 1);
  one.gram(2, 3) = infinity;
  EXPECT_THROW(fit_case(one), std::runtime_error);
}

TEST(EvaluationSolvers, RowsWithoutFeaturesHaveAnIntercept) {
  for (const auto& [name, learner] : all_learners()) {
    SolverCase one = random_case(learner, 2);
    one.gram.setZero();
    for (const auto& model : fit_case(one))
      EXPECT_TRUE(std::isfinite(model.machines.front().intercept)) << name;
  }
}

}  // namespace
}  // namespace facelex
