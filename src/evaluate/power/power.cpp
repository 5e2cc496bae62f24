#include "facelex/evaluate/power/power.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>

#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/quantiles.hpp"
#include "facelex/core/random.hpp"
#include "facelex/core/text.hpp"
#include "facelex/evaluate/metrics.hpp"

namespace facelex {
namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

/// The rows of each subject of the pool, and the class of all of them.
struct PoolSubjects {
  std::vector<std::vector<Eigen::Index>> rows;
  std::vector<int> label;
};

PoolSubjects subjects_of(const EvaluationData& pool) {
  PoolSubjects subjects;
  subjects.rows.resize(pool.subject_names.size());
  subjects.label.assign(pool.subject_names.size(), -1);
  for (Eigen::Index row = 0; row < pool.rows(); ++row) {
    const auto subject = static_cast<std::size_t>(pool.subject[static_cast<std::size_t>(row)]);
    const int label = static_cast<int>(pool.y(row));
    if (subjects.label[subject] >= 0 && subjects.label[subject] != label)
      throw data_error({}, "subject " + pool.subject_names[subject] + " is in two classes",
                       "studies are drawn by class");
    subjects.label[subject] = label;
    subjects.rows[subject].push_back(row);
  }
  return subjects;
}

/// The data of these subjects with these labels (a number for each subject of the pool).
EvaluationData study_of(const EvaluationData& pool, const PoolSubjects& subjects,
                        const std::vector<std::size_t>& chosen, const std::vector<int>& labels) {
  EvaluationData study;
  study.features = pool.features;
  study.classes = pool.classes;
  study.label = pool.label;
  std::vector<Eigen::Index> from;
  std::vector<double> y;
  for (const std::size_t s : chosen) {
    for (const auto row : subjects.rows[s]) {
      from.push_back(row);
      y.push_back(labels[s]);
      study.names.push_back(pool.names[static_cast<std::size_t>(row)]);
      study.subject.push_back(static_cast<int>(study.subject_names.size()));
    }
    study.subject_names.push_back(pool.subject_names[s]);
  }
  study.x = pool.x(from, Eigen::all);
  study.y = Eigen::Map<const Eigen::VectorXd>(y.data(), static_cast<Eigen::Index>(y.size()));
  return study;
}

std::size_t index_of_metric(const std::string& name, std::size_t classes) {
  const auto& kinds = metric_kinds(static_cast<int>(classes));
  for (std::size_t m = 0; m < kinds.size(); ++m)
    if (kinds[m].name == name) return m;
  std::string known;
  for (const auto& kind : kinds) known += (known.empty() ? "" : ", ") + kind.name;
  throw option_error("metric",
                     "there is no " + in_quotes(name) + " of " + std::to_string(classes) + " classes",
                     "one of " + known);
}

class StudyDrawer {
 public:
  StudyDrawer(const EvaluationData& pool, const PowerOptions& options, EvaluationOptions evaluation)
      : pool_(pool),
        subjects_(subjects_of(pool)),
        options_(options),
        evaluation_(std::move(evaluation)),
        metric_(index_of_metric(options.metric, pool.classes.size())) {
    evaluation_.permutations = evaluation_.draws = evaluation_.subsamples = 0;
    for (std::size_t k = 0; k < pool.classes.size(); ++k) {
      const auto has = std::count(subjects_.label.begin(), subjects_.label.end(), static_cast<int>(k));
      if (has < options.sizes().back())
        throw usage_error("class " + pool.classes[k] + " has " + std::to_string(has) +
                              " subjects, fewer than the largest of subjects, " +
                              std::to_string(options.sizes().back()),
                          "draw from a larger pool");
    }
  }

  /// The metric of study number `number` of that size.
  double value(int size, bool null, std::size_t number, const Work& work) const {
    Random random = Random(static_cast<std::uint64_t>(options_.seed))
                        .stream(null ? 2 : 1)
                        .stream(static_cast<std::uint64_t>(size))
                        .stream(number);
    std::vector<int> labels = subjects_.label;
    if (null) random.shuffle(std::span(labels));
    std::vector<std::size_t> order(labels.size()), chosen;
    std::iota(order.begin(), order.end(), std::size_t{0});
    random.shuffle(std::span(order));
    std::vector<int> taken(pool_.classes.size());
    for (const std::size_t s : order)
      if (taken[static_cast<std::size_t>(labels[s])]++ < size) chosen.push_back(s);
    std::sort(chosen.begin(), chosen.end());
    EvaluationOptions options = evaluation_;
    options.seed = static_cast<long long>(random.below(std::numeric_limits<std::int64_t>::max()));
    const EvaluationResult result = evaluate(study_of(pool_, subjects_, chosen, labels), options, work);
    return result.metrics[metric_].value;
  }

