#include "feature_dictionary.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

#include "coding/frame_weights.hpp"
#include "coding/unit_canon.hpp"
#include "facelex/core/text.hpp"
#include "facelex/factor/dictionary/learning.hpp"
#include "facelex/factor/dictionary/stream.hpp"
#include "facelex/factor/lasso/sparse_coding.hpp"
#include "mirrored_atoms.hpp"

namespace facelex {
namespace {

/// Lasso codes of the problem's samples, brought with the atoms into canonical form.
class CanonicalUnits {
 public:
  CanonicalUnits(const FeatureProblem& problem, double alpha, RowMatrix learnt,
                 std::vector<Eigen::Index> learnt_twin, const Work& work)
      : atoms(std::move(learnt)), twin(std::move(learnt_twin)) {
    LassoOptions lasso;
    lasso.alpha = alpha;
    codes = sparse_encode(problem.samples(), atoms, lasso, work).codes;
    uses = make_canonical(atoms, codes, twin);
  }

  RowMatrix atoms, codes;
  std::vector<Eigen::Index> twin;
  std::vector<UnitUse> uses;
};

/// Σz² of each unit; of twins the mean, so that what is made of them stays their mirror image.
Eigen::VectorXd energies_of(const CanonicalUnits& units) {
  const Eigen::VectorXd own = units.codes.colwise().squaredNorm().transpose();
  return units.twin.empty() ? own : Eigen::VectorXd(0.5 * (own + own(units.twin)));
}

std::vector<Eigen::Index> inverse_of(const std::vector<Eigen::Index>& order) {
  std::vector<Eigen::Index> place(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    place[static_cast<std::size_t>(order[i])] = static_cast<Eigen::Index>(i);
  return place;
}

std::vector<Eigen::Index> placed(const std::vector<Eigen::Index>& set,
                                 const std::vector<Eigen::Index>& place) {
  std::vector<Eigen::Index> moved;
  moved.reserve(set.size());
  for (const auto k : set) moved.push_back(place[static_cast<std::size_t>(k)]);
  std::sort(moved.begin(), moved.end());
  return moved;
}

/// Merges the canonical leaves and fills the dictionary with parents, leaves and the units of options.level.
void merge_into(FeatureDictionary& dictionary, const FeatureProblem& problem,
                const FacialBasisOptions& options, CanonicalUnits leaves, const Work& work) {
  MergedAtoms merged = merge_alike(leaves.atoms, energies_of(leaves), options.structure.merge_above);
  AtomConstraints mirror = problem.reflection();
  if (!leaves.twin.empty()) tie_by_likeness(merged.parents, mirror);
  CanonicalUnits parents(problem, options.alpha, std::move(merged.parents), mirror.twin, work);
  std::vector<Eigen::Index> order;  // of the leaves, by their parents
  for (Eigen::Index p = 0; p < parents.atoms.rows(); ++p)
    for (const auto leaf :
         merged.members[static_cast<std::size_t>(parents.uses[static_cast<std::size_t>(p)].learnt_as)]) {
      order.push_back(leaf);
      dictionary.parent_of.push_back(p);
      if (leaves.atoms.row(leaf).dot(parents.atoms.row(p)) < 0)
        leaves.atoms.row(leaf) = (0 - leaves.atoms.row(leaf).array()).matrix();
    }
  const auto place = inverse_of(order);
  for (const auto& merge : merged.merges)
    dictionary.merges.push_back({placed(merge.left, place), placed(merge.right, place), merge.likeness});
  dictionary.parents = parents.atoms;
  dictionary.leaves = leaves.atoms(order, Eigen::all);
  if (options.structure.level == UnitLevel::parents) {
    dictionary.codes = std::move(parents.codes);
    dictionary.uses = std::move(parents.uses);
    dictionary.twin = std::move(parents.twin);
    return;
  }
  dictionary.units_are_leaves = true;
  LassoOptions lasso;
  lasso.alpha = options.alpha;
  dictionary.codes = sparse_encode(problem.samples(), dictionary.leaves, lasso, work).codes;
  for (Eigen::Index k = 0; k < dictionary.leaves.rows(); ++k)
    dictionary.uses.push_back(use_of_codes(dictionary.codes.col(k)));
  for (const auto leaf : leaves.twin.empty() ? std::vector<Eigen::Index>() : order)
    dictionary.twin.push_back(place[static_cast<std::size_t>(leaves.twin[static_cast<std::size_t>(leaf)])]);
}

DictionaryStreamOptions stream_options(const FacialBasisOptions& options) {
  DictionaryStreamOptions stream;
  stream.alpha = options.alpha;
  stream.seed = options.training.seed;
  return stream;
}

std::vector<Message> warnings_of(const FeatureProblem& problem, const DictionaryResult& learnt,
                                 const FacialBasisOptions& options) {
  std::vector<Message> warnings;
  const auto columns = problem.samples().cols();
  if (problem.units() > columns)
    warnings.push_back(problem.name() + ": " + std::to_string(problem.units()) + " atoms for " +
                       std::to_string(columns) +
                       " columns that move: overcomplete, many codes explain a frame as well; ask for fewer "
                       "with " +
                       field("atoms") + ", or lower what they share with " + field("coherence"));
  if (learnt.converged) return warnings;
  std::string fall;
  if (learnt.objective.size() > 1) {
    const double last = learnt.objective.back(), before = learnt.objective[learnt.objective.size() - 2];
    fall = ": the last lowered the objective by " + number_text((before - last) / last) + " of it, and " +
           number_text(options.tolerance) + " was asked for";
  }
  warnings.push_back(problem.name() + ": not converged after " + std::to_string(learnt.iterations) +
                     " iterations" + fall + "; raise " + field("max-iterations") + " or " +
                     field("tolerance"));
  return warnings;
}

}  // namespace

DictionaryOptions dictionary_options(const FacialBasisOptions& options) {
  DictionaryOptions dictionary;
  dictionary.alpha = options.alpha;
  dictionary.tolerance = options.tolerance;
  dictionary.max_iterations = options.max_iterations;
  dictionary.method = options.method;
  dictionary.seed = options.training.seed;
  return dictionary;
}

FeatureDictionary learn_feature(const FeatureProblem& problem, const FacialBasisOptions& options,
                                const std::optional<RowMatrix>& start_atoms, const Work& work) {
  FeatureDictionary dictionary;
  BalancedFrames balanced;
  if (options.balance > 0)
    balanced = balanced_frames(problem.samples(), options.balance,
                               static_cast<std::uint64_t>(options.training.seed), work);
  AtomConstraints constraints = problem.reflection();
  constraints.coherence = options.structure.coherence * static_cast<double>(problem.samples().rows());
  RowMatrix start = start_atoms.value_or(RowMatrix());
  if (!constraints.reflected.empty()) {
    if (start_atoms)
      tie_by_likeness(start, constraints);
    else
      start = mirrored_start(problem.samples(), problem.units(), constraints);
  }
  DictionaryResult learnt =
      DictionaryLearner(problem.samples(), balanced.weights, work, options.precision)
          .learn(problem.units(), dictionary_options(options), work, start, constraints);
  dictionary.iterations = learnt.iterations;
  dictionary.warnings = warnings_of(problem, learnt, options);
  dictionary.summary = {{"objective", learnt.objective.back()},
                        {"iterations", learnt.iterations},
                        {"converged", learnt.converged},
                        {"replaced_atoms", learnt.resampled}};
  if (const SampleBlocks all = problem.all_samples()) {
    constraints.coherence = options.structure.coherence * static_cast<double>(problem.all_rows());
    Work passes = work;
    passes.progress = [&](std::int64_t done, std::int64_t) { work.report(learnt.iterations + done, 0); };
    const DictionaryStreamResult refined = learn_dictionary_stream(
        all, problem.units(), stream_options(options), passes, learnt.atoms, constraints);
    learnt.atoms = refined.atoms;
    dictionary.summary["objective"] = refined.final_objective;
    dictionary.summary["epochs"] = refined.epochs;
    dictionary.summary["converged"] = learnt.converged && refined.converged;
    dictionary.summary["replaced_atoms"] = learnt.resampled + refined.resampled;
    if (!refined.converged)
      dictionary.warnings.push_back(problem.name() + ": not converged after " +
                                    std::to_string(refined.epochs) + " passes over all frames; raise " +
                                    field("memory"));
  }
  if (options.balance > 0) dictionary.summary["balance"] = balanced.summary;
  if (problem.features().size() == 2) dictionary.summary["learnt_together"] = problem.name();

  CanonicalUnits units(problem, options.alpha, std::move(learnt.atoms), constraints.twin, work);
  if (options.structure.merge_above < 1) {
    merge_into(dictionary, problem, options, std::move(units), work);
  } else {
    dictionary.parents = dictionary.leaves = units.atoms;
    dictionary.parent_of.resize(static_cast<std::size_t>(units.atoms.rows()));
    std::iota(dictionary.parent_of.begin(), dictionary.parent_of.end(), Eigen::Index{0});
    dictionary.codes = std::move(units.codes);
    dictionary.uses = std::move(units.uses);
    dictionary.twin = std::move(units.twin);
  }
  for (std::size_t k = 0; k < dictionary.uses.size(); ++k)
    if (dictionary.uses[k].share_active == 0)
      dictionary.warnings.push_back(problem.features().front().name + ", unit " + std::to_string(k + 1) +
                                    ": no frame uses it; ask for fewer atoms or lower " + field("alpha"));
  return dictionary;
}

}  // namespace facelex
