#include "quantizer.hpp"

#include "matrix_product.hpp"

namespace facelex {

void DfeQuantization::quantize(const FloatRowMatrix& points, Eigen::Index frames,
                               const FloatRowMatrix& codebook, const Eigen::VectorXf& code_squares,
                               int stages) {
  const Eigen::Index size = codebook.cols();
  residual = points.topRows(frames);
  quantized.setZero(frames, size);
  residual_sum.setZero(frames, size);
  code_residual_sum.setZero(codebook.rows(), size);
  code.assign(static_cast<std::size_t>(stages), std::vector<Eigen::Index>(static_cast<std::size_t>(frames)));
  squared_residuals = 0;
  for (auto& stage : code) {
    products_.resize(frames, codebook.rows());
    multiply(residual, codebook, Transposed::second, false, products_);
    for (Eigen::Index f = 0; f < frames; ++f) {
      Eigen::Index nearest = 0;
      (code_squares.transpose() - 2 * products_.row(f)).minCoeff(&nearest);
      stage[static_cast<std::size_t>(f)] = nearest;
      residual.row(f) -= codebook.row(nearest);
      quantized.row(f) += codebook.row(nearest);
      code_residual_sum.row(nearest) += residual.row(f);
      squared_residuals += static_cast<double>(residual.row(f).squaredNorm());
    }
    residual_sum += residual;
  }
}

double code_orthogonality(const FloatRowMatrix& codebook, FloatRowMatrix& gradient) {
  const auto count = static_cast<double>(codebook.rows());
  FloatRowMatrix gram = codebook * codebook.transpose();
  gram.diagonal().setZero();
  const double pairs = count * (count - 1);
  gradient.noalias() = static_cast<float>(4 / pairs) * gram * codebook;
  return gram.cast<double>().squaredNorm() / pairs;
}

}  // namespace facelex
