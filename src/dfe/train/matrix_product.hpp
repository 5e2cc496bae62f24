#pragma once

#include <Eigen/Core>

#include "facelex/dfe/network.hpp"

namespace facelex {

/// c = A·B (or c += A·B), A = a or aᵀ, B = b or bᵀ, by OpenBLAS's sgemm: it chooses its kernel for the
/// processor when the program runs, Eigen when it is compiled. The result does not depend on threads: make a
/// OneBlasThread first.
enum class Transposed { none, first, second };
void multiply(const Eigen::Ref<const FloatRowMatrix>& a, const Eigen::Ref<const FloatRowMatrix>& b,
              Transposed transposed, bool add, Eigen::Ref<FloatRowMatrix> c);

/// While it lives, OpenBLAS works in the thread that calls it: our own threads divide the frames, and sums
/// keep their order whatever their number.
class OneBlasThread {
 public:
  OneBlasThread();
  ~OneBlasThread();
  OneBlasThread(const OneBlasThread&) = delete;
  OneBlasThread& operator=(const OneBlasThread&) = delete;

 private:
  int before_;
};

}  // namespace facelex
