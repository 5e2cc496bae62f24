#pragma once

#include <Eigen/Core>

namespace facelex {

/// The minimum of ½xᵀHx − gᵀx with lower ≤ x ≤ upper, H symmetric positive definite (its lower half is read),
/// by block principal pivoting with exact solutions on the free variables (Júdice & Pires, Computers &
/// Operations Research 21, 1994). A problem that cycles ends, after a bounded number of rounds, in the last
/// round's solution moved into the box, which is then no minimum but still a point that a damped step can be
/// tried from.
Eigen::VectorXd minimum_in_box(const Eigen::MatrixXd& matrix, const Eigen::VectorXd& right_side,
                               const Eigen::VectorXd& lower, const Eigen::VectorXd& upper);

}  // namespace facelex
