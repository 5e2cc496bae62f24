#include "merge_atoms.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <iterator>
#include <utility>

namespace facelex {
namespace {

using Cluster = std::vector<Eigen::Index>;

Cluster joined(const Cluster& a, const Cluster& b) {
  Cluster both;
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

double min_likeness(const Eigen::MatrixXd& likeness, const Cluster& a, const Cluster& b) {
  return likeness(a, b).minCoeff();
}

Eigen::RowVectorXd parent_of_cluster(const RowMatrix& directions, const Eigen::VectorXd& energies,
                                     const Cluster& cluster) {
  Eigen::VectorXd weights = energies(cluster);
  if (weights.maxCoeff() <= 0) weights.setOnes();
  const RowMatrix rows = directions(cluster, Eigen::all);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(rows.transpose() * weights.asDiagonal() * rows);
  Eigen::RowVectorXd parent = eigen.eigenvectors().col(rows.cols() - 1).transpose();
  Eigen::Index strongest = 0;
  weights.maxCoeff(&strongest);
  if (parent.dot(rows.row(strongest)) < 0) parent = -parent;
  return parent / parent.norm();
}

}  // namespace

MergedAtoms merge_alike(const RowMatrix& atoms, const Eigen::VectorXd& energies, double above) {
  const RowMatrix directions = atoms.rowwise().normalized();  // zeros stay zeros
  const Eigen::MatrixXd likeness = (directions * directions.transpose()).cwiseAbs();
  MergedAtoms merged;
  std::vector<Cluster>& clusters = merged.members;
  for (Eigen::Index k = 0; k < atoms.rows(); ++k) clusters.push_back({k});
  for (;;) {
    double highest = -1;
    std::size_t first = 0, second = 0;
    for (std::size_t i = 0; i < clusters.size(); ++i)
      for (std::size_t j = i + 1; j < clusters.size(); ++j)
        if (const double lowest = min_likeness(likeness, clusters[i], clusters[j]); lowest > highest) {
          highest = lowest;
          first = i;
          second = j;
        }
    if (highest < above) break;
    merged.merges.push_back({clusters[first], clusters[second], std::min(highest, 1.0)});
    clusters[first] = joined(clusters[first], clusters[second]);
    clusters.erase(clusters.begin() + static_cast<std::ptrdiff_t>(second));
  }
  merged.parents.resize(static_cast<Eigen::Index>(clusters.size()), atoms.cols());
  for (std::size_t p = 0; p < clusters.size(); ++p) {
    auto parent = merged.parents.row(static_cast<Eigen::Index>(p));
    parent = clusters[p].size() == 1 ? Eigen::RowVectorXd(atoms.row(clusters[p].front()))
                                     : parent_of_cluster(directions, energies, clusters[p]);
  }
  return merged;
}

}  // namespace facelex
