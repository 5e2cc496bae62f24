#include <algorithm>
#include <cmath>

#include "facelex/core/random.hpp"
#include "facelex/dfe/train/learn.hpp"

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
  const auto add = [&](std::int64_t first, std::int64_t end, bool out) {
    if (first == end) return;
    if (!split.ranges.empty() && split.ranges.back().aside == out)
      split.ranges.back().end = end;
    else
      split.ranges.push_back({first, end, out});
  };
  std::int64_t row = 0;
  if (last_rows) {
    add(0, all - wanted, false);
    add(all - wanted, all, true);
  } else {
    for (const auto& source : sources) {
      add(row, row + source.used, aside.contains(who(source)));
      row += source.used;
    }
  }
  return split;
}

std::int64_t DfeSplit::count(bool aside) const {
  std::int64_t rows = 0;
  for (const DfeRowRange& range : ranges)
    if (range.aside == aside) rows += range.end - range.first;
  return rows;
}

std::vector<std::int64_t> DfeSplit::rows(bool aside) const {
  std::vector<std::int64_t> all;
  all.reserve(static_cast<std::size_t>(count(aside)));
  for (const DfeRowRange& range : ranges)
    for (std::int64_t row = range.first; range.aside == aside && row < range.end; ++row) all.push_back(row);
  return all;
}

}  // namespace facelex
