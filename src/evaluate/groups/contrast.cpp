#include "contrast.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace facelex {
namespace {

using Eigen::Index;

constexpr double unknown_figure = std::numeric_limits<double>::quiet_NaN();

/// Counts, means and deviations of the groups; whether there are enough people for a figure.
bool describe_groups(const SubjectTable& table, const ContrastWork& work, Index feature,
                     const GroupContrast& contrast, FeatureContrast& figures) {
  const std::size_t all = std::max<std::size_t>(1, table.classes.size());
  std::vector<std::vector<double>> values(all);
  for (const Index s : work.subjects)
    if (!std::isnan(table.x(s, feature)))
      values[table.classes.empty() ? 0 : static_cast<std::size_t>(table.y(s))].push_back(table.x(s, feature));
  bool enough = true;
  for (std::size_t k = 0; k < all; ++k) {
    const auto& own = values[k];
    const auto n = static_cast<double>(own.size());
    double mean = 0, squares = 0;
    for (const double value : own) mean += value;
    mean /= n;
    for (const double value : own) squares += (value - mean) * (value - mean);
    figures.count.push_back(static_cast<int>(own.size()));
    figures.mean.push_back(own.empty() ? unknown_figure : mean);
    figures.sd.push_back(own.size() < 2 ? unknown_figure : std::sqrt(squares / (n - 1)));
    const bool takes_part = table.classes.empty() || contrast.first < 0 ||
                            static_cast<int>(k) == contrast.first || static_cast<int>(k) == contrast.second;
    if (takes_part) enough &= own.size() >= (table.classes.empty() ? 4U : 2U);
  }
  return enough;
}

FeatureContrast without_figures() {
  FeatureContrast figures;
  for (double* value : {&figures.difference, &figures.effect, &figures.low, &figures.high, &figures.statistic,
                        &figures.p, &figures.q, &figures.q_family, &figures.p_max})
    *value = unknown_figure;
  return figures;
}

}  // namespace

ContrastWork contrast_work(const SubjectTable& table, const GroupContrast& contrast) {
  ContrastWork work;
  const auto subjects = static_cast<Index>(table.subjects.size());
  const bool pair = contrast.first >= 0;
  if (!table.classes.empty()) work.groups = pair ? 2 : static_cast<int>(table.classes.size());
  work.tested = Eigen::MatrixXd::Zero(subjects, std::max(1, work.groups - 1));
  for (Index s = 0; s < subjects; ++s) {
    if (table.classes.empty()) {
      work.tested(s, 0) = table.y(s);
      work.group.push_back(0);
    } else {
      const int own = static_cast<int>(table.y(s));
      if (pair && own != contrast.first && own != contrast.second) continue;
      const int group = pair ? (own == contrast.second ? 1 : 0) : own;
      if (group > 0) work.tested(s, group - 1) = 1;
      work.group.push_back(group);
    }
    work.subjects.push_back(s);
  }
  return work;
}

/// Features are tested together when the same subjects have values.
void make_blocks(const SubjectTable& table, GroupContrast& contrast, ContrastWork& work) {
  std::map<std::vector<Index>, std::vector<Index>> features_of;
  for (Index f = 0; f < table.x.cols(); ++f) {
    contrast.features.push_back(without_figures());
    if (!describe_groups(table, work, f, contrast, contrast.features.back())) continue;
    std::vector<Index> rows;
    for (const Index s : work.subjects)
      if (!std::isnan(table.x(s, f))) rows.push_back(s);
    features_of[rows].push_back(f);
  }
  for (const auto& [rows, features] : features_of) {
    const Eigen::MatrixXd z = table.z(rows, Eigen::all), d = work.tested(rows, Eigen::all);
    auto design = make_test_design(rows, z, d);
    if (!design) continue;
    TestBlock block = make_test_block(std::move(*design), features, table.x);
    if (!block.features.empty()) work.blocks.push_back(std::move(block));
  }
}

void take_observed(const SubjectTable& table, const TestBlock& block, GroupContrast& contrast) {
  const Eigen::VectorXd f = observed_f(block);
  const bool single = block.design.tested.cols() == 1;
  const Eigen::VectorXd coefficient = single ? observed_coefficients(block) : Eigen::VectorXd();
  const EffectScale scale(block.design, table.classes.empty());
  for (std::size_t i = 0; i < block.features.size(); ++i) {
    const auto at = static_cast<Index>(i);
    FeatureContrast& figures = contrast.features[static_cast<std::size_t>(block.features[i])];
    figures.df = static_cast<int>(block.design.degrees());
    const double df = figures.df;
    figures.statistic = f(at);
    if (single) {
      figures.statistic = std::copysign(std::sqrt(f(at)), coefficient(at));
      if (!table.classes.empty()) figures.difference = coefficient(at);
      figures.effect = scale.effect_of_t(figures.statistic, 1);
    } else {
      const auto k = static_cast<double>(block.design.tested.cols());
      figures.effect = k * f(at) / (k * f(at) + df);
    }
  }
}

}  // namespace facelex
