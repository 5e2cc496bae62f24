#pragma once

#include <vector>

#include "facelex/features/wcc/surrogates.hpp"
#include "facelex/features/wcc/windowed_correlation.hpp"
#include "window.hpp"

namespace facelex {

/// windowed_correlation of signals that are laid out already; &x == &y: all pairs of the signals of one.
WindowedCorrelation windowed_correlation(const WccSignals& x, const WccSignals& y, const WccFrames& frames,
                                         const Work& work, const std::vector<Eigen::Index>& partner = {});
RowMatrix surrogate_p_values(const WccSignals& x, const WccSignals& y, const WccFrames& frames,
                             const WindowedCorrelation& observed, const SurrogateOptions& options,
                             const Work& work, int& used);

}  // namespace facelex
