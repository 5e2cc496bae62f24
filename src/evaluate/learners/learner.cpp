#include "facelex/evaluate/learners/learner.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <memory>
#include <numeric>
#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "liblinear.hpp"
#include "libsvm.hpp"
#include "solver_stop.hpp"
#include "solvers.hpp"

namespace facelex {
namespace {

/// Ascending, each once.
std::vector<double> grid_values(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

Eigen::VectorXd weights_of_classes(const Eigen::VectorXd& y, int classes, ClassWeights kind) {
  Eigen::VectorXd weight = Eigen::VectorXd::Ones(classes);
  if (kind == ClassWeights::none) return weight;
  Eigen::VectorXd count = Eigen::VectorXd::Zero(classes);
  for (const double value : y) ++count(static_cast<Eigen::Index>(value));
  const double present = static_cast<double>((count.array() > 0).count());
  for (Eigen::Index k = 0; k < classes; ++k)
    if (count(k) > 0) weight(k) = static_cast<double>(y.size()) / (present * count(k));
  return weight;
}

/// `negative` < 0: all other classes.
MachineProblem machine_problem(const Eigen::VectorXd& y, const Eigen::VectorXd& class_weight, int positive,
                               int negative) {
  MachineProblem problem;
  problem.positive = positive;
  problem.negative = negative;
  problem.positive_weight = class_weight(positive);
  // One against the others: the others count once, as in liblinear.
  if (negative >= 0) problem.negative_weight = class_weight(negative);
  for (Eigen::Index i = 0; i < y.size(); ++i)
    if (negative < 0 || y(i) == positive || y(i) == negative) problem.rows.push_back(i);
  problem.y = (y(problem.rows).array() == positive)
                  .select(Eigen::VectorXd::Ones(static_cast<Eigen::Index>(problem.rows.size())), -1);
  return problem;
}

/// Fits a machine; `start` is its solution for a smaller cost, if there is one.
using Solver = std::function<KernelSolution(const MachineProblem&, double cost, const KernelSolution& start)>;
/// Makes the solver: what it needs of the kernel is computed here, once for all machines and costs. `gram`
/// outlives it. tolerance: LearnerOptions::tolerance.
using SolverMaker = Solver (*)(const Eigen::MatrixXd& gram, double epsilon, double tolerance);

Solver hinge_solver(const Eigen::MatrixXd& gram, double, double tolerance) {
  const auto solver = std::make_shared<SupportVectorSolver>(gram);
  return [=](const MachineProblem& problem, double cost, const KernelSolution&) {
    const double max_cost = cost * std::max(problem.positive_weight, problem.negative_weight);
    return solver->classify(problem, cost, tolerance > 0 ? tolerance : solver->safe_tolerance(max_cost));
  };
}

Solver tube_solver(const Eigen::MatrixXd& gram, double epsilon, double tolerance) {
  const auto solver = std::make_shared<SupportVectorSolver>(gram);
  return [=](const MachineProblem& problem, double cost, const KernelSolution&) {
    return solver->regress(problem, cost, epsilon, tolerance > 0 ? tolerance : solver->safe_tolerance(cost));
  };
}

template <PrimalLoss loss>
Solver primal_solver(const Eigen::MatrixXd& gram, double, double tolerance) {
  const auto solver = std::make_shared<PrimalSolver>(gram, loss);
  return [=](const MachineProblem& problem, double cost, const KernelSolution& start) {
    return solver->solve(problem, cost, tolerance > 0 ? tolerance : 1e-6, start);
  };
}

Solver ridge_solver(const Eigen::MatrixXd& gram, double, double) {
  return [&gram](const MachineProblem& problem, double cost, const KernelSolution&) {
    return solve_ridge(gram, problem.y, 1 / (2 * cost));
  };
}

/// All that tells one learner from another.
struct LearnerKind {
  Learner learner;
  const char* name;  ///< on the command line
  EvaluationTask task;
  SolverMaker solver;
  const char* summary;
  bool rbf = false;   ///< in an RBF kernel, whose gamma is chosen
  bool tube = false;  ///< errors below an epsilon, which is chosen, cost nothing
  /// Hinge loss, as libsvm has it: a machine for each pair of classes, and a solution that meets no bound is
  /// that of every larger cost.
  bool hinge = false;
};

/// In the order of the help.
constexpr LearnerKind learner_kinds[] = {
    {.learner = Learner::svm,
     .name = "svm",
     .task = EvaluationTask::classify,
     .solver = hinge_solver,
     .summary = "Linear SVM (hinge loss)",
     .hinge = true},
    {.learner = Learner::svm_l2,
     .name = "svm-l2",
     .task = EvaluationTask::classify,
     .solver = primal_solver<PrimalLoss::squared_hinge>,
     .summary = "linear SVM with squared hinge loss (liblinear's)"},
    {.learner = Learner::logistic,
     .name = "logistic",
     .task = EvaluationTask::classify,
     .solver = primal_solver<PrimalLoss::logistic>,
     .summary = "logistic regression"},
    {.learner = Learner::rbf_svm,
     .name = "rbf-svm",
     .task = EvaluationTask::classify,
     .solver = hinge_solver,
     .summary = "SVM with RBF kernel",
     .rbf = true,
     .hinge = true},
    {.learner = Learner::ridge,
     .name = "ridge",
     .task = EvaluationTask::regress,
     .solver = ridge_solver,
     .summary = "Ridge regression (penalty 1/(2C))"},
    {.learner = Learner::svr,
     .name = "svr",
     .task = EvaluationTask::regress,
     .solver = tube_solver,
     .summary = "linear support vector regression",
     .tube = true},
    {.learner = Learner::rbf_svr,
     .name = "rbf-svr",
     .task = EvaluationTask::regress,
     .solver = tube_solver,
     .summary = "the same with RBF kernel",
     .rbf = true,
     .tube = true},
};

const LearnerKind& kind_of(Learner learner) {
  return *std::find_if(std::begin(learner_kinds), std::end(learner_kinds),
                       [&](const LearnerKind& kind) { return kind.learner == learner; });
}

/// Texts of the learners that `chosen` takes, with `between` them.
template <class Chosen>
std::string texts_of(const char* LearnerKind::*text, const char* between, const Chosen& chosen) {
  std::string texts;
  for (const LearnerKind& kind : learner_kinds)
    if (chosen(kind)) texts.append(texts.empty() ? "" : between).append(kind.*text);
  return texts;
}

/// Whether the hinge machine's bounds left it alone: then a larger cost has the same solution.
bool is_unbounded(const KernelSolution& solution, const MachineProblem& problem, double cost) {
  return solution.converged &&
         (solution.coefficients.cwiseAbs().array() < problem.weights().array() * cost).all();
}

}  // namespace

void LearnerOptions::describe(OptionList& options, EvaluationTask task) {
  const auto of_task = [&](const LearnerKind& kind) { return kind.task == task; };
  std::vector<std::pair<std::string, Learner>> names;
  for (const LearnerKind& kind : learner_kinds)
    if (of_task(kind)) names.emplace_back(kind.name, kind.learner);
  options.choice("learner", learner, std::move(names), texts_of(&LearnerKind::summary, ", ", of_task));
  if (task == EvaluationTask::classify) {
    options.choice("class-weights", class_weights,
                   {{"none", ClassWeights::none}, {"balanced", ClassWeights::balanced}},
                   "Balanced: errors of rare classes cost as much more as they are rarer");
  } else {
    options.numbers(
        "epsilon", epsilon, Bounds::at_least(0),
        "Half widths of the tube of " + texts_of(&LearnerKind::name, " and ", [](const LearnerKind& kind) {
          return kind.tube;
        }) + " to choose from, times the targets' standard deviation");
  }
  options.numbers("c", c, Bounds::above(0),
                  "Costs to choose from within the training subjects; one value: nothing is chosen");
  options.numbers("gamma", gamma, Bounds::above(0),
                  "Of RBF kernels, to choose from: times 1/(features · variance)");
  options.number("tolerance", tolerance, Bounds::at_least(0),
                 "Tolerance of solutions in units of the margin, apart from rounding within the solvers; 0: "
                 "1e-6, for SVMs up to 1e-3 at costs where libsvm's single precision may not get further");
}

bool LearnerOptions::has_kernel() const {
  return kind_of(learner).rbf;
}

bool LearnerOptions::classifies() const {
  return kind_of(learner).task == EvaluationTask::classify;
}

void LearnerOptions::check() const {
  check_bounds(*this, classifies() ? EvaluationTask::classify : EvaluationTask::regress);
}

std::vector<double> LearnerOptions::costs() const {
  return grid_values(c);
}
std::vector<double> LearnerOptions::gammas() const {
  return has_kernel() ? grid_values(gamma) : std::vector<double>{1};
}
std::vector<double> LearnerOptions::epsilons() const {
  return kind_of(learner).tube ? grid_values(epsilon) : std::vector<double>{0};
}

std::vector<KernelModel> fit_kernel_path(const Eigen::MatrixXd& gram, const Eigen::VectorXd& y, int classes,
                                         const std::vector<double>& costs, double epsilon,
                                         const LearnerOptions& options, const Work& work) {
  if (!gram.allFinite())
    throw Error(ErrorKind::data,
                "evaluate: features are so large that their products are not finite; scale them");
  std::vector<KernelModel> models(costs.size());
  const LearnerKind& kind = kind_of(options.learner);
  const SolverStop stop(work);
  const Solver solve = kind.solver(gram, epsilon, options.tolerance);
  const auto fit = [&](const MachineProblem& problem) {
    KernelSolution solution;
    bool final = false;
    for (std::size_t c = 0; c < costs.size(); ++c) {
      work.check_stop();
      if (!final) solution = solve(problem, costs[c], solution);
      final = final || (kind.hinge && is_unbounded(solution, problem, costs[c]));
      KernelMachine machine{Eigen::VectorXd::Zero(gram.rows()), solution.intercept, problem.positive,
                            problem.negative};
      machine.coefficients(problem.rows) = solution.coefficients;
      models[c].converged = models[c].converged && solution.converged;
      models[c].machines.push_back(std::move(machine));
    }
  };
  if (classes == 0) {
    MachineProblem problem;
    problem.rows.resize(static_cast<std::size_t>(y.size()));
    std::iota(problem.rows.begin(), problem.rows.end(), Eigen::Index{0});
    problem.y = y;
    fit(problem);
    return models;
  }
  std::vector<int> present;
  for (int k = 0; k < classes; ++k)
    if ((y.array() == k).any()) present.push_back(k);
  if (present.size() == 1) {
    for (auto& model : models) model.only_class = present.front();
    return models;
  }
  const Eigen::VectorXd weight = weights_of_classes(y, classes, options.class_weights);
  if (classes == 2 || present.size() == 2) {
    fit(machine_problem(y, weight, present[1], present[0]));
  } else if (kind.hinge) {
    for (std::size_t a = 0; a < present.size(); ++a)
      for (std::size_t b = a + 1; b < present.size(); ++b)
        fit(machine_problem(y, weight, present[b], present[a]));
  } else {
    for (const int k : present) fit(machine_problem(y, weight, k, -1));
  }
  return models;
}

KernelPredictions predict_from_kernel(const KernelModel& model, const Eigen::MatrixXd& gram, int classes) {
  KernelPredictions out;
  const Eigen::Index rows = gram.rows();
  if (classes == 0) {
    out.values = (gram * model.machines.front().coefficients).array() + model.machines.front().intercept;
    return out;
  }
  out.values.resize(rows);
  out.scores = Eigen::MatrixXd::Zero(rows, classes);
  if (model.only_class >= 0) {
    out.values.setConstant(model.only_class);
    out.scores.col(model.only_class).setConstant(1);
    return out;
  }
  Eigen::MatrixXd votes = Eigen::MatrixXd::Zero(rows, classes);
  std::vector<bool> known(static_cast<std::size_t>(classes), false);
  for (const auto& machine : model.machines) {
    const Eigen::VectorXd value = (gram * machine.coefficients).array() + machine.intercept;
    out.scores.col(machine.positive) += value;
    known[static_cast<std::size_t>(machine.positive)] = true;
    if (machine.negative < 0) continue;
    out.scores.col(machine.negative) -= value;
    known[static_cast<std::size_t>(machine.negative)] = true;
    for (Eigen::Index i = 0; i < rows; ++i) ++votes(i, value(i) > 0 ? machine.positive : machine.negative);
  }
  const bool voted = model.machines.size() > 1 && model.machines.front().negative >= 0;
  // scikit-learn's scores of voting pairs: votes, and within equal votes the confidences, squeezed into a
  // third.
  if (voted) out.scores = votes.array() + out.scores.array() / (3 * (out.scores.array().abs() + 1));
  for (int k = 0; k < classes; ++k)
    if (!known[static_cast<std::size_t>(k)]) out.scores.col(k).setConstant(out.scores.minCoeff() - 1);
  const Eigen::MatrixXd& decides = voted ? votes : out.scores;
  for (Eigen::Index i = 0; i < rows; ++i) {
    Eigen::Index best = 0;
    for (Eigen::Index k = 0; k < classes; ++k)
      if (!known[static_cast<std::size_t>(best)] ||
          (known[static_cast<std::size_t>(k)] && decides(i, k) > decides(i, best)))
        best = k;
    out.values(i) = static_cast<double>(best);
  }
  return out;
}

}  // namespace facelex
