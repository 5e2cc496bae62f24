#include "dictionary_update.hpp"

#include <algorithm>

namespace facelex {

std::vector<Eigen::Index> update_atoms(const Eigen::MatrixXd& products, const RowMatrix& samples,
                                       RowMatrix& atoms) {
  std::vector<Eigen::Index> unused;
  for (Eigen::Index k = 0; k < atoms.rows(); ++k) {
    if (products(k, k) <= 1e-6) {
      unused.push_back(k);
      continue;
    }
    auto atom = atoms.row(k);
    const Eigen::RowVectorXd explained = products.row(k) * atoms;
    atom += (samples.row(k) - explained) / products(k, k);
    atom /= std::max(atom.norm(), 1.0);
  }
  return unused;
}

}  // namespace facelex
