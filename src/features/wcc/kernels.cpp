#include "kernels.hpp"

#include "facelex/simd/kernel_choice.hpp"

namespace facelex {

namespace {

using Choice = KernelChoice<WccKernels, wcc_kernels_avx512, wcc_kernels_avx2, wcc_kernels_portable>;

}  // namespace

const WccKernels* wcc_kernels(const char* name) {
  return Choice::named(name);
}

const WccKernels& wcc_kernels() {
  return Choice::chosen();
}

}  // namespace facelex
