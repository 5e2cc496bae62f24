#include "facelex/factor/dictionary/learning.hpp"

#include <cmath>
#include <string>
#include <variant>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/factor/lasso/sparse_coding.hpp"
#include "factor/lasso/finite_samples.hpp"
#include "iteration.hpp"
#include "samples.hpp"

namespace facelex {

void describe_precision(OptionList& options, Precision& precision) {
  options.choice(
      "precision", precision, {{"float64", Precision::float64}, {"float32", Precision::float32}},
      "Numbers that learning works with: float32 takes half the memory and less time, and comes to "
      "the same objective within about 1e-6 of it");
}

void DictionaryOptions::describe(OptionList& options) {
  options
      .number("alpha", alpha, Bounds::above(0),
              "sparsity penalty of ½‖X−ZW‖² + alpha‖Z‖₁, in the unit of the scaled signal (paper 000: λ/2)")
      .number("tolerance", tolerance, Bounds::at_least(0),
              "learning ends when an iteration lowers the objective by less than this share of it")
      .integer("max-iterations", max_iterations, Bounds::at_least(1), "max iterations of learning")
      .flag("positive-codes", positive_codes, "only codes ≥ 0")
      .choice("method", method, {{"fast", DictionaryMethod::fast}, {"sklearn", DictionaryMethod::sklearn}},
              "how the objective is brought down: with extrapolation, or by scikit-learn's own iteration")
      .choice("start", start, {{"svd", DictionaryStart::svd}, {"random", DictionaryStart::random}},
              "first atoms: singular vectors of the samples, as in scikit-learn, or random samples")
      .integer("max-sweeps", max_sweeps, Bounds::at_least(1),
               "max sweeps over the atoms for a sample in one iteration")
      .integer("seed", seed, Bounds::at_least(0), "seed of the random numbers");
}

void DictionaryOptions::check() const {
  check_bounds(*this);
}

struct DictionaryLearner::State {
  std::variant<DictionarySamples<double>, DictionarySamples<float>> samples;
};

DictionaryLearner::DictionaryLearner(const RowMatrix& samples, const Eigen::VectorXd& weights,
                                     const Work& work, Precision precision) {
  if (precision == Precision::float32)
    state_.reset(new State{DictionarySamples<float>(samples, weights, work)});
  else
    state_.reset(new State{DictionarySamples<double>(samples, weights, work)});
}

DictionaryLearner::~DictionaryLearner() = default;
DictionaryLearner::DictionaryLearner(DictionaryLearner&&) noexcept = default;
DictionaryLearner& DictionaryLearner::operator=(DictionaryLearner&&) noexcept = default;

DictionaryResult DictionaryLearner::learn(Eigen::Index atoms, const DictionaryOptions& options,
                                          const Work& work, const RowMatrix& start_atoms,
                                          const AtomConstraints& constraints) const {
  options.check();
  if (atoms < 1) throw option_error("atoms", std::to_string(atoms) + " is not ≥ 1");
  if (samples() < atoms)
    throw data_error(
        {}, std::to_string(samples()) + " samples are too few for " + std::to_string(atoms) + " atoms",
        "give more frames or ask for fewer atoms");
  if (start_atoms.rows() > 0) {
    if (start_atoms.rows() != atoms || start_atoms.cols() != dimensions())
      throw usage_error("start atoms: " + std::to_string(start_atoms.rows()) + " of " +
                        std::to_string(start_atoms.cols()) + " values; " + std::to_string(atoms) + " of " +
                        std::to_string(dimensions()) + " are needed");
    require_finite(start_atoms, "start atom");
  }
  constraints.check(atoms, dimensions());
  return std::visit(
      [&](const auto& held) {
        return DictionaryIteration(held, atoms, options, constraints, work).run(start_atoms);
      },
      state_->samples);
}

double DictionaryLearner::squared_norm() const {
  return std::visit([](const auto& held) { return held.squared_norm(); }, state_->samples);
}

Eigen::Index DictionaryLearner::samples() const {
  return std::visit([](const auto& held) { return held.count(); }, state_->samples);
}

Eigen::Index DictionaryLearner::dimensions() const {
  return std::visit([](const auto& held) { return held.dimensions(); }, state_->samples);
}

DictionaryResult learn_dictionary(const RowMatrix& samples, Eigen::Index atoms,
                                  const DictionaryOptions& options, const Work& work) {
  return DictionaryLearner(samples, {}, work).learn(atoms, options, work);
}

}  // namespace facelex
