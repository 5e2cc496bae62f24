#include "smooth_field.hpp"

#include <Eigen/Geometry>
#include <Eigen/SparseCholesky>

namespace facelex::detail {

SmoothField::SmoothField(const Eigen::MatrixXd& vertices, const std::vector<Triangle>& triangles)
    : area_(Eigen::VectorXd::Zero(vertices.rows())) {
  std::vector<Eigen::Triplet<double>> entries;
  for (const Triangle& triangle : triangles) {
    const auto corner = [&](std::size_t k) { return Eigen::Vector3d(vertices.row(triangle[k % 3])); };
    const double doubled = (corner(1) - corner(0)).cross(corner(2) - corner(0)).norm();
    for (std::size_t k = 0; k < 3; ++k) {
      area_[triangle[k]] += doubled / 6;
      const Eigen::Vector3d a = corner(k + 1) - corner(k), b = corner(k + 2) - corner(k);
      const double weight = a.dot(b) / doubled / 2;  // half the cotangent at k, for the edge opposite to it
      const int i = triangle[(k + 1) % 3], j = triangle[(k + 2) % 3];
      entries.emplace_back(i, i, weight);
      entries.emplace_back(j, j, weight);
      entries.emplace_back(i, j, -weight);
      entries.emplace_back(j, i, -weight);
    }
  }
  Eigen::SparseMatrix<double> laplacian(vertices.rows(), vertices.rows());
  laplacian.setFromTriplets(entries.begin(), entries.end());
  const Eigen::SparseMatrix<double> scaled = area_.cwiseInverse().asDiagonal() * laplacian;
  bending_ = laplacian.transpose() * scaled;
}

Eigen::MatrixXd SmoothField::solve(const std::map<int, Eigen::RowVectorXd>& values, double reach_mm) const {
  const Eigen::Index fields = values.begin()->second.size();
  const int size = static_cast<int>(bending_.rows());
  std::vector<int> unknown(static_cast<std::size_t>(size), -1);
  int unknowns = 0;
  for (int i = 0; i < size; ++i)
    if (!values.contains(i)) unknown[static_cast<std::size_t>(i)] = unknowns++;

  Eigen::SparseMatrix<double> energy = bending_;
  if (reach_mm > 0) {
    const Eigen::SparseMatrix<double> decay(
        (area_ / (reach_mm * reach_mm * reach_mm * reach_mm)).asDiagonal());
    energy += decay;
  }
  std::vector<Eigen::Triplet<double>> entries;
  Eigen::MatrixXd right = Eigen::MatrixXd::Zero(unknowns, fields);
  for (int column = 0; column < size; ++column)
    for (Eigen::SparseMatrix<double>::InnerIterator entry(energy, column); entry; ++entry) {
      const int row = unknown[static_cast<std::size_t>(entry.row())];
      if (row < 0) continue;
      if (const int other = unknown[static_cast<std::size_t>(column)]; other >= 0)
        entries.emplace_back(row, other, entry.value());
      else
        right.row(row) -= entry.value() * values.at(column);
    }
  Eigen::SparseMatrix<double> matrix(unknowns, unknowns);
  matrix.setFromTriplets(entries.begin(), entries.end());
  const Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>> solver(matrix);
  const Eigen::MatrixXd solution = solver.solve(right);

  Eigen::MatrixXd field(size, fields);
  for (int i = 0; i < size; ++i) {
    const int at = unknown[static_cast<std::size_t>(i)];
    field.row(i) = at < 0 ? values.at(i) : Eigen::RowVectorXd(solution.row(at));
  }
  return field;
}

}  // namespace facelex::detail
