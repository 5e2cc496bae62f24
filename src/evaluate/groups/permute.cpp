#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>
#include <span>

#include "contrast.hpp"

namespace facelex {
namespace {

using Eigen::Index;

/// How often permutations reach what is observed.
struct PermutationCounts {
  std::vector<int> feature, family;
  std::vector<double> largest;  ///< of each permutation, over all features
};

/// The order of a block's subjects that an order of all subjects of the contrast means.
std::vector<Index> order_within(const std::vector<Index>& order, const ContrastWork& work,
                                const TestBlock& block, std::vector<Index>& place) {
  std::fill(place.begin(), place.end(), -1);
  for (std::size_t i = 0; i < block.design.rows.size(); ++i)
    place[static_cast<std::size_t>(block.design.rows[i])] = static_cast<Index>(i);
  std::vector<Index> within;
  within.reserve(block.design.rows.size());
  for (const Index i : order) {
    const Index local = place[static_cast<std::size_t>(work.subjects[static_cast<std::size_t>(i)])];
    if (local >= 0) within.push_back(local);
  }
  return within;
}

PermutationCounts count_permutations(const ContrastStep& step, const GroupComparison& comparison,
                                     const Eigen::VectorXd& observed, const Eigen::VectorXd& observed_family,
                                     const Random& streams, std::int64_t done_before, std::int64_t total) {
  const SubjectTable& table = step.table;
  const ContrastWork& work = step.work;
  const GroupOptions& options = step.options;
  PermutationCounts counts{std::vector<int>(table.features.size(), 0),
                           std::vector<int>(comparison.families.size(), 0),
                           std::vector<double>(static_cast<std::size_t>(options.permutations), 0)};
  std::mutex mutex;
  std::int64_t done = done_before;
  constexpr std::size_t together = 32;
  // Equal but for the rounding of another order of sums is as large.
  const auto reaches = [](double f, double reference) { return f >= reference * (1 - 1e-9) - 1e-12; };
  step.pool.for_each_block(static_cast<std::size_t>(options.permutations), together,
                           [&](std::size_t, std::size_t begin, std::size_t end) {
                             step.outer.check_stop();
                             std::vector<std::vector<Index>> orders;
                             for (std::size_t o = begin; o < end; ++o) {
                               std::vector<Index> order(work.subjects.size());
                               std::iota(order.begin(), order.end(), Index{0});
                               Random random = streams.stream(o);
                               random.shuffle(std::span<Index>(order));
                               orders.push_back(std::move(order));
                             }
                             const auto count = static_cast<Index>(end - begin);
                             Eigen::VectorXd largest = Eigen::VectorXd::Zero(count);
                             RowMatrix of_family =
                                 RowMatrix::Zero(count, static_cast<Index>(comparison.families.size()));
                             std::vector<std::pair<Index, int>> reached;
                             std::vector<Index> place(table.subjects.size());
                             for (const TestBlock& block : work.blocks) {
                               std::vector<std::vector<Index>> within;
                               for (const auto& order : orders)
                                 within.push_back(order_within(order, work, block, place));
                               const Eigen::MatrixXd f = permuted_f(block, within);
                               for (std::size_t i = 0; i < block.features.size(); ++i) {
                                 const Index feature = block.features[i];
                                 const Index family = comparison.family[static_cast<std::size_t>(feature)];
                                 int times = 0;
                                 for (Index o = 0; o < count; ++o) {
                                   const double value = f(o, static_cast<Index>(i));
                                   times += reaches(value, observed(feature)) ? 1 : 0;
                                   largest(o) = std::max(largest(o), value);
                                   of_family(o, family) = std::max(of_family(o, family), value);
                                 }
                                 reached.emplace_back(feature, times);
                               }
                             }
                             const std::lock_guard lock(mutex);
                             for (const auto& [feature, times] : reached)
                               counts.feature[static_cast<std::size_t>(feature)] += times;
                             for (Index family = 0; family < of_family.cols(); ++family)
                               for (Index o = 0; o < count; ++o)
                                 counts.family[static_cast<std::size_t>(family)] +=
                                     reaches(of_family(o, family), observed_family(family)) ? 1 : 0;
                             for (Index o = 0; o < count; ++o)
                               counts.largest[begin + static_cast<std::size_t>(o)] = largest(o);
                             step.outer.report(done += count, total);
                           });
  std::sort(counts.largest.begin(), counts.largest.end());
  return counts;
}

}  // namespace

void take_p_values(const ContrastStep& step, const Random& streams, const GroupComparison& comparison,
                   GroupContrast& contrast, std::int64_t done_before, std::int64_t total) {
  const SubjectTable& table = step.table;
  const ContrastWork& work = step.work;
  const GroupOptions& options = step.options;
  Eigen::VectorXd observed = Eigen::VectorXd::Zero(table.x.cols());
  Eigen::VectorXd of_family = Eigen::VectorXd::Zero(static_cast<Index>(comparison.families.size()));
  contrast.families.resize(comparison.families.size());
  for (Index f = 0; f < table.x.cols(); ++f) {
    const FeatureContrast& figures = contrast.features[static_cast<std::size_t>(f)];
    if (!figures.known()) continue;
    observed(f) = work.tested.cols() == 1 ? figures.statistic * figures.statistic : figures.statistic;
    const Index family = comparison.family[static_cast<std::size_t>(f)];
    FamilyContrast& own = contrast.families[static_cast<std::size_t>(family)];
    ++own.features;
    if (own.best < 0 || observed(f) > of_family(family)) {
      of_family(family) = observed(f);
      own.best = f;
    }
  }
  const PermutationCounts counts =
      count_permutations(step, comparison, observed, of_family, streams, done_before, total);
  const double all = 1 + static_cast<double>(options.permutations);
  for (std::size_t f = 0; f < contrast.features.size(); ++f) {
    FeatureContrast& figures = contrast.features[f];
    if (!figures.known()) continue;
    figures.p = (1 + counts.feature[f]) / all;
    const double reference = observed(static_cast<Index>(f)) * (1 - 1e-9) - 1e-12;
    const auto at_least =
        counts.largest.end() - std::lower_bound(counts.largest.begin(), counts.largest.end(), reference);
    figures.p_max = (1 + static_cast<double>(at_least)) / all;
  }
  for (std::size_t family = 0; family < contrast.families.size(); ++family)
    contrast.families[family].p = contrast.families[family].features > 0
                                      ? (1 + counts.family[family]) / all
                                      : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace facelex
