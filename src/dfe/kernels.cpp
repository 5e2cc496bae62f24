#include "kernels.hpp"

#include "facelex/simd/kernel_choice.hpp"

namespace facelex {

namespace {

using Choice = KernelChoice<DfeKernels, dfe_kernels_avx512, dfe_kernels_avx2, dfe_kernels_portable>;

}  // namespace

const DfeKernels* dfe_kernels(const char* name) {
  return Choice::named(name);
}

const DfeKernels& dfe_kernels() {
  return Choice::chosen();
}

}  // namespace facelex
