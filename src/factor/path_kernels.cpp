#include "path_kernels.hpp"

#include "facelex/core/kernel_choice.hpp"

namespace facelex {

namespace {

using Choice = KernelChoice<PathKernels, path_kernels_avx512, path_kernels_avx2, path_kernels_portable>;

}  // namespace

const PathKernels* path_kernels(const char* name) {
  return Choice::named(name);
}

const PathKernels& path_kernels() {
  return Choice::fastest();
}

}  // namespace facelex
