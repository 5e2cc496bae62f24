#include "facelex/evaluate/groups/groups.hpp"

#include <map>

#include "contrast.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/false_discovery.hpp"

namespace facelex {
namespace {

constexpr std::uint64_t stream_of_orders = 4, stream_of_people = 5;  // evaluate/weights.cpp has 3

/// False discovery rates over all figures of the contrasts that `part` takes.
void take_q_values(const SubjectTable& table, GroupComparison& comparison,
                   const std::vector<std::size_t>& part) {
  std::vector<double> p, family_p;
  std::map<int, std::vector<double>> p_of_family;
  for (const auto c : part) {
    for (std::size_t f = 0; f < table.features.size(); ++f) {
      p.push_back(comparison.contrasts[c].features[f].p);
      p_of_family[comparison.family[f]].push_back(p.back());
    }
    for (const auto& family : comparison.contrasts[c].families) family_p.push_back(family.p);
  }
  const auto q = benjamini_hochberg(p), family_q = benjamini_hochberg(family_p);
  std::map<int, std::vector<double>> q_of_family;
  for (const auto& [family, own] : p_of_family) q_of_family[family] = benjamini_hochberg(own);
  std::map<int, std::size_t> next;
  std::size_t at = 0, family_at = 0;
  for (const auto c : part) {
    for (std::size_t f = 0; f < table.features.size(); ++f) {
      const int family = comparison.family[f];
      comparison.contrasts[c].features[f].q = q[at++];
      comparison.contrasts[c].features[f].q_family = q_of_family[family][next[family]++];
    }
    for (auto& family : comparison.contrasts[c].families) family.q = family_q[family_at++];
  }
}

void name_families(const SubjectTable& table, GroupComparison& comparison) {
  std::map<std::string, int> known;
  for (const auto& feature : table.features) {
    const auto [at, is_new] =
        known.emplace(feature_family(feature), static_cast<int>(comparison.families.size()));
    if (is_new) comparison.families.push_back(at->first);
    comparison.family.push_back(at->second);
  }
}

void name_contrasts(const SubjectTable& table, GroupComparison& comparison) {
  const int classes = static_cast<int>(table.classes.size());
  if (classes == 0) comparison.contrasts.push_back({table.label, -1, -1, {}, {}});
  if (classes > 2) comparison.contrasts.push_back({"all groups", -1, -1, {}, {}});
  for (int a = 0; a < classes; ++a)
    for (int b = a + 1; b < classes; ++b)
      comparison.contrasts.push_back(
          {table.classes[static_cast<std::size_t>(b)] + " - " + table.classes[static_cast<std::size_t>(a)],
           a,
           b,
           {},
           {}});
}

void require_figures(const SubjectTable& table, const GroupContrast& contrast, const ContrastWork& work) {
  if (!work.blocks.empty()) return;
  std::string covariates;
  for (const auto& name : table.covariates) covariates += (covariates.empty() ? "" : ", ") + name;
  throw data_error({}, contrast.name + ": no feature can be compared",
                   covariates.empty()
                       ? "each group needs two subjects with values (a score four), and a feature has to vary"
                       : "with " + covariates +
                             " known there is nothing left to compare: a covariate says which group a " +
                             "subject is of, or there are too few subjects for so many");
}

}  // namespace

void GroupOptions::describe(OptionList& options) {
  options.text("label", label, "Column of the labels that holds the group; default: label, group or class");
  options.text("score", score, "Column of a number to correlate every feature with, instead of groups");
  options.texts("classes", classes,
                "Only these groups; of two the difference is second minus first. Default: all, in natural "
                "order");
  covariates.describe(options);
  options.integer("permutations", permutations, Bounds::at_least(1),
                  "Of the subjects, for p-values; the smallest possible p is 1 / (1 + permutations)");
  options.integer("draws", draws, Bounds::at_least(0), "Of subjects with replacement, for 95 % intervals");
  options.integer("seed", seed, Bounds::at_least(0), "Of permutations and draws");
}

void GroupOptions::check() const {
  check_bounds(*this);
  covariates.check();
  if (correlates() && !label.empty())
    throw option_error("score", "is given beside " + field("label"),
                       "compare groups or correlate, one at a time");
  if (correlates() && !classes.empty())
    throw option_error("classes", "a score has no classes", "leave one of the two out");
}

EvaluationDataOptions GroupOptions::data_options() const {
  EvaluationDataOptions columns;
  columns.label = correlates() ? score : label;
  columns.classes = classes;
  columns.missing = MissingFeatures::keep;
  return columns;
}

GroupComparison compare_groups(const SubjectTable& table, const GroupOptions& options, const Work& work) {
  options.check();
  GroupComparison comparison;
  name_families(table, comparison);
  name_contrasts(table, comparison);
  const Random seeded(static_cast<std::uint64_t>(options.seed));
  ThreadPool pool(work.threads);
  const std::int64_t total = static_cast<std::int64_t>(comparison.contrasts.size()) *
                             static_cast<std::int64_t>(options.permutations);
  std::vector<std::size_t> together, pairs;
  for (std::size_t c = 0; c < comparison.contrasts.size(); ++c) {
    GroupContrast& contrast = comparison.contrasts[c];
    ContrastWork own = contrast_work(table, contrast);
    make_blocks(table, contrast, own);
    require_figures(table, contrast, own);
    for (const TestBlock& block : own.blocks) take_observed(table, block, contrast);
    const ContrastStep step{table, options, own, pool, work};
    take_p_values(step, seeded.stream(stream_of_orders).stream(c), comparison, contrast,
                  static_cast<std::int64_t>(c) * options.permutations, total);
    if (options.draws > 0 && own.tested.cols() == 1)
      take_intervals(step, seeded.stream(stream_of_people).stream(c), contrast);
    (contrast.first < 0 ? together : pairs).push_back(c);
  }
  for (const auto* part : {&together, &pairs})
    if (!part->empty()) take_q_values(table, comparison, *part);
  return comparison;
}

}  // namespace facelex
