#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "facelex/io/recording.hpp"

namespace facelex {

/// A movement that anyone can check with a ruler on the face: how far the lips part, the jaw drops, a brow rises.
/// A sum of displacements of landmarks from the person's own neutral, in mm. Movements of both sides are their mean
/// (o_inner_brow_up) and how much more the subject's left side moves than the right (o_inner_brow_up_asymmetry).
struct Observable {
  std::string name;  ///< o_lips_part
  std::string description;
  std::string lead;         ///< the action unit that moves it most: AU25, of both sides
  double lead_mm;           ///< what that does of it on the built-in face at its E intensity
  Eigen::VectorXd measure;  ///< 204, of the points 0 … 67: all X, all Y, all Z (left, down, back)
};

/// All fifteen. The same object each time.
const std::vector<Observable>& observables();

/// Those that these points (iBUG numbers) can measure.
class ObservableMeasure {
 public:
  explicit ObservableMeasure(const std::vector<int>& points);

  std::vector<Column> columns() const;  ///< mm
  /// K, mm, of the points' displacements (3n: all X, all Y, all Z; mm in the face's axes).
  Eigen::VectorXd of(const Eigen::Ref<const Eigen::VectorXd>& displacement) const {
    return rows_ * displacement;
  }

 private:
  std::vector<const Observable*> measured_;
  Eigen::MatrixXd rows_;  ///< K×3n
};

}  // namespace facelex
