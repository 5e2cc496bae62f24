#pragma once

#include <string>
#include <vector>

#include "facelex/coding/learn.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// The columns of a recording that a codebook is learnt from. `wanted`: names, or beginnings of names with *
/// after them ("e_*"), in this order; empty: the e_* of a fit or of a fitted face's expression, which also
/// hold the head's pose (with fit_part displacement dX_*, dY_*, dZ_*), else all. Throws Error (data) that
/// names the file and what it misses.
std::vector<Eigen::Index> dfe_columns(const Recording& header, const std::string& file, FitPart fit_part,
                                      const std::vector<std::string>& wanted);

}  // namespace facelex
