#include "facelex/evaluate/weights.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "facelex/core/parallel.hpp"
#include "facelex/core/random.hpp"

namespace facelex {
namespace {

constexpr double not_in_use = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t stream_of_subsamples = 3;  // evaluate/protocol.cpp has 1 and 2

/// Positive and negative class of a machine.
using ContrastKey = std::pair<int, int>;

/// The linear functions of one training set, NaN where a feature is not in use.
struct LinearFunctions {
  std::map<ContrastKey, Eigen::VectorXd> weights;  ///< P, of scaled features
  Eigen::VectorXd factor;                          ///< P: unscaled is scaled times this
};

LinearFunctions learn_functions(const EvaluationData& data, const std::vector<Eigen::Index>& rows,
                                double cost, double epsilon, const EvaluationOptions& options,
                                const Work& work) {
  const int classes = static_cast<int>(data.classes.size());
  const FeatureScale scale = fit_scale(data.x, data.y, classes, rows, options.scaling);
  const RowMatrix z = scale.apply(data.x, rows);
  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(z.rows(), z.rows());
  gram.selfadjointView<Eigen::Lower>().rankUpdate(z);
  gram.triangularView<Eigen::StrictlyUpper>() = gram.transpose();
  const auto models = fit_kernel_path(gram, data.y(rows), classes, {cost}, epsilon, options.learner, work);
  LinearFunctions functions;
  functions.factor = Eigen::VectorXd::Constant(data.x.cols(), not_in_use);
  functions.factor(scale.columns) = scale.factor;
  for (const KernelMachine& machine : models.front().machines) {
    Eigen::VectorXd& weights = functions.weights[{machine.positive, machine.negative}];
    weights = Eigen::VectorXd::Constant(data.x.cols(), not_in_use);
    weights(scale.columns) = z.transpose() * machine.coefficients;
  }
  return functions;
}

std::vector<Eigen::Index> rows_of_all(const EvaluationData& data) {
  std::vector<Eigen::Index> rows(static_cast<std::size_t>(data.rows()));
  std::iota(rows.begin(), rows.end(), Eigen::Index{0});
  return rows;
}

/// The rows in and out of one fold of `number`.
RowSplit rows_by_fold(const EvaluationData& data, const std::vector<int>& number, int fold) {
  RowSplit split;
  for (Eigen::Index row = 0; row < data.rows(); ++row) {
    const auto subject = static_cast<std::size_t>(data.subject[static_cast<std::size_t>(row)]);
    (number[subject] == fold ? split.test : split.train).push_back(row);
  }
  return split;
}

/// Costs and epsilon as the inner folds of all videos choose them.
FoldOutcome choose_on_all(const EvaluationData& data, const EvaluationOptions& options, const Work& work) {
  OuterFold all;
  all.rows.train = rows_of_all(data);
  const int count = std::min(options.folds.inner_folds, static_cast<int>(data.subject_names.size()));
  const auto number =
      balanced_folds(data, data.y, all.rows.train, count, static_cast<std::uint64_t>(options.seed));
  for (int fold = 0; fold < count; ++fold) all.inner.push_back(rows_by_fold(data, number, fold));
  return run_outer_fold(data, KernelSource(data, options.scaling), data.y, all, options.learner, work);
}

/// Four fifths of the subjects: what is left of the first of five balanced folds.
std::vector<Eigen::Index> draw_subsample(const EvaluationData& data, std::uint64_t seed) {
  const int parts = std::min(5, static_cast<int>(data.subject_names.size()));
  const auto number = balanced_folds(data, data.y, rows_of_all(data), parts, seed);
  return rows_by_fold(data, number, 0).train;
}

std::string contrast_name(const EvaluationData& data, const ContrastKey& key) {
  if (!data.classifies()) return data.label;
  const auto& positive = data.classes[static_cast<std::size_t>(key.first)];
  return positive + " against " +
         (key.second < 0 ? "others" : data.classes[static_cast<std::size_t>(key.second)]);
}

/// Adds a subsample's weights to running means and sums of squared deviations (Welford 1962), the latter in
/// `sd`, and counts in `used` and `same_sign`.
void add_subsample(const PairComponents& components, const Eigen::VectorXd& weights, ContrastWeights& sums) {
  const int n = ++sums.subsamples;
  for (Eigen::Index f = 0; f < weights.size(); ++f) {
    const bool used = !std::isnan(weights(f));
    const double weight = used ? weights(f) : 0, step = weight - sums.mean(f);
    sums.mean(f) += step / n;
    sums.sd(f) += step * (weight - sums.mean(f));
    sums.used(f) += used ? 1 : 0;
    sums.same_sign(f) += weight * sums.weight(f) > 0 ? 1 : 0;
  }
  if (!components.empty())
    sums.component_draws.row(n - 1) = component_weights(components, weights).transpose();
}

void finish_subsamples(ContrastWeights& sums) {
  sums.component_draws.conservativeResize(sums.subsamples, Eigen::NoChange);
  const double n = sums.subsamples;
  if (sums.subsamples == 0) {
    sums.mean.setConstant(not_in_use);
    sums.used.setConstant(not_in_use);
    sums.same_sign.setConstant(not_in_use);
  } else {
    sums.used /= n;
    sums.same_sign /= n;
  }
  sums.sd = sums.subsamples < 2 ? Eigen::VectorXd::Constant(sums.sd.size(), not_in_use)
                                : Eigen::VectorXd((sums.sd / (n - 1)).cwiseSqrt());
  for (Eigen::Index f = 0; f < sums.weight.size(); ++f)
    if (std::isnan(sums.weight(f))) sums.same_sign(f) = not_in_use;
}

}  // namespace

PairComponents pair_components(const std::vector<std::string>& features) {
  static const std::set<std::string> figures_of_pairs = {"sd", "lag", "windows", "p", "q"};
  PairComponents components;
  std::map<std::string, int> index;
  const auto number = [&](const std::string& name) {
    const auto [at, is_new] = index.emplace(name, static_cast<int>(components.names.size()));
    if (is_new) components.names.push_back(name);
    return at->second;
  };
  for (const auto& feature : features) {
    const auto tilde = feature.find('~');
    components.pair.emplace_back(-1, -1);
    if (tilde == std::string::npos || tilde == 0 || tilde + 1 == feature.size()) continue;
    std::string second = feature.substr(tilde + 1);
    const auto space = second.rfind(' ');
    if (space != std::string::npos && space > 0 && figures_of_pairs.contains(second.substr(space + 1)))
      second.resize(space);
    const int first = number(feature.substr(0, tilde));
    components.pair.back() = {first, number(second)};
  }
  return components;
}

Eigen::VectorXd component_weights(const PairComponents& components, const Eigen::VectorXd& weights) {
  const auto count = static_cast<Eigen::Index>(components.names.size());
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(count), features = Eigen::VectorXd::Zero(count);
  const auto add = [&](int component, double weight) {
    sum(component) += weight;
    ++features(component);
  };
  for (Eigen::Index f = 0; f < weights.size(); ++f) {
    const auto [first, second] = components.pair[static_cast<std::size_t>(f)];
    if (first < 0 || std::isnan(weights(f))) continue;
    add(first, std::abs(weights(f)));
    if (second != first) add(second, std::abs(weights(f)));
  }
  return (features.array() > 0).select(sum.array() / features.array().max(1), not_in_use);
}

std::optional<EvaluationWeights> evaluation_weights(const EvaluationData& data,
                                                    const EvaluationOptions& options, const Work& work) {
  if (options.learner.has_kernel()) return {};
  Work inner;
  inner.stop = work.stop;
  const FoldOutcome chosen = choose_on_all(data, options, inner);
  EvaluationWeights result;
  result.cost = chosen.cost;
  result.epsilon = chosen.epsilon;
  result.components = pair_components(data.features);
  const LinearFunctions whole =
      learn_functions(data, rows_of_all(data), chosen.cost, chosen.epsilon, options, inner);
  const Eigen::Index width = data.x.cols();
  std::map<ContrastKey, std::size_t> contrast_at;
  for (const auto& [key, weights] : whole.weights) {
    contrast_at[key] = result.contrasts.size();
    ContrastWeights contrast;
    contrast.name = contrast_name(data, key);
    contrast.weight = weights;
    contrast.unscaled = weights.cwiseProduct(whole.factor);
    contrast.mean = contrast.sd = contrast.used = contrast.same_sign = Eigen::VectorXd::Zero(width);
    contrast.component = component_weights(result.components, weights);
    contrast.component_draws.resize(options.subsamples, contrast.component.size());
    result.contrasts.push_back(std::move(contrast));
  }
  const Random streams = Random(static_cast<std::uint64_t>(options.seed)).stream(stream_of_subsamples);
  ThreadPool pool(work.threads);
  const auto total = static_cast<std::size_t>(options.subsamples);
  constexpr std::size_t together = 32;  // subsamples in memory at once; added up in order
  for (std::size_t begin = 0; begin < total; begin += together) {
    std::vector<LinearFunctions> drawn(std::min(together, total - begin));
    pool.for_each(drawn.size(), [&](std::size_t i) {
      work.check_stop();
      const auto rows = draw_subsample(data, streams.stream(begin + i).next());
      drawn[i] = learn_functions(data, rows, chosen.cost, chosen.epsilon, options, inner);
    });
    for (const LinearFunctions& functions : drawn)
      for (const auto& [key, weights] : functions.weights)
        if (const auto at = contrast_at.find(key); at != contrast_at.end())
          add_subsample(result.components, weights, result.contrasts[at->second]);
  }
  for (ContrastWeights& contrast : result.contrasts) finish_subsamples(contrast);
  return result;
}

}  // namespace facelex
