#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>

#include "facelex/core/quantiles.hpp"
#include "facelex/core/text.hpp"
#include "facelex/evaluate/weights.hpp"
#include "facelex/io/tables/csv.hpp"

namespace facelex {
namespace {

constexpr double no_weight = std::numeric_limits<double>::quiet_NaN();

/// Indices by decreasing modulus, what is not in use last; equal ones in their order.
std::vector<Eigen::Index> order_by_size(const Eigen::VectorXd& weights) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(weights.size()));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  const auto size = [&](Eigen::Index i) { return std::isnan(weights(i)) ? -1 : std::abs(weights(i)); };
  std::stable_sort(order.begin(), order.end(),
                   [&](Eigen::Index a, Eigen::Index b) { return size(a) > size(b); });
  return order;
}

void append_numbers(std::string& table, std::initializer_list<double> values) {
  for (const double value : values) {
    table += ',';
    append_number(table, value);
  }
}

/// A component's weights over the subsamples in which one of its features is in use.
std::vector<double> draws_of(const ContrastWeights& contrast, Eigen::Index component) {
  std::vector<double> draws;
  for (const double value : contrast.component_draws.col(component))
    if (!std::isnan(value)) draws.push_back(value);
  return draws;
}

struct MeanAndSd {
  double mean = no_weight, sd = no_weight;
};
MeanAndSd mean_and_sd(const std::vector<double>& values) {
  if (values.empty()) return {};
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, values.size() < 2 ? no_weight : std::sqrt(squares / (n - 1))};
}

std::string three_digits(double value) {
  if (std::isnan(value)) return "–";
  std::string text(32, '\0');
  text.resize(static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%.3g", value)));
  return text;
}

std::string in_percent(double share) {
  return std::isnan(share) ? "–" : std::to_string(std::lround(100 * share)) + " %";
}

constexpr std::size_t shown_to_people = 10;

void append_components(std::string& text, const EvaluationWeights& weights, const ContrastWeights& contrast) {
  text +=
      "\n| component | mean \\|weight\\| of its features | over subsamples: median (quartiles) "
      "|\n|---|---|---|\n";
  const auto order = order_by_size(contrast.component);
  for (std::size_t i = 0; i < order.size() && i < shown_to_people; ++i) {
    const auto draws = draws_of(contrast, order[i]);
    text += "| " + weights.components.names[static_cast<std::size_t>(order[i])] + " | " +
            three_digits(contrast.component(order[i])) + " | " + three_digits(quantile_of(draws, 0.5)) +
            " (" + three_digits(quantile_of(draws, 0.25)) + " … " + three_digits(quantile_of(draws, 0.75)) +
            ") |\n";
  }
}

}  // namespace

std::string evaluation_weights_csv(const EvaluationData& data, const EvaluationWeights& weights) {
  std::string table = "contrast,feature,rank,weight,unscaled_weight,mean,sd,same_sign,used,subsamples\n";
  for (const ContrastWeights& contrast : weights.contrasts) {
    const auto order = order_by_size(contrast.weight);
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto f = order[i];
      table += csv_field(contrast.name) + "," + csv_field(data.features[static_cast<std::size_t>(f)]) + "," +
               std::to_string(i + 1);
      append_numbers(table, {contrast.weight(f), contrast.unscaled(f), contrast.mean(f), contrast.sd(f),
                             contrast.same_sign(f), contrast.used(f)});
      table += "," + std::to_string(contrast.subsamples) + "\n";
    }
  }
  return table;
}

std::string evaluation_component_weights_csv(const EvaluationWeights& weights) {
  if (weights.components.empty()) return {};
  std::vector<int> features(weights.components.names.size(), 0);
  for (const auto& [first, second] : weights.components.pair) {
    if (first < 0) continue;
    ++features[static_cast<std::size_t>(first)];
    if (second != first) ++features[static_cast<std::size_t>(second)];
  }
  std::string table = "contrast,component,features,rank,weight,mean,sd,low,q1,median,q3,high\n";
  for (const ContrastWeights& contrast : weights.contrasts) {
    const auto order = order_by_size(contrast.component);
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto c = static_cast<std::size_t>(order[i]);
      table += csv_field(contrast.name) + "," + csv_field(weights.components.names[c]) + "," +
               std::to_string(features[c]) + "," + std::to_string(i + 1);
      const auto draws = draws_of(contrast, order[i]);
      const auto [mean, sd] = mean_and_sd(draws);
      append_numbers(
          table, {contrast.component(order[i]), mean, sd, quantile_of(draws, 0.025), quantile_of(draws, 0.25),
                  quantile_of(draws, 0.5), quantile_of(draws, 0.75), quantile_of(draws, 0.975)});
      table += '\n';
    }
  }
  return table;
}

std::string evaluation_weights_markdown(const EvaluationData& data, const EvaluationWeights& weights) {
  std::string text =
      "\n## Weights\n\nOf the model learnt from all videos (C = " + number_text(weights.cost) +
      "), per standard deviation of the feature (with the scaling none per unit); they describe that "
      "model and are not tested. All of them are in weights.csv.\n";
  for (const ContrastWeights& contrast : weights.contrasts) {
    text += "\n### " + contrast.name + "\n";
    if (!weights.components.empty()) append_components(text, weights, contrast);
    text += "\n| feature | weight | over " + std::to_string(contrast.subsamples) +
            " subsamples: mean (SD) | same sign |\n|---|---|---|---|\n";
    const auto order = order_by_size(contrast.weight);
    for (std::size_t i = 0; i < order.size() && i < shown_to_people; ++i) {
      const auto f = order[i];
      text += "| " + data.features[static_cast<std::size_t>(f)] + " | " + three_digits(contrast.weight(f)) +
              " | " + three_digits(contrast.mean(f)) + " (" + three_digits(contrast.sd(f)) + ") | " +
              in_percent(contrast.same_sign(f)) + " |\n";
    }
  }
  return text;
}

}  // namespace facelex