 private:
  const EvaluationData& pool_;
  const PoolSubjects subjects_;
  const PowerOptions& options_;
  EvaluationOptions evaluation_;
  std::size_t metric_;
};

/// Equal but for the rounding of another order of sums is as good.
bool as_good(double value, double as) {
  return value >= as - 1e-12;
}

/// p-values of the studies and what they come to; values of both kinds are those of one size.
PowerPoint point_of(int size, const std::vector<double>& with, std::vector<double>& p,
                    std::vector<double> without, double alpha) {
  const auto p_of = [&](double value) {
    const auto better = std::count_if(without.begin(), without.end(), [&](double chance) {
      return std::isnan(chance) || as_good(chance, value);
    });
    return (1 + static_cast<double>(better)) / (1 + static_cast<double>(without.size()));
  };
  PowerPoint point;
  point.subjects = size;
  std::vector<double> values, chances;
  double found = 0;
  for (const double value : with) {
    p.push_back(std::isnan(value) ? 1 : p_of(value));
    found += p.back() <= alpha ? 1 : 0;
    if (!std::isnan(value)) values.push_back(value);
  }
  for (const double value : without)
    if (!std::isnan(value)) chances.push_back(value);
  const auto mean_of = [](const std::vector<double>& numbers) {
    return numbers.empty()
               ? no_value
               : std::accumulate(numbers.begin(), numbers.end(), 0.0) / static_cast<double>(numbers.size());
  };
  point.mean = mean_of(values);
  point.low = quantile_of(values, 0.025);
  point.high = quantile_of(values, 0.975);
  point.chance = mean_of(chances);
  point.critical = no_value;
  std::vector<double> seen = values;
  seen.insert(seen.end(), chances.begin(), chances.end());
  for (const double value : seen)
    if (p_of(value) <= alpha && !(value >= point.critical)) point.critical = value;
  const auto n = static_cast<double>(with.size());
  point.power = found / n;
  constexpr double z = 1.959963984540054;  // 97.5 % of the normal distribution
  const double middle = (point.power + z * z / (2 * n)) / (1 + z * z / n);
  const double half =
      z / (1 + z * z / n) * std::sqrt(point.power * (1 - point.power) / n + z * z / (4 * n * n));
  point.power_low = std::max(0.0, middle - half);
  point.power_high = std::min(1.0, middle + half);
  return point;
}

}  // namespace

void PowerOptions::describe(OptionList& options) {
  options
      .integers("subjects", subjects, Bounds::at_least(2), "Subjects of each group in a study: sizes to try")
      .integer("studies", studies, Bounds::at_least(20),
               "Studies of each size, and as many whose labels are dealt at random, for p")
      .number("alpha", alpha, Bounds{0, 1, true}, "A difference is found when p ≤ alpha")
      .number("power", target, Bounds{0, 1, true}, "Power that the number of subjects is to reach")
      .text("metric", metric,
            "Figure that is tested: accuracy, balanced_accuracy, f1_weighted, f1_macro, auc")
      .integer("seed", seed, Bounds::at_least(0), "Of the studies and their folds");
}

std::vector<int> PowerOptions::sizes() const {
  std::vector<int> sizes = subjects;
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  return sizes;
}

void PowerOptions::check() const {
  check_bounds(*this);
  if (1.0 / (1 + studies) > alpha)
    throw option_error("studies",
                       "with " + std::to_string(studies) + " the smallest p is " +
                           number_text(1.0 / (1 + studies)) + ", which is above alpha " + number_text(alpha),
                       "ask for at least " + std::to_string(static_cast<int>(std::ceil(1 / alpha)) - 1));
}

int PowerCurve::enough(double target) const {
  int size = 0;
  for (auto point = points.rbegin(); point != points.rend() && point->power >= target; ++point)
    size = point->subjects;
  return size;
}

void check_power(const PowerOptions& options, const FoldOptions& folds, std::size_t classes) {
  (void)index_of_metric(options.metric, classes);
  const int min_subjects = options.sizes().front(), subjects = min_subjects * static_cast<int>(classes);
  const int wanted = folds.protocol == FoldProtocol::k_fold ? folds.folds : 2;
  if (subjects < wanted)
    throw option_error("subjects",
                       std::to_string(min_subjects) + " of each group are fewer than the " +
                           std::to_string(wanted) + " folds",
                       "ask for larger studies, or fewer " + field("folds"));
}

PowerCurve power_curve(const EvaluationData& pool, const PowerOptions& options,
                       const EvaluationOptions& evaluation, const Work& work) {
  options.check();
  check_power(options, evaluation.folds, pool.classes.size());
  const StudyDrawer drawer(pool, options, evaluation);
  const auto studies = static_cast<std::size_t>(options.studies);
  const std::vector<int> sizes = options.sizes();
  std::vector<double> values(sizes.size() * 2 * studies);
  std::mutex mutex;
  std::int64_t done = 0;
  Work alone;
  alone.stop = work.stop;
  ThreadPool threads(work.threads);
  threads.for_each(values.size(), [&](std::size_t i) {
    const std::size_t of_size = i % (2 * studies);
    values[i] = drawer.value(sizes[i / (2 * studies)], of_size >= studies, of_size % studies, alone);
    const std::lock_guard lock(mutex);
    work.report(++done, static_cast<std::int64_t>(values.size()));
  });
  PowerCurve curve;
  for (std::size_t s = 0; s < sizes.size(); ++s) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(s * 2 * studies);
    const auto middle = begin + static_cast<std::ptrdiff_t>(studies);
    const std::vector<double> with(begin, middle);
    const std::vector<double> without(middle, middle + static_cast<std::ptrdiff_t>(studies));
    std::vector<double> p;
    curve.points.push_back(point_of(sizes[s], with, p, without, options.alpha));
    for (std::size_t i = 0; i < studies; ++i) curve.studies.push_back({sizes[s], false, with[i], p[i]});
    for (const double value : without) curve.studies.push_back({sizes[s], true, value, no_value});
  }
  return curve;
}

}  // namespace facelex
