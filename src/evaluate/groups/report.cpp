#include "facelex/evaluate/groups/report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "evaluate/left_out.hpp"
#include "facelex/core/text.hpp"
#include "facelex/evaluate/report.hpp"
#include "facelex/io/tables/csv.hpp"

namespace facelex {
namespace {

constexpr double shown_rate = 0.05;

std::string two_digits(double value) {
  if (std::isnan(value)) return "–";
  std::string text(48, '\0');
  text.resize(static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%.2f", value)));
  return text == "-0.00" ? "0.00" : text;
}

/// Four digits: more than permutations give.
std::string probability(double p) {
  if (std::isnan(p)) return "–";
  std::string text(48, '\0');
  text.resize(static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%.4f", p)));
  return p < 5e-5 ? "< 0.0001" : text;
}

std::string interval_text(const FeatureContrast& figures) {
  return two_digits(figures.effect) +
         (std::isnan(figures.low) ? std::string()
                                  : " [" + two_digits(figures.low) + ", " + two_digits(figures.high) + "]");
}

bool is_together(const SubjectTable& table, const GroupContrast& contrast) {
  return !table.classes.empty() && contrast.first < 0;
}

const char* effect_name(const SubjectTable& table, const GroupContrast& contrast) {
  if (table.classes.empty()) return "r";
  return is_together(table, contrast) ? "η²" : "g";
}

/// Indices of the features with a figure, the smallest p first, then the largest statistic.
std::vector<std::size_t> by_p(const GroupContrast& contrast) {
  std::vector<std::size_t> order;
  for (std::size_t f = 0; f < contrast.features.size(); ++f)
    if (contrast.features[f].known()) order.push_back(f);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto &x = contrast.features[a], &y = contrast.features[b];
    return x.p != y.p ? x.p < y.p : std::abs(x.statistic) > std::abs(y.statistic);
  });
  return order;
}

std::size_t found_count(const GroupContrast& contrast) {
  return static_cast<std::size_t>(
      std::count_if(contrast.features.begin(), contrast.features.end(),
                    [](const FeatureContrast& figures) { return figures.q < shown_rate; }));
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// A cell of a Markdown table.
std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

std::string counts_text(const SubjectTable& table, const FeatureContrast& figures,
                        const GroupContrast& contrast) {
  std::string text;
  for (std::size_t k = 0; k < figures.count.size(); ++k) {
    const auto own = static_cast<int>(k);
    if (table.classes.empty() || contrast.first < 0 || own == contrast.first || own == contrast.second)
      text += (text.empty() ? "" : " + ") + std::to_string(figures.count[k]);
  }
  return text;
}

void append_contrast(std::string& text, const SubjectTable& table, const GroupComparison& comparison,
                     const GroupContrast& contrast) {
  constexpr std::size_t max_rows = 30;
  const auto order = by_p(contrast);
  const char* effect = effect_name(table, contrast);
  const bool together = is_together(table, contrast);
  text += "\n## " + contrast.name + "\n\n" + std::to_string(found_count(contrast)) + " of " +
          std::to_string(order.size()) + " features with q < 0.05";
  if (order.size() < contrast.features.size())
    text += "; " + std::to_string(contrast.features.size() - order.size()) +
            " more have too few subjects with values, or do not vary";
  if (order.size() > max_rows) text += "; the " + std::to_string(max_rows) + " with the smallest p";
  text += ".\n\n| feature | n | " + std::string(effect) + (together ? "" : " [95 %]") + " | " +
          (together ? "F" : "t") +
          " | p | q | q in its family | p of the largest |\n|---|---|---|---|---|---|---|---|\n";
  for (std::size_t i = 0; i < order.size() && i < max_rows; ++i) {
    const FeatureContrast& figures = contrast.features[order[i]];
    text += "| " + cell(table.features[order[i]]) + " | " + counts_text(table, figures, contrast) + " | " +
            interval_text(figures) + " | " + two_digits(figures.statistic) + " | " + probability(figures.p) +
            " | " + probability(figures.q) + " | " + probability(figures.q_family) + " | " +
            probability(figures.p_max) + " |\n";
  }
  std::vector<std::size_t> families;
  for (std::size_t k = 0; k < contrast.families.size(); ++k)
    if (contrast.families[k].features > 1) families.push_back(k);
  if (families.size() < 2) return;
  std::stable_sort(families.begin(), families.end(), [&](std::size_t a, std::size_t b) {
    return contrast.families[a].p < contrast.families[b].p;
  });
  text += "\n| family | features | the largest | p | q |\n|---|---|---|---|---|\n";
  for (std::size_t i = 0; i < families.size() && i < max_rows; ++i) {
    const FamilyContrast& family = contrast.families[families[i]];
    text += "| " + cell(comparison.families[families[i]]) + " | " + std::to_string(family.features) + " | " +
            cell(table.features[static_cast<std::size_t>(family.best)]) + " | " + probability(family.p) +
            " | " + probability(family.q) + " |\n";
  }
}

std::string method_text(const SubjectTable& table, const GroupOptions& options) {
  const std::string what = table.classes.empty() ? "r" : "g";
  std::string text = "\n## How to read it\n\n";
  if (!table.classes.empty())
    text +=
        "- g is Hedges' g: the difference of the means (second minus first group) in standard deviations "
        "within groups, corrected for small samples.\n";
  else
    text += "- r is " + std::string(table.covariates.empty() ? "Pearson's" : "the partial") +
            " correlation with " + table.label + ".\n";
  if (!table.covariates.empty())
    text += "- The linear influence of " + joined(table.covariates) + " is taken out; " + what +
            " is of what remains. Means and standard deviations in groups.csv are "
            "of the values as they are.\n";
  text +=
      "- p is two-sided, from " + std::to_string(options.permutations) + " permutations of the subjects" +
      (table.covariates.empty() ? "" : " (of the residuals beside the covariates, after Freedman and Lane)") +
      "; it is never below " + probability(1 / (1.0 + options.permutations)) + ".\n";
  if (options.draws > 0)
    text += "- Intervals hold 95 %, from " + std::to_string(options.draws) + " draws of subjects" +
            (table.classes.empty() ? "" : " within the groups") + ".\n";
  text +=
      "- q < 0.05: among the features so marked one in twenty is expected to be false. q in its family "
      "counts the features of one unit or pair only, and is for questions asked beforehand. p of the "
      "largest: the chance that any feature at all is so clear when nothing differs.\n";
  if (table.classes.size() > 2)
    text +=
        "- All groups together: F and the share of variance η²; pairs are compared without the people "
        "of the other groups, and their q counts all pairs.\n";
  return text;
}

}  // namespace

std::vector<Column> groups_columns(const SubjectTable& table) {
  const bool score = table.classes.empty();
  std::vector<Column> columns = {{"feature", "", ""},
                                 {"family", "first word of its name: a unit or a pair of signals", ""}};
  if (score) {
    columns.push_back({"n", "subjects with a value", "subjects"});
    columns.push_back({"mean", "of the subjects, not adjusted", ""});
    columns.push_back({"sd", "of the subjects (n - 1), not adjusted", ""});
    columns.push_back({"r", "correlation with " + table.label + ", of what the covariates leave", ""});
  } else {
    columns.push_back({"contrast", "second minus first group, or all groups together", ""});
    for (const auto& name : table.classes) {
      columns.push_back({"n_" + name, "subjects with a value", "subjects"});
      columns.push_back({"mean_" + name, "of the subjects, not adjusted", ""});
      columns.push_back({"sd_" + name, "of the subjects (n - 1), not adjusted", ""});
    }
    columns.push_back({"difference", "second minus first group, adjusted", "of the feature"});
    columns.push_back({"g", "Hedges' g: difference by residual standard deviation, corrected", "SD"});
  }
  columns.push_back({"low", "2.5 %, subjects drawn with replacement", ""});
  columns.push_back({"high", "97.5 %", ""});
  columns.push_back({"t", "of the coefficient in the linear model", ""});
  if (table.classes.size() > 2) {
    columns.push_back({"f", "of all groups together", ""});
    columns.push_back({"eta_squared", "share of variance beside the covariates, all groups together", ""});
  }
  columns.push_back({"df", "degrees of freedom of the residuals", ""});
  columns.push_back({"p", "two-sided, (1 + permutations at least as large) / (1 + permutations)", ""});
  columns.push_back({"q", "false discovery rate over all features (and pairs of groups)", ""});
  columns.push_back({"q_family", "false discovery rate over the features of the family", ""});
  columns.push_back({"p_max", "p of the largest statistic of all features: family-wise error", ""});
  return columns;
}

std::string groups_csv(const SubjectTable& table, const GroupComparison& comparison) {
  std::string text;
  for (const auto& column : groups_columns(table)) text += (text.empty() ? "" : ",") + csv_field(column.name);
  text += '\n';
  for (const GroupContrast& contrast : comparison.contrasts) {
    const bool together = is_together(table, contrast);
    for (std::size_t f = 0; f < contrast.features.size(); ++f) {
      const FeatureContrast& figures = contrast.features[f];
      text += csv_field(table.features[f]) + "," +
              csv_field(comparison.families[static_cast<std::size_t>(comparison.family[f])]);
      if (!table.classes.empty()) text += "," + csv_field(contrast.name);
      const auto add = [&](double value) {
        text += ',';
        append_number(text, value);
      };
      for (std::size_t k = 0; k < figures.count.size(); ++k) {
        add(figures.count[k]);
        add(figures.mean[k]);
        add(figures.sd[k]);
      }
      const double none = std::nan("");
      if (!table.classes.empty()) add(figures.difference);
      add(together ? none : figures.effect);
      add(figures.low);
      add(figures.high);
      add(together ? none : figures.statistic);
      if (table.classes.size() > 2) {
        add(together ? figures.statistic : none);
        add(together ? figures.effect : none);
      }
      add(figures.known() ? figures.df : none);
      for (const double value : {figures.p, figures.q, figures.q_family, figures.p_max}) add(value);
      text += '\n';
    }
  }
  return text;
}

std::string families_csv(const SubjectTable& table, const GroupComparison& comparison) {
  std::string text = "family,contrast,features,best,p,q\n";
  for (const GroupContrast& contrast : comparison.contrasts)
    for (std::size_t k = 0; k < contrast.families.size(); ++k) {
      const FamilyContrast& family = contrast.families[k];
      text += csv_field(comparison.families[k]) + "," + csv_field(contrast.name) + "," +
              std::to_string(family.features) + "," +
              (family.best < 0 ? std::string()
                               : csv_field(table.features[static_cast<std::size_t>(family.best)])) +
              ",";
      append_number(text, family.p);
      text += ',';
      append_number(text, family.q);
      text += '\n';
    }
  return text;
}

std::string groups_markdown(const EvaluationData& data, const SubjectTable& table,
                            const GroupOptions& options, const GroupComparison& comparison) {
  std::string text = table.classes.empty() ? "# Correlation with " + table.label + "\n\n"
                                           : "# Groups by " + table.label + "\n\n";
  text += evaluation_data_text(data) + ".";
  if (data.rows() > static_cast<Eigen::Index>(table.subjects.size()))
    text += " The videos of a subject are averaged: a subject counts once.";
  text += '\n';
  for (const auto& warning : data.warnings) text += "\n**" + warning + "**\n";
  for (const GroupContrast& contrast : comparison.contrasts)
    append_contrast(text, table, comparison, contrast);
  text += method_text(table, options);
  return text + left_out_markdown(data, "groups.json");
}

std::string groups_headline(const SubjectTable& table, const GroupComparison& comparison) {
  const GroupContrast& contrast = comparison.contrasts.front();
  const auto order = by_p(contrast);
  const FeatureContrast& first = contrast.features[order.front()];
  return contrast.name + ": " + std::to_string(found_count(contrast)) + " of " +
         std::to_string(order.size()) +
         " features with q < 0.05; the smallest p: " + table.features[order.front()] + ", " +
         effect_name(table, contrast) + " = " + interval_text(first) + ", p = " + probability(first.p) +
         ", q = " + probability(first.q);
}

}  // namespace facelex
