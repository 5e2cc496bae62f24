#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "facelex/core/matrix.hpp"

namespace facelex::test {

/// The largest violation of the lasso's optimality conditions, of the largest correlation.
inline double kkt_violation(const RowMatrix& atoms, const Eigen::VectorXd& sample,
                            const Eigen::VectorXd& code, double alpha, bool positive) {
  const Eigen::VectorXd correlation = atoms * (sample - atoms.transpose() * code);
  double worst = 0;
  for (Eigen::Index k = 0; k < code.size(); ++k) {
    if (code[k] != 0)
      worst = std::max(worst, std::abs(correlation[k] - (code[k] > 0 ? alpha : -alpha)));
    else
      worst = std::max(worst, (positive ? correlation[k] : std::abs(correlation[k])) - alpha);
    if (positive && code[k] < 0) worst = std::max(worst, -code[k]);
  }
  return worst / std::max(1e-300, (atoms * sample).cwiseAbs().maxCoeff());
}

}  // namespace facelex::test
