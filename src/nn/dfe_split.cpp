#include <algorithm>
#include <cmath>

#include "facelex/core/random.hpp"
#include "facelex/nn/learn_dfe.hpp"

namespace facelex {

DfeSplit split_for_validation(const std::vector<TrainingSource>& sources,
                              const std::map<std::string, std::string>& subjects, double share,
                              std::uint64_t seed) {
  const auto who = [&](const TrainingSource& source) {
    const auto found = subjects.find(source.name);
    return found == subjects.end() ? source.name : found->second;
  };
  std::map<std::string, std::int64_t> rows_of;
  std::int64_t all = 0;
  for (const auto& source : sources) {
    all += source.used;
    if (source.used > 0) rows_of[who(source)] += source.used;
  }
  const auto wanted = std::llround(share * static_cast<double>(all));
  std::map<std::string, bool> aside;
  DfeSplit split;
  if (wanted > 0 && rows_of.size() > 1) {
    std::vector<std::string> names;
    names.reserve(rows_of.size());
    for (const auto& [name, rows] : rows_of) names.push_back(name);
    constexpr std::uint64_t split_stream = 5;
    Random random = Random(seed).stream(split_stream);
    random.shuffle(std::span(names));
    std::int64_t taken = 0;
    for (std::size_t i = 0; i + 1 < names.size() && taken < wanted; ++i) {
      // One that is much too large is left in, unless nothing was set aside yet and nothing smaller is left.
      const std::int64_t rows = rows_of[names[i]];
      if (taken + rows > 2 * wanted && (taken > 0 || i + 2 < names.size())) continue;
      taken += rows;
      aside[names[i]] = true;
      split.held_out.push_back(names[i]);
    }
    std::sort(split.held_out.begin(), split.held_out.end());
  }
  const bool last_rows = wanted > 0 && split.held_out.empty();
  std::int64_t row = 0;
  for (const auto& source : sources)
    for (std::int64_t i = 0; i < source.used; ++i, ++row) {
      const bool out = last_rows ? row >= all - wanted : aside.contains(who(source));
      (out ? split.validation : split.training).push_back(row);
    }
  return split;
}

}  // namespace facelex
