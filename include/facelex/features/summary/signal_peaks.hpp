#pragma once

#include <Eigen/Core>
#include <vector>

namespace facelex {

/// Movements that last about `scale` seconds: the Mexican-hat wavelet ψ(u) = (1 − u²)·exp(−u²/2) of width
/// a = scale·fps/4 frames, whose positive part lasts scale/2, cut at |u| ≤ 4:
///   R(t) = Σ_k ψ(k/a)·(x(t+k) − x(t)) / Σ_k max(ψ(k/a), 0)
/// is a weighted mean of the middle minus one of the surroundings, in the unit of the signal, and exactly 0
/// where the signal does not change. Each stretch without missing values is taken by itself, continued at
/// its ends by its mirror image, if it lasts at least `scale` and three frames; elsewhere R is NaN.
Eigen::VectorXd scale_response(const Eigen::Ref<const Eigen::VectorXd>& signal, double fps, double scale);

/// The frames in which a response has a local maximum above `min_height` (and above what rounding makes of
/// `size`, the signal's magnitude); of a plateau the first. The ends of a stretch are none.
std::vector<Eigen::Index> response_peaks(const Eigen::Ref<const Eigen::VectorXd>& response, double min_height,
                                         double size);

}  // namespace facelex
