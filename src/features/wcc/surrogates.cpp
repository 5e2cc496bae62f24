#include "facelex/features/wcc/surrogates.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "correlate.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"

namespace facelex {
namespace {

using Eigen::Index;

/// For each surrogate the window of y that each window of x meets.
std::vector<std::vector<Index>> surrogate_partners(Index windows, const WccFrames& frames,
                                                   const SurrogateOptions& options) {
  const Random random(static_cast<std::uint64_t>(options.seed));
  std::vector<std::vector<Index>> partners;
  std::vector<Index> order(static_cast<std::size_t>(windows));
  if (options.kind == SurrogateOptions::Kind::shuffled) {
    if (windows < 5)
      throw data_error({}, std::to_string(windows) + " windows have too few orders for surrogates",
                       "a longer video or a shorter " + field("step") + " gives more windows");
    for (int s = 0; s < options.surrogates; ++s) {
      std::iota(order.begin(), order.end(), Index{0});
      random.stream(static_cast<std::uint64_t>(s)).shuffle(std::span(order));
      partners.push_back(order);
    }
    return partners;
  }
  // So far that no window meets one that it overlaps, before or after it.
  const Index min_shift = (frames.reach() + frames.step - 1) / frames.step;
  std::vector<Index> shifts;
  for (Index shift = min_shift; shift <= windows - min_shift; ++shift) shifts.push_back(shift);
  if (shifts.size() < 19)
    throw data_error({},
                     "its " + std::to_string(windows) + " windows can be shifted in " +
                         std::to_string(shifts.size()) + " ways; a test needs at least 19",
                     "a longer video, a shorter " + field("window") + " or " + field("step") + ", or " +
                         field("surrogate-kind") + " shuffled");
  Random draw = random.stream(0);
  draw.shuffle(std::span(shifts));
  shifts.resize(std::min(shifts.size(), static_cast<std::size_t>(options.surrogates)));
  for (const Index shift : shifts) {
    for (Index w = 0; w < windows; ++w) order[w] = (w + shift) % windows;
    partners.push_back(order);
  }
  return partners;
}

}  // namespace

void SurrogateOptions::describe(OptionList& options) {
  options
      .integer("surrogates", surrogates, Bounds::at_least(0),
               "Surrogates for a p of each pair and its false discovery rate q within the video; 0: no test")
      .choice("surrogate-kind", kind, {{"shifted", Kind::shifted}, {"shuffled", Kind::shuffled}},
              "Second signals moved in time by one random span, or their windows in random order")
      .integer("surrogate-seed", seed, Bounds::at_least(0), "Of the surrogates");
}

void SurrogateOptions::check() const {
  check_bounds(*this);
  if (surrogates > 0 && surrogates < 19)
    throw option_error("surrogates", std::to_string(surrogates) + " cannot give a p of 0.05",
                       "give at least 19, better 999");
}

RowMatrix surrogate_p_values(const RowMatrix& x, const RowMatrix& y, const WccFrames& frames,
                             const WindowedCorrelation& observed, const SurrogateOptions& options,
                             const Work& work, int& used) {
  const WccSignals first(x);
  if (&x == &y) return surrogate_p_values(first, first, frames, observed, options, work, used);
  return surrogate_p_values(first, WccSignals(y), frames, observed, options, work, used);
}

RowMatrix surrogate_p_values(const WccSignals& x, const WccSignals& y, const WccFrames& frames,
                             const WindowedCorrelation& observed, const SurrogateOptions& options,
                             const Work& work, int& used) {
  options.check();
  const auto partners = surrogate_partners(observed.laid, frames, options);
  used = static_cast<int>(partners.size());
  const Index p = observed.mean.rows(), q = observed.mean.cols();
  std::vector<RowMatrix> values;
  values.reserve(partners.size());
  for (const auto& partner : partners)
    values.push_back(windowed_correlation(x, y, frames, work, partner).mean);
  RowMatrix result = RowMatrix::Constant(p, q, std::numeric_limits<double>::quiet_NaN());
  for (Index k = 0; k < result.size(); ++k) {
    const double seen = observed.mean.data()[k];
    double sum = seen;
    for (const RowMatrix& value : values) sum += value.data()[k];
    if (!std::isfinite(sum)) continue;
    const double centre = sum / static_cast<double>(values.size() + 1);
    // Values that are equal but for rounding are as far out as the one observed.
    const double distance = std::abs(seen - centre) - 1e-12;
    double as_far = 1;
    for (const RowMatrix& value : values) as_far += std::abs(value.data()[k] - centre) >= distance ? 1 : 0;
    result.data()[k] = as_far / static_cast<double>(values.size() + 1);
  }
  return result;
}

}  // namespace facelex
