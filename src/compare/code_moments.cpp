#include "facelex/compare/code_moments.hpp"

#include <Eigen/Eigenvalues>
#include <array>
#include <cmath>

namespace facelex {

CodeMoments::CodeMoments(const RowMatrix& codes, const RowMatrix& signals) : squares_(signals.squaredNorm()) {
  RowMatrix augmented(codes.rows(), codes.cols() + 1);
  augmented << codes, Eigen::VectorXd::Ones(codes.rows());
  gram_.noalias() = augmented.transpose() * augmented;
  cross_.noalias() = augmented.transpose() * signals;
}

CodeMoments& CodeMoments::operator+=(const CodeMoments& other) {
  if (other.gram_.size() == 0) return *this;
  if (gram_.size() == 0) return *this = other;
  gram_ += other.gram_;
  cross_ += other.cross_;
  squares_ += other.squares_;
  return *this;
}

double CodeMoments::frames() const {
  return gram_.size() == 0 ? 0 : gram_(gram_.rows() - 1, gram_.rows() - 1);
}

double CodeMoments::squared_error(const RowMatrix& decoder) const {
  const double decoded = (gram_ * decoder).cwiseProduct(decoder).sum();
  return squares_ - 2 * cross_.cwiseProduct(decoder).sum() + decoded;
}

RowMatrix CodeMoments::best_decoder(const std::vector<Eigen::Index>& units) const {
  std::vector<Eigen::Index> used = units;
  used.push_back(this->units());
  const Eigen::MatrixXd gram = gram_(used, used);
  // Codes of any unit of measure count alike in what is called dependent.
  const Eigen::VectorXd scale =
      gram.diagonal().unaryExpr([](double value) { return value > 0 ? 1 / std::sqrt(value) : 0.0; });
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(scale.asDiagonal() * gram * scale.asDiagonal());
  constexpr double dependent = 1e-10;
  const double threshold = dependent * eigen.eigenvalues().maxCoeff();
  const Eigen::VectorXd inverse = eigen.eigenvalues().unaryExpr(
      [threshold](double value) { return value > threshold ? 1 / value : 0.0; });
  const RowMatrix cross = cross_(used, Eigen::all);
  const Eigen::MatrixXd solved =
      scale.asDiagonal() * (eigen.eigenvectors() * inverse.asDiagonal() *
                            (eigen.eigenvectors().transpose() * (scale.asDiagonal() * cross)));
  RowMatrix decoder = RowMatrix::Zero(cross_.rows(), cross_.cols());
  for (std::size_t i = 0; i < used.size(); ++i)
    decoder.row(used[i]) = solved.row(static_cast<Eigen::Index>(i));
  return decoder;
}

std::optional<std::vector<PartError>> cross_decoded(const std::vector<CodeMoments>& parts,
                                                    const std::vector<Eigen::Index>& units) {
  if (parts.size() < 2) return std::nullopt;
  std::array<CodeMoments, 2> half;
  for (std::size_t i = 0; i < parts.size(); ++i) half[i % 2] += parts[i];
  const std::array<RowMatrix, 2> decoder = {half[0].best_decoder(units), half[1].best_decoder(units)};
  std::vector<PartError> errors;
  for (std::size_t i = 0; i < parts.size(); ++i)
    errors.push_back({parts[i].squared_error(decoder[1 - i % 2]), parts[i].squares()});
  return errors;
}

}  // namespace facelex
