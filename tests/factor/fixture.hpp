#pragma once

#include "facelex/core/json.hpp"
#include "facelex/core/matrix.hpp"
#include "facelex/core/random.hpp"

namespace facelex {

inline const Json& sklearn_fixture() {
  static const Json fixture = read_json(FACELEX_TEST_FIXTURES "/factor/fixtures/sklearn.json");
  return fixture;
}

inline RowMatrix matrix_from(const Json& rows) {
  RowMatrix matrix(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(rows.at(0).size()));
  for (Eigen::Index i = 0; i < matrix.rows(); ++i)
    for (Eigen::Index j = 0; j < matrix.cols(); ++j)
      matrix(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)].get<double>();
  return matrix;
}

inline RowMatrix normal_matrix(Random& random, Eigen::Index rows, Eigen::Index cols) {
  RowMatrix matrix(rows, cols);
  for (double& value : matrix.reshaped()) value = random.normal();
  return matrix;
}

/// Samples that a few of `atoms` alike atoms make, with noise: what facial movement looks like to the
/// methods.
inline RowMatrix sparse_samples(Random& random, Eigen::Index rows, Eigen::Index cols, Eigen::Index atoms) {
  RowMatrix dictionary = normal_matrix(random, atoms, cols);
  const RowMatrix common = normal_matrix(random, 1, cols);
  dictionary.rowwise() += common.row(0);
  dictionary.rowwise().normalize();
  RowMatrix codes = RowMatrix::Zero(rows, atoms);
  for (double& code : codes.reshaped())
    if (random.uniform() < 0.3) code = 2 * random.normal();
  return codes * dictionary + 0.05 * normal_matrix(random, rows, cols);
}

}  // namespace facelex
