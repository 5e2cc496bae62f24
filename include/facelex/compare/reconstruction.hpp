#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "facelex/coding/coding_system.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// What decoded codes keep of T×D signals.
struct ReconstructionFigures {
  std::string codes;  ///< "stage 1", "stages 1-2" … of a system of tokens; "all"
  /// 1 − Σ‖x − x̂‖² / Σ‖x‖² (paper 001, 3.4: about zero, the neutral face), and with Σ‖x − x̄‖² below. NaN when
  /// nothing moves.
  double variance_explained = 0, variance_explained_about_mean = 0;
  double rmse = 0;  ///< √(Σ(x − x̂)² / (T·D)), in the signals' unit
};

/// One for the codes of the first stage, of the first two … and last of all of them; systems without stages
/// have only the last. codes: T×K of `system`; rows without codes are left out of everything.
std::vector<ReconstructionFigures> reconstruction_figures(const CodingSystem& system,
                                                          const RowMatrix& signals, const RowMatrix& codes);

/// Names of the rows of CodingSystem::templates: token-0 …, or the units'.
std::vector<std::string> template_names(const CodingSystem& system);
}  // namespace facelex
