#include <algorithm>
#include <cmath>
#include <cstdio>

#include "facelex/core/text.hpp"
#include "facelex/evaluate/power/power.hpp"
#include "facelex/io/tables/csv.hpp"

namespace facelex {
namespace {

std::string digits(double value, const char* format) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return std::isnan(value) ? "–" : text;
}

std::string percent(double value) {
  return digits(100 * value, "%.0f %%");
}

void append_figures(std::string& line, std::initializer_list<double> values) {
  for (const double value : values) {
    line += ',';
    append_number(line, value);
  }
  line += '\n';
}

/// Whether a size reaches the power, though not all larger ones do.
bool reached_before(const PowerCurve& curve, double target) {
  return std::any_of(curve.points.begin(), curve.points.end(),
                     [&](const PowerPoint& at) { return at.power >= target; });
}

}  // namespace

std::vector<Column> power_columns(const PowerOptions& options) {
  return {{"subjects", "of each group", "subjects"},
          {options.metric, "mean over the studies with the difference", ""},
          {"low", "2.5 % quantile of the studies", ""},
          {"high", "97.5 % quantile of the studies", ""},
          {"chance", "mean of the studies whose labels are dealt at random", ""},
          {"critical", "smallest value with p ≤ alpha", ""},
          {"power", "share of the studies with p ≤ alpha", ""},
          {"power_low", "lower end of its 95 % interval (Wilson)", ""},
          {"power_high", "upper end of its 95 % interval (Wilson)", ""}};
}

std::string power_csv(const PowerCurve& curve, const PowerOptions& options) {
  std::string table;
  for (const Column& column : power_columns(options)) table += (table.empty() ? "" : ",") + column.name;
  table += '\n';
  for (const PowerPoint& at : curve.points) {
    table += std::to_string(at.subjects);
    append_figures(table,
                   {at.mean, at.low, at.high, at.chance, at.critical, at.power, at.power_low, at.power_high});
  }
  return table;
}

std::string power_studies_csv(const PowerCurve& curve, const PowerOptions& options) {
  std::string table = "subjects,null," + options.metric + ",p\n";
  for (const PowerStudy& study : curve.studies) {
    table += std::to_string(study.subjects) + (study.null ? ",1" : ",0");
    append_figures(table, {study.value, study.p});
  }
  return table;
}

std::string power_markdown(const PowerCurve& curve, const PowerOptions& options, const EvaluationData& pool,
                           const std::string& cohort) {
  std::string classes;
  for (const auto& name : pool.classes) classes += (classes.empty() ? "" : ", ") + name;
  std::string text = "# How many subjects " + cohort + " needs\n\n";
  const int enough = curve.enough(options.target);
  text +=
      enough > 0
          ? "**" + std::to_string(enough) + " of each group** are the fewest of the sizes tried from which " +
                percent(options.target) + " of the studies or more find the difference (p ≤ " +
                number_text(options.alpha) + ").\n\n"
          : "None of the sizes tried finds the difference (p ≤ " + number_text(options.alpha) + ") in " +
                percent(options.target) + " of the studies up to the largest: " +
                (reached_before(curve, options.target)
                     ? "a smaller size does and a larger one does not, which is the chance of few studies; "
                       "studies " +
                           std::to_string(5 * options.studies) + " says more.\n\n"
                     : "try more subjects, longer recordings, or a larger difference.\n\n");
  text += "| subjects of each group | " + options.metric +
          " | 95 % of the studies | by chance | needed for p ≤ " + number_text(options.alpha) +
          " | power | interval |\n|---|---|---|---|---|---|---|\n";
  for (const PowerPoint& at : curve.points)
    text += "| " + std::to_string(at.subjects) + " | " + digits(at.mean, "%.3f") + " | " +
            digits(at.low, "%.3f") + " – " + digits(at.high, "%.3f") + " | " + digits(at.chance, "%.3f") +
            " | " + digits(at.critical, "%.3f") + " | " + percent(at.power) + " | " + percent(at.power_low) +
            " – " + percent(at.power_high) + " |\n";
  const auto subjects =
      static_cast<double>(pool.subject_names.size()) / static_cast<double>(pool.classes.size());
  const double share = options.sizes().back() / subjects;
  text +=
      "\nGroups " + classes + "; " + std::to_string(options.studies) + " studies of each size, drawn from " +
      std::to_string(pool.subject_names.size()) +
      " simulated subjects, each with the whole nested protocol; as many with labels dealt at random give p. "
      "The largest studies have " +
      percent(share) + " of the pool's subjects each" +
      (share > 0.34 ? ", so they are too alike and the interval of their " + options.metric +
                          " is too narrow: a larger pool mends it"
                    : "") +
      ".\n\nThe difference is the one that the cohort plants, seen by landmarks with the cohort's noise. "
      "People differ in more ways than simulated ones: take the number as a minimum, not as a promise.\n";
  for (const PowerPoint& at : curve.points)
    if (at.chance < 0.8 / static_cast<double>(pool.classes.size()))
      text += "\nStudies of " + std::to_string(at.subjects) +
              " are so small that a fold holds one or two people: the class of the subject left out has "
              "fewer left to learn from, which puts chance below one of " +
              std::to_string(pool.classes.size()) + ". p allows for it; fewer folds mend it.\n";
  return text;
}

}  // namespace facelex
