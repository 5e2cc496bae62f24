#include "matrix_product.hpp"

#include <cblas.h>

#include <algorithm>

namespace facelex {

void multiply(const Eigen::Ref<const FloatRowMatrix>& a, const Eigen::Ref<const FloatRowMatrix>& b,
              Transposed transposed, bool add, Eigen::Ref<FloatRowMatrix> c) {
  const Eigen::Index inner = transposed == Transposed::first ? a.rows() : a.cols();
  if (c.size() == 0) return;
  // A row of one matrix may be a vector to Eigen, whose stride is then nothing that BLAS takes.
  const auto stride = [](Eigen::Index outer, Eigen::Index cols) {
    return static_cast<blasint>(std::max<Eigen::Index>({outer, cols, 1}));
  };
  cblas_sgemm(CblasRowMajor, transposed == Transposed::first ? CblasTrans : CblasNoTrans,
              transposed == Transposed::second ? CblasTrans : CblasNoTrans, static_cast<blasint>(c.rows()),
              static_cast<blasint>(c.cols()), static_cast<blasint>(inner), 1.0F, a.data(),
              stride(a.outerStride(), a.cols()), b.data(), stride(b.outerStride(), b.cols()),
              add ? 1.0F : 0.0F, c.data(), stride(c.outerStride(), c.cols()));
}

OneBlasThread::OneBlasThread() : before_(openblas_get_num_threads()) {
  openblas_set_num_threads(1);
}
OneBlasThread::~OneBlasThread() {
  openblas_set_num_threads(before_);
}

}  // namespace facelex
