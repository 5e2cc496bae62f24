#include "coder.hpp"

namespace facelex {

template <class Number>
LaneCoderFor<Number>::LaneCoderFor(const RowMatrix& atoms, double alpha, bool positive,
                                   const LaneKernelsFor<Number>& kernels)
    : kernels_(kernels) {
  const Eigen::Index count = atoms.rows();
  const Eigen::Index units = padded_units(static_cast<int>(count));
  const auto size = static_cast<std::size_t>(units);
  atoms_ = AlignedBuffer<Number>(size * static_cast<std::size_t>(atoms.cols()));
  gram_ = AlignedBuffer<Number>(size * size);
  inverse_norm_ = AlignedBuffer<Number>(size);
  const Eigen::MatrixXd gram = atoms * atoms.transpose();
  for (Eigen::Index k = 0; k < count; ++k) {
    for (Eigen::Index d = 0; d < atoms.cols(); ++d)
      atoms_.data()[d * units + k] = static_cast<Number>(atoms(k, d));
    for (Eigen::Index j = 0; j < count; ++j) gram_.data()[k * units + j] = static_cast<Number>(gram(k, j));
    if (gram(k, k) > 0) inverse_norm_.data()[k] = static_cast<Number>(1 / gram(k, k));
  }
  dictionary_ = {static_cast<int>(units),
                 static_cast<int>(atoms.cols()),
                 atoms_.data(),
                 gram_.data(),
                 inverse_norm_.data(),
                 alpha,
                 positive};
}

template class LaneCoderFor<double>;
template class LaneCoderFor<float>;

}  // namespace facelex
