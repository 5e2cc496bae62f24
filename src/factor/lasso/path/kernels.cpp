#include "kernels.hpp"

#include "facelex/simd/kernel_choice.hpp"

namespace facelex {

namespace {

using PathChoice = KernelChoice<PathKernels, path_kernels_avx512, path_kernels_avx2, path_kernels_portable>;

}  // namespace

const PathKernels* path_kernels(const char* name) {
  return PathChoice::named(name);
}

const PathKernels& path_kernels() {
  return PathChoice::chosen();
}

}  // namespace facelex
