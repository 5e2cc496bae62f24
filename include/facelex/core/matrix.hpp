#pragma once

#include <Eigen/Core>

namespace facelex {

/// A table with a row per frame (or sample): row-major, so that a frame's values lie together.
using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace facelex
