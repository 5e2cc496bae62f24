#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "facelex/core/json.hpp"
#include "facelex/core/matrix.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// How much frames count so that rare movements are learnt beside frequent ones (base rates; paper 000,
/// Limitations).
struct BalancedFrames {
  Eigen::VectorXd weights;  ///< T, mean 1
  Json summary;             ///< {"clusters", "least_weight", "most_weight"}
};

/// The T×D movements x of a feature are clustered into kinds of movement by k-means of x/(‖x‖ + s), s the
/// root mean square of ‖x‖, into C = 16 clusters (T/8 when there are fewer than 128 frames): small movements
/// are of one kind, large ones are told apart by their direction more than by their size. A frame of a kind
/// with n frames weighs
///   ((T/C) / (n + T/(10 C)))^strength,
/// scaled to mean 1. strength 0: all frames count the same; 1: all kinds of movement do, however rare, but
/// none more than ten times as much as one of usual frequency: glitches are rare too. 0 < strength ≤ 1.
BalancedFrames balanced_frames(const RowMatrix& movements, double strength, std::uint64_t seed,
                               const Work& work);

}  // namespace facelex
