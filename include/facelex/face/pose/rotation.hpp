#pragma once

#include <Eigen/Core>

namespace facelex {

/// Head rotations. The camera's axes are x right, y down, z away from the camera, which is a right-handed
/// system; a face that looks straight into the camera has R = 1.
///
/// Angles are OpenFace's pose_Rx, pose_Ry, pose_Rz in radians: R = Rx(a₀)·Ry(a₁)·Rz(a₂) with the usual
/// right-handed matrices about those axes (checked against OpenFace's own 3-D landmarks). Seen by people:
/// pitch > 0 looks down, yaw > 0 turns the nose to image-left (the subject's right), roll > 0 tilts the
/// head's top to image-right.

Eigen::Matrix3d rotation_from_angles(const Eigen::Vector3d& angles_rad);

/// The inverse: a₁ in [−π/2, π/2], the others in (−π, π]. Requires a rotation. Where a₁ = ±π/2, a₂ = 0.
Eigen::Vector3d angles_from_rotation(const Eigen::Matrix3d& rotation);

/// Rotation about the direction of `vector` by its length in radians (Rodrigues).
Eigen::Matrix3d rotation_from_vector(const Eigen::Vector3d& vector_rad);

/// The angle in radians, 0 … π, of the rotation that leads from one to the other.
double angle_between(const Eigen::Matrix3d& a, const Eigen::Matrix3d& b);

}  // namespace facelex
