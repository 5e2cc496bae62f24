#include <cmath>

#include "contrast.hpp"
#include "facelex/core/quantiles.hpp"

namespace facelex {
namespace {

using Eigen::Index;

/// How often each draw takes each subject of the block; groups keep their sizes.
std::vector<std::vector<std::uint16_t>> draw_people(const SubjectTable& table, const ContrastWork& work,
                                                    const TestBlock& block, int draws,
                                                    const Random& streams) {
  std::vector<int> group_of(table.subjects.size(), 0);
  for (std::size_t i = 0; i < work.subjects.size(); ++i)
    group_of[static_cast<std::size_t>(work.subjects[i])] = work.group[i];
  std::vector<std::vector<std::size_t>> members(static_cast<std::size_t>(work.groups));
  for (std::size_t i = 0; i < block.design.rows.size(); ++i)
    members[static_cast<std::size_t>(group_of[static_cast<std::size_t>(block.design.rows[i])])].push_back(i);
  std::vector<std::vector<std::uint16_t>> times(static_cast<std::size_t>(draws),
                                                std::vector<std::uint16_t>(block.design.rows.size(), 0));
  for (std::size_t b = 0; b < times.size(); ++b) {
    Random random = streams.stream(b);
    for (const auto& own : members)
      for (std::size_t i = 0; i < own.size(); ++i) ++times[b][own[random.below(own.size())]];
  }
  return times;
}

}  // namespace

void take_intervals(const ContrastStep& step, const Random& streams, GroupContrast& contrast) {
  constexpr std::size_t together = 64;  // features
  for (const TestBlock& block : step.work.blocks) {
    const auto times = draw_people(step.table, step.work, block, step.options.draws, streams);
    const EffectScale scale(block.design, step.table.classes.empty());
    // The g of a draw has the standard deviation of that draw; of r nothing else makes up for residuals that
    // are smaller in a draw than in the population, by √(df/n).
    const double widen = step.table.classes.empty() ? std::sqrt(static_cast<double>(block.design.count()) /
                                                                static_cast<double>(block.design.degrees()))
                                                    : 1;
    step.pool.for_each_block(
        block.features.size(), together, [&](std::size_t, std::size_t begin, std::size_t end) {
          step.outer.check_stop();
          const Eigen::MatrixXd effects =
              drawn_effects(block, static_cast<Index>(begin), static_cast<Index>(end), times, scale);
          for (std::size_t i = begin; i < end; ++i) {
            std::vector<double> known;
            for (const double value : effects.col(static_cast<Index>(i - begin)))
              if (std::isfinite(value)) known.push_back(value);
            if (2 * known.size() < times.size() || known.empty()) continue;
            FeatureContrast& figures = contrast.features[static_cast<std::size_t>(block.features[i])];
            const double centre = scale.to(figures.effect);
            figures.low = scale.from(centre - widen * (quantile_of(known, 0.975) - centre));
            figures.high = scale.from(centre - widen * (quantile_of(known, 0.025) - centre));
          }
        });
  }
}

}  // namespace facelex
