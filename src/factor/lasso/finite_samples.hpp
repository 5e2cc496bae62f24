#pragma once

#include <cmath>
#include <string>

#include "facelex/core/error.hpp"
#include "facelex/core/matrix.hpp"
#include "facelex/core/text.hpp"

namespace facelex {

/// Throws Error (data) that names the first value that is not finite: one NaN would silently spoil every sum.
inline void require_finite(const RowMatrix& matrix, const std::string& what) {
  // Zero times what is not finite is not a number; unlike allFinite() the sum runs in vectors.
  if ((matrix.array() * 0).sum() == 0) return;
  for (Eigen::Index i = 0; i < matrix.rows(); ++i)
    for (Eigen::Index j = 0; j < matrix.cols(); ++j)
      if (!std::isfinite(matrix(i, j)))
        throw data_error({},
                         what + " " + std::to_string(i + 1) + ", column " + std::to_string(j + 1) +
                             ": not a finite number",
                         "leave rows with missing values out");
}

/// The same for what is not finite or negative.
inline void require_non_negative(const RowMatrix& matrix, const std::string& what) {
  require_finite(matrix, what);
  if (matrix.size() == 0 || matrix.minCoeff() >= 0) return;
  for (Eigen::Index i = 0; i < matrix.rows(); ++i)
    for (Eigen::Index j = 0; j < matrix.cols(); ++j)
      if (matrix(i, j) < 0)
        throw data_error({},
                         what + " " + std::to_string(i + 1) + ", column " + std::to_string(j + 1) + ": " +
                             number_text(matrix(i, j)) + " is negative",
                         "a non-negative factorisation takes values ≥ 0");
}

}  // namespace facelex
