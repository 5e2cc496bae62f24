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

/// What each unit does to the signal when it is there alone: of tokens what the code adds to the rest
/// (DiscreteFacialEncoding::templates), of linear systems the movement of one unit of code (UnitMovements).
/// Throws Error (usage) for a system that has neither.
RowMatrix unit_templates(const CodingSystem& system);
/// D: the rest, what no unit at all gives, in the signals' unit: decode of a code is rest + template. Throws
/// as unit_templates does.
Eigen::RowVectorXd rest_signals(const CodingSystem& system);
/// Their names: token-0 …, or the units'.
std::vector<std::string> template_names(const CodingSystem& system);
/// How many different units a frame may have: K tokens, or the units.
int vocabulary_size(const CodingSystem& system);

}  // namespace facelex
