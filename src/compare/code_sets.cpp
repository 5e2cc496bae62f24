#include "facelex/compare/code_sets.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "facelex/coding/encode.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {

std::vector<Eigen::Index> code_columns(const Recording& header, const std::string& file) {
  if (header.kind != SignalKind::coefficients && header.kind != SignalKind::tokens &&
      header.kind != SignalKind::expression)
    throw data_error(
        {file, 0, {}}, "holds " + std::string(kind_name(header.kind)) + ", which are not codes",
        "give " + field("model") + ", which codes them; or make codes with facelex encode or facelex import");
  std::vector<Eigen::Index> chosen;
  for (std::size_t i = 0; i < header.columns.size(); ++i)
    if (!accompanies_codes(header.columns[i].name)) chosen.push_back(static_cast<Eigen::Index>(i));
  return chosen;
}

void CodeSets::add(Eigen::Index row, std::vector<std::int32_t>& units) {
  for (const std::int32_t unit : units) ++occurrences_[static_cast<std::size_t>(unit)];
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
  members_.insert(members_.end(), units.begin(), units.end());
  begin_.push_back(members_.size());
  rows_.push_back(row);
}

CodeSets CodeSets::of_tokens(const RowMatrix& tokens, int vocabulary) {
  CodeSets sets;
  sets.vocabulary_ = vocabulary;
  sets.occurrences_.resize(static_cast<std::size_t>(vocabulary));
  std::vector<std::int32_t> units;
  for (Eigen::Index t = 0; t < tokens.rows(); ++t) {
    if (tokens.row(t).hasNaN()) continue;
    units.clear();
    for (const double token : tokens.row(t)) {
      if (!(token >= 0 && token < vocabulary) || token != std::floor(token))
        throw data_error({}, "row " + std::to_string(t + 1) + ": " + number_text(token) +
                                 " is not a token 0 … " + std::to_string(vocabulary - 1));
      units.push_back(static_cast<std::int32_t>(token));
    }
    sets.add(t, units);
  }
  return sets;
}

CodeSets CodeSets::of_coefficients(const RowMatrix& codes, double threshold) {
  CodeSets sets;
  sets.vocabulary_ = static_cast<int>(codes.cols());
  sets.occurrences_.resize(static_cast<std::size_t>(codes.cols()));
  std::vector<std::int32_t> units;
  for (Eigen::Index t = 0; t < codes.rows(); ++t) {
    if (codes.row(t).hasNaN()) continue;
    units.clear();
    for (Eigen::Index k = 0; k < codes.cols(); ++k)
      if (std::abs(codes(t, k)) > threshold) units.push_back(static_cast<std::int32_t>(k));
    sets.add(t, units);
  }
  return sets;
}

std::vector<std::vector<std::size_t>> CodeSets::equal_frames() const {
  const auto hash = [this](std::size_t frame) {
    std::size_t value = 0xcbf29ce484222325;  // FNV-1a over the units
    for (const std::int32_t unit : set(frame))
      value = (value ^ static_cast<std::size_t>(unit)) * 0x100000001b3;
    return value;
  };
  const auto same = [this](std::size_t a, std::size_t b) {
    const auto first = set(a), second = set(b);
    return std::equal(first.begin(), first.end(), second.begin(), second.end());
  };
  std::unordered_map<std::size_t, std::size_t, decltype(hash), decltype(same)> group_of(frames(), hash, same);
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t frame = 0; frame < frames(); ++frame) {
    const auto [found, is_new] = group_of.emplace(frame, groups.size());
    if (is_new) groups.emplace_back();
    groups[found->second].push_back(frame);
  }
  return groups;
}

namespace {

constexpr double unknown_diversity = std::numeric_limits<double>::quiet_NaN();

/// −p ln p
double information(double count, double all) {
  return count > 0 ? -count / all * std::log(count / all) : 0;
}

/// I / √(H_i·H_j) of two units present in `a` and `b` of `all` frames, in `both` of them together.
double pair_nmi(double a, double b, double both, double all) {
  const double of_a = information(a, all) + information(all - a, all);
  const double of_b = information(b, all) + information(all - b, all);
  const double joint = information(both, all) + information(a - both, all) + information(b - both, all) +
                       information(all - a - b + both, all);
  return std::max(of_a + of_b - joint, 0.0) / std::sqrt(of_a * of_b);
}

/// K×K: in how many frames units i ≤ j are present together.
Eigen::MatrixXd frames_together(const CodeSets& sets) {
  Eigen::MatrixXd together = Eigen::MatrixXd::Zero(sets.vocabulary(), sets.vocabulary());
  for (std::size_t t = 0; t < sets.frames(); ++t) {
    const auto units = sets.set(t);
    for (std::size_t j = 0; j < units.size(); ++j)
      for (std::size_t i = 0; i <= j; ++i) together(units[i], units[j]) += 1;
  }
  return together;
}

}  // namespace

CodeDiversity code_diversity(const CodeSets& sets) {
  CodeDiversity found;
  found.frames = static_cast<std::int64_t>(sets.frames());
  found.vocabulary = sets.vocabulary();
  for (const std::int64_t count : sets.occurrences()) {
    found.occurrences += count;
    found.used += count > 0 ? 1 : 0;
  }
  found.normalized_entropy = found.perplexity = found.largest_share = found.mean_nmi = unknown_diversity;
  if (found.occurrences > 0) {
    double entropy = 0;
    for (const std::int64_t count : sets.occurrences())
      entropy += information(static_cast<double>(count), static_cast<double>(found.occurrences));
    found.perplexity = std::exp(entropy);
    if (found.vocabulary > 1) found.normalized_entropy = entropy / std::log(found.vocabulary);
    found.largest_share =
        static_cast<double>(*std::max_element(sets.occurrences().begin(), sets.occurrences().end())) /
        static_cast<double>(found.occurrences);
  }
  const Eigen::MatrixXd together = frames_together(sets);
  const auto all = static_cast<double>(sets.frames());
  std::vector<Eigen::Index> varying;
  for (Eigen::Index k = 0; k < together.rows(); ++k)
    if (together(k, k) > 0 && together(k, k) < all) varying.push_back(k);
  found.without_entropy = found.vocabulary - static_cast<int>(varying.size());
  if (varying.size() < 2) return found;
  double sum = 0;
  for (std::size_t j = 1; j < varying.size(); ++j)
    for (std::size_t i = 0; i < j; ++i)
      sum += pair_nmi(together(varying[i], varying[i]), together(varying[j], varying[j]),
                      together(varying[i], varying[j]), all);
  const auto count = static_cast<double>(varying.size());
  found.mean_nmi = sum / (count * (count - 1) / 2);
  return found;
}

}  // namespace facelex
