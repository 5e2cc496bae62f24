#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coding/synthetic.hpp"
#include "facelex/coding/linear/facial_basis.hpp"
#include "facelex/coding/linear/pca_system.hpp"

namespace facelex::test {

inline RowMatrix random_matrix(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  Random random(seed);
  RowMatrix matrix(rows, columns);
  for (double& value : matrix.reshaped<Eigen::RowMajor>()) value = random.normal();
  return matrix;
}

/// The number of the column dx_<point> or dy_<point>.
inline Eigen::Index motion_column(char axis, int point) {
  return (axis == 'x' ? 0 : 68) + point;
}

/// Units over keypoint motion that move as the rows of K×136 atoms.
inline LinearModel model_of(const RowMatrix& atoms) {
  LinearModel model;
  model.input_kind = SignalKind::keypoint_motion;
  model.input_columns = motion_columns();
  for (Eigen::Index k = 0; k < atoms.rows(); ++k)
    model.units.push_back({"U-" + std::to_string(k + 1), "made by hand", "template unit"});
  UnitGroup group{"U", "whole face", {}, 0, atoms.rows()};
  for (Eigen::Index d = 0; d < atoms.cols(); ++d) group.columns.push_back(d);
  model.groups = {group};
  model.atoms = atoms;
  model.mean = Eigen::VectorXd::Zero(atoms.cols());
  return model;
}

inline std::shared_ptr<const CodingSystem> sparse_system(const RowMatrix& atoms, double alpha) {
  return std::make_shared<FacialBasis>(model_of(atoms), alpha);
}

/// atoms: orthonormal rows.
inline std::shared_ptr<const CodingSystem> orthonormal_system(const RowMatrix& atoms) {
  return std::make_shared<PcaSystem>(model_of(atoms), PcaSystem::global_kind);
}

/// A unit of length 1 that moves one column.
inline RowMatrix one_hot(const std::vector<Eigen::Index>& columns) {
  RowMatrix atoms = RowMatrix::Zero(static_cast<Eigen::Index>(columns.size()), 136);
  for (std::size_t k = 0; k < columns.size(); ++k) atoms(static_cast<Eigen::Index>(k), columns[k]) = 1;
  return atoms;
}

inline Recording motion_recording(const RowMatrix& values) {
  Recording recording;
  recording.kind = SignalKind::keypoint_motion;
  recording.columns = motion_columns();
  recording.values = values;
  for (Eigen::Index t = 0; t < values.rows(); ++t)
    recording.frames.push_back({t + 1, 0, 0.04 * static_cast<double>(t), 0.9, true});
  return recording;
}

}  // namespace facelex::test
