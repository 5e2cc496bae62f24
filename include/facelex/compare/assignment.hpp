#pragma once

#include <Eigen/Core>
#include <vector>

namespace facelex {

/// Gives each row of R×C scores a column of its own so that the sum of the chosen scores is maximal: the
/// assignment problem, by shortest augmenting paths with potentials (Kuhn 1955; Jonker & Volgenant 1987),
/// O(min(R, C)²·max(R, C)). Returns R columns; −1 for rows that are left over when R > C. Which of several
/// equal assignments is taken depends on the scores alone. Throws Error (data) when a score is not finite.
std::vector<Eigen::Index> best_assignment(const Eigen::MatrixXd& scores);

}  // namespace facelex
